"""Who waits for whose answer: each clinician whom a supervisor or manager looks after, longest unreviewed first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, Min, Q

from caseload.models import Suggestion
from caseload.rules import CLOSING
from caseload.selectors import reviewers
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.records.models import Assignment, Clinician


@dataclass(frozen=True)
class Row:
    """One clinician: how many clients they have, how many wait for an answer and since when, and the last review."""

    clinician: Clinician
    clients: int
    waiting: int
    closing: int
    since_on: date | None
    reviewed_on: date | None
    today: date

    @property
    def days(self) -> int | None:
        """Days without a review while something waits; None where nothing does."""
        if not self.since_on:
            return None
        return (self.today - max(self.since_on, self.reviewed_on or self.since_on)).days

    @property
    def free(self) -> int | None:
        return None if self.clinician.capacity is None else self.clinician.capacity - self.clients

    @property
    def over(self) -> int:
        """Clients beyond the places."""
        return max(0, -(self.free or 0))


def rows(user: User) -> list[Row]:
    """Those with something waiting first, the longest without a review first; the others by name."""
    clinicians = reviewers(user)
    found = (
        Suggestion.objects.open()
        .filter(assignment__clinician__in=clinicians, assignment__ended_on__isnull=True)
        .order_by()
        .values("assignment__clinician")
        .annotate(
            count=Count("assignment", distinct=True),
            closing=Count("assignment", distinct=True, filter=Q(ground__in=CLOSING)),
            since=Min("opened_on"),
        )
    )
    waiting = {row["assignment__clinician"]: (row["count"], row["closing"], row["since"]) for row in found}
    reviewed = dict(
        Suggestion.objects.filter(assignment__clinician__in=clinicians, answered_by=F("assignment__clinician__account"))
        .order_by()
        .values_list("assignment__clinician")
        .annotate(Max("answered_at"))
    )
    clients = dict(
        Assignment.objects.running()
        .filter(clinician__in=clinicians)
        .order_by()
        .values_list("clinician")
        .annotate(Count("pk"))
    )
    today = dates.today()
    lines = []
    for c in clinicians:
        count, closing, since_on = waiting.get(c.pk, (0, 0, None))
        at = reviewed.get(c.pk)
        lines.append(Row(c, clients.get(c.pk, 0), count, closing, since_on, dates.day_of(at) if at else None, today))
    return sorted(lines, key=lambda row: (-1 if row.days is None else row.days, row.waiting), reverse=True)
