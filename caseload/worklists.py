"""The caseload wing's part of the home page."""

from django.db.models import Count, Exists, Min, OuterRef
from django.urls import reverse
from django.utils import timezone

from caseload import selectors
from caseload.models import Closure, Suggestion
from caseload.rules import Ground
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.checklists.worklist import SHOWN, Item, WorkList, asked_for
from lwg_intake.policy.values import values


def waiting_for(user: User) -> list[WorkList]:
    """What of the closings waits for this person."""
    lists = []
    if user.can(Can.REVIEW_CASELOAD):
        lists.append(_reviews(user))
    if user.can(Can.CONSULT_CLOSINGS) and values()["closing_consults"]:
        lists.append(_consults())
    if user.can(Can.END_UNRESPONSIVE):
        lists.append(_asked(user))
    if user.can(Can.CLOSE_CLIENTS):
        lists.append(_under_way(user))
    return lists


def _reviews(user: User) -> WorkList:
    """The clients of one's own whom the night suggests to look at: one line, and the page that answers them."""
    found = (
        Suggestion.objects.open()
        .filter(assignment__clinician__account=user, assignment__ended_on__isnull=True)
        .aggregate(clients=Count("assignment", distinct=True), since=Min("opened_at"))
    )
    count = found["clients"]
    line = Item(
        url=reverse("caseload"),
        name=f"Review {count} client{'s' if count > 1 else ''}",
        ref="",
        what="Unseen, missed visits, or a plan that is due: close, write, keep or reassign",
        since=found["since"] or timezone.now(),
    )
    items = [line] if count else []
    return WorkList("Caseload", items, len(items), "Nobody of your caseload waits for a review.")


def _consults() -> WorkList:
    """Attendance closures that ask managers and CSRs first, where the practice wants that (L1)."""
    looked = Tick.objects.filter(case=OuterRef("case"), step="consult", outcome=Tick.Outcome.DONE)
    rows = (
        Closure.objects.filter(~Exists(looked), case__status=Case.Status.OPEN, grounds__contains=[Ground.MISSED])
        .select_related("case__client", "case__opened_by", "assignment__clinician")
        .order_by("case__opened_at")
    )
    items = [
        Item(
            url=f"{reverse('case', args=[row.case_id])}?step=consult",
            name=str(row.case.client),
            ref=row.case.client.ref,
            what=f"Look at the attendance closure, {row.assignment}",
            since=row.case.opened_at,
            by=str(row.case.opened_by),
        )
        for row in rows[:SHOWN]
    ]
    return WorkList("Attendance closures to look at", items, rows.count(), "No attendance closure waits for you.")


def _asked(user: User) -> WorkList:
    """Unresponsive clients of a departure whom somebody asked to close."""
    rows = selectors.asked_of(user).filter(taken_up_at__isnull=True)
    return asked_for("Clients to close, as asked for", rows, "closing-asked", "No closing is asked for.")


def _under_way(user: User) -> WorkList:
    """Closings that this person works on: of their own and their team's clients, or those that they took up."""
    rows = Case.objects.filter(procedure=selectors.PROCEDURE, status=Case.Status.OPEN)
    rows = rows.filter(opened_by=user) if user.can(Can.SEE_CASES) else rows.visible_to(user)
    items = [
        Item(
            url=reverse("case", args=[case.pk]),
            name=str(case.client),
            ref=case.client.ref,
            what="Closing under way",
            since=case.opened_at,
            by=str(case.opened_by),
            mine=case.opened_by_id == user.pk,
        )
        for case in rows.select_related("client", "opened_by").order_by("opened_at")[:SHOWN]
    ]
    return WorkList("Your closings under way", items, rows.count(), "")
