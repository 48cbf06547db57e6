"""The returning wing's part of the home page."""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.checklists.worklist import SHOWN, Item, WorkList
from returning.models import Return

Stage = Return.Stage


def waiting_for(user: User) -> list[WorkList]:
    """What of the returns waits for this person."""
    rows = Return.objects.select_related("case__client", "case__opened_by").filter(case__status__in=Case.OPEN)
    lists = []
    if user.can(Can.DECIDE_RETURNS):
        # Who started a return does not decide it: it waits for another manager.
        undecided = rows.filter(stage=Stage.MANAGEMENT, eligibility=Return.Eligibility.OPEN)
        theirs = undecided.exclude(case__opened_by=user)
        lists.append(_list("Decisions waiting", theirs, user, "No decision waits for you.", "decision"))
    if user.can(Can.CLEAR_BALANCES):
        lists.append(
            _list(
                "Balances to clear", rows.filter(stage=Stage.BALANCE), user, "No balance holds up a return.", "balance"
            )
        )
    if user.can(Can.WORK_RETURNS):
        mine = Q(case__opened_by=user)
        lists.append(_list("Your open returns", rows.filter(mine), user, "You have no open return."))
        lists.append(_list("Open returns of others", rows.filter(~mine), user, "No other return is open."))
    elif user.can(Can.SEE_CASES):
        lists.append(_list("Open returns", rows, user, "No return is open."))
    return lists


def _list(title: str, rows: QuerySet[Return], user: User, empty: str, step: str = "") -> WorkList:
    # A decision waits since the ending was recorded, everything else since the return was started.
    asked = Subquery(Tick.objects.filter(case=OuterRef("case"), step="ending").values("at")[:1])
    opened = F("case__opened_at")
    found = rows.annotate(since=Coalesce(asked, opened) if step == "decision" else opened)
    items = [
        Item(
            url=reverse("case", args=[row.case_id]) + (f"?step={step}" if step else ""),
            name=str(row.case.client),
            ref=row.case.client.ref,
            what=_what(row, step),
            since=row.since,
            by=str(row.case.opened_by),
            pill=row.stage,
            mine=row.case.opened_by_id == user.pk,
        )
        for row in found.order_by("since")[:SHOWN]
    ]
    return WorkList(title, items, rows.count(), empty)


def _what(row: Return, step: str) -> str:
    if step == "decision":
        severe = ", severe" if row.severe else ""
        own = "" if not row.category else f"Category {row.category}{severe}: "
        return f"{own}may the client return?"
    if step == "balance":
        return f"${row.balance} when last looked at" if row.balance is not None else "A balance is open"
    return row.get_stage_display()
