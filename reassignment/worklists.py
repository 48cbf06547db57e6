"""What of the requests for another clinician waits for somebody, for the home page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.worklist import SHOWN, Item, WorkList, asked_for
from lwg_intake.policy.values import values
from lwg_intake.records.models import Handover
from reassignment.models import Offer, Reassignment
from reassignment.rules.requests import NOT_KEPT

Stage = Reassignment.Stage
Words = Callable[[Any], str]


def waiting_for(user: User) -> list[WorkList]:
    """The most pressing first."""
    rows = Reassignment.objects.select_related(
        "case__client", "case__opened_by", "old_clinician", "clinician", "appointment"
    )
    lists = []
    if user.can(Can.ANSWER_MANAGEMENT):
        lists.append(_often(rows, user))
    if user.can(Can.WORK_REASSIGNMENTS):
        lists += [_asked(), _offers(user), _visits(rows, user), _finished(rows, user)]
        open_ = rows.filter(case__status=Case.Status.OPEN, first_visit_on__isnull=True)
        mine = Q(case__opened_by=user)
        lists.append(
            _list(
                "Your open changes of clinician",
                open_.filter(mine),
                user,
                _stage,
                "You have no open change of clinician.",
            )
        )
        lists.append(_list("Open changes of clinician of others", open_.filter(~mine), user, _stage,
                           "No other change of clinician is open."))  # fmt: skip
    return lists


def _stage(row: Reassignment) -> str:
    return f"{row.get_stage_display()}: leaves {row.old_clinician}"


def _list(
    title: str, rows: QuerySet[Reassignment], user: User, what: Words, empty: str, step: str = "",
    since: Callable[[Any], datetime] = lambda row: row.case.opened_at,
) -> WorkList:  # fmt: skip
    items = [
        Item(
            url=reverse("case", args=[row.case_id]) + (f"?step={step}" if step else ""),
            name=str(row.case.client),
            ref=row.case.client.ref,
            what=what(row),
            since=since(row),
            by=str(row.case.opened_by),
            pill=row.stage,
            mine=row.case.opened_by_id == user.pk,
        )
        for row in rows.order_by("case__opened_at")[:SHOWN]
    ]
    return WorkList(title, items, rows.count(), empty)


def _often(rows: QuerySet[Reassignment], user: User) -> WorkList:
    """Changes of clinician that repeat too often, while they can still be talked over."""
    early = rows.filter(
        case__status__in=Case.OPEN, changes__gte=values()["changes_flagged"] - 1, assignment__isnull=True
    )
    return _list("Clients who change clinician often", early, user,
                 lambda row: f"Change no. {row.changes + 1}, leaves {row.old_clinician}",
                 "Nobody changes clinician too often.", "reason")  # fmt: skip


def _asked() -> WorkList:
    rows = Handover.objects.filter(kind=Handover.Kind.REASSIGN, taken_up_at__isnull=True).select_related(
        "assignment__client", "assignment__clinician", "asked_by"
    )
    return asked_for("Changes asked for by clinicians", rows, "reassign-asked", "No clinician asks for a change.")


def _offers(user: User) -> WorkList:
    """Places that are kept, the one that lapses first on top; their clients are to be rung."""
    rows = Offer.objects.filter(status=Offer.Status.OPEN).select_related(
        "reassignment__case__client", "hold__clinician", "made_by"
    )
    items = [
        Item(
            url=f"{reverse('transfer-list')}#case-{made.reassignment.case_id}",
            name=str(made.reassignment.case.client),
            ref=made.reassignment.case.client.ref,
            what=f"{made.hold.clinician}, kept until {dates.local(made.until_at):%b %-d, %-I:%M %p}",
            since=made.made_at,
            by=str(made.made_by),
            mine=made.made_by_id == user.pk,
        )
        for made in rows.order_by("until_at")[:SHOWN]
    ]
    return WorkList("Places offered, no answer yet", items, rows.count(), "No offer waits for an answer.")


def _visits(rows: QuerySet[Reassignment], user: User) -> WorkList:
    """First visits whose day has come, and those that the record shows as missed."""
    past = Q(appointment__starts_at__lte=timezone.now()) | Q(appointment__state__in=NOT_KEPT)
    found = rows.filter(past, case__status=Case.Status.OPEN, assignment__isnull=False, first_visit_on__isnull=True)

    def what(row: Reassignment) -> str:
        visit = row.appointment
        if visit and visit.state in NOT_KEPT:
            return f"{visit.get_state_display()}: book again with {row.clinician}"
        kept = "kept by the record" if visit and visit.state == "kept" else "how did it go?"
        return f"First visit with {row.clinician} on {dates.day_of(row.appointment_at):%b %-d}: {kept}"  # type: ignore[arg-type]

    return _list("First visits to look after", found, user, what, "No first visit waits.", "first_visit",
                 lambda row: min(row.appointment_at, timezone.now()))  # fmt: skip


def _finished(rows: QuerySet[Reassignment], user: User) -> WorkList:
    """Arrived, and the previous clinician is off the record: only the last click is missing."""
    found = rows.filter(case__status=Case.Status.OPEN, stage=Stage.FIRST_VISIT, first_visit_on__isnull=False)
    return _list("Changes of clinician to complete", found, user,
                 lambda row: f"First visit with {row.clinician} kept on {row.first_visit_on:%b %-d}",
                 "No change of clinician is to be completed.")  # fmt: skip
