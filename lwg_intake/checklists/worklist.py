"""Work that waits for somebody, in one shape, so that the home page can show every wing's alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case, Question
from lwg_intake.records.models import Handover


@dataclass(frozen=True)
class Item:
    """One thing to do: whom it is about, what, since when, and where."""

    url: str
    name: str
    ref: str
    what: str
    since: datetime
    by: str = ""
    pill: str = ""
    mine: bool = False

    @property
    def waits(self) -> str:
        return dates.waited(self.since)


@dataclass(frozen=True)
class WorkList:
    """A heading with its items, the longest waiting first. `total` counts those that are not shown too."""

    title: str
    items: list[Item]
    total: int
    empty: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.total - len(self.items)


# A home page shows this many of each list; the rest are a click away or come up as these are done.
SHOWN = 25


def asked_for(title: str, rows: QuerySet[Handover], address: str, empty: str) -> WorkList:
    """What one wing asks of another, each leading to the address where it is taken up."""
    items = [
        Item(
            url=reverse(address, args=[row.pk]),
            name=str(row.assignment.client),
            ref=row.assignment.client.ref,
            what=f"{row.assignment}: {row.because}",
            since=row.asked_at,
            by=str(row.asked_by),
        )
        for row in rows[:SHOWN]
    ]
    return WorkList(title, items, rows.count(), empty)


def questions_for(user: User) -> list[WorkList]:
    """Questions put to management or billing that this person can answer, and answers to their own."""
    lists = []
    for to, right in Question.ANSWERS.items():
        if user.can(right):
            rows = Question.objects.filter(to=to, answered_at__isnull=True).select_related("case__client", "asked_by")
            lists.append(
                WorkList(
                    f"Questions to {to.label.lower()}",
                    [
                        Item(
                            f"{reverse('case', args=[q.case_id])}?step={q.step}",
                            str(q.case.client), q.case.client.ref, q.text, q.asked_at, str(q.asked_by),
                        )
                        for q in rows.order_by("asked_at")[:SHOWN]
                    ],
                    rows.count(),
                    "No question waits.",
                )
            )  # fmt: skip
    answered = Question.objects.filter(
        asked_by=user, answered_at__isnull=False, case__status__in=Case.OPEN
    ).select_related("case__client", "answered_by")
    if answered:
        lists.append(
            WorkList(
                "Answers to your questions",
                [
                    Item(
                        f"{reverse('case', args=[q.case_id])}?step={q.step}",
                        str(q.case.client), q.case.client.ref, q.answer, q.answered_at, str(q.answered_by),  # type: ignore[arg-type]
                    )
                    for q in answered.order_by("-answered_at")[:SHOWN]
                ],
                answered.count(),
                "",
            )
        )  # fmt: skip
    return lists
