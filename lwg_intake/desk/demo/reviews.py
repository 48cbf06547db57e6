"""What the nights of the last year suggested and what came of it, so that the figures have a past to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from caseload.models import Suggestion
from caseload.rules import Answer, Ground
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.records.models import Assignment, Termination

SEED = 20_260_302
DAYS = 365
PER_MONTH = 70
# How the suggestions ended that did not lead to a closing, and how often.
ENDINGS = (("withdrawn", 46), (Answer.KEEP, 26), (Answer.LETTER, 22), (Answer.REASSIGN, 6))
GONE = ("The client came.", "A visit was booked.", "The client was in contact.")
KEPT = ("Travelling until next month", "On parental leave, comes back", "Alternates with the group")


@dataclass(frozen=True)
class Found:
    """One suggestion of the past: which assignment, when, on which ground, and how it ended after so many days."""

    assignment_id: int
    clinician_account: int | None
    opened_on: date
    ground: Ground
    ending: str
    days: int


def write_reviews(today: date | None = None) -> None:
    """Write the past suggestions, once. Needs the practice and the sign-ins."""
    by = User.objects.filter(email="supervisor@example.com").first()
    if by is None or Suggestion.objects.exclude(status=Suggestion.Status.OPEN).exists():
        return
    rng, now = Random(SEED), today or dates.today()
    found = _closings(rng, now) + _others(rng, now)
    with transaction.atomic():
        Suggestion.objects.bulk_create(_row(rng, one, one.clinician_account or by.pk) for one in found)
        record("demo.past_written", by=None, rows=len(found))


def _closings(rng: Random, today: date) -> list[Found]:
    """What led to the closings of the year: absence, or missed visits."""
    rows = Termination.objects.filter(ended_on__gt=today - timedelta(DAYS), ground__in=("No contact", "Missed visits"))
    keys = {(t.client_id, t.clinician_id, t.service): t for t in rows.order_by("pk")}
    assignments = Assignment.objects.filter(client__in={key[0] for key in keys}).select_related("clinician")
    found = []
    for assignment in assignments.order_by("pk"):
        ended = keys.get((assignment.client_id, assignment.clinician_id, assignment.service))
        days = rng.randint(3, 24)
        if ended and ended.ended_on - timedelta(days) > assignment.started_on:
            ground = Ground.MISSED if ended.category == "A" else Ground.INACTIVE
            opened_on = ended.ended_on - timedelta(days)
            found.append(Found(assignment.pk, assignment.clinician.account_id, opened_on, ground, Answer.CLOSE, days))
    return found


def _others(rng: Random, today: date) -> list[Found]:
    """What was kept, written to, reassigned, or went away by itself."""
    assignments = list(Assignment.objects.filter(ended_on=None).select_related("clinician").order_by("pk"))
    endings, weights = [ending for ending, _ in ENDINGS], [weight for _, weight in ENDINGS]
    found = []
    for days_ago in range(20, DAYS, 30):
        for assignment in rng.sample(assignments, min(len(assignments), PER_MONTH)):
            opened_on, days = today - timedelta(days_ago + rng.randrange(30)), rng.randint(1, 12)
            ending = rng.choices(endings, weights)[0]
            ground = Ground.TRYING if ending == Answer.LETTER else rng.choice((Ground.INACTIVE, Ground.MISSED))
            if opened_on > assignment.started_on + timedelta(30):
                account = assignment.clinician.account_id
                found.append(Found(assignment.pk, account, opened_on, ground, ending, days))
    return found


def _row(rng: Random, found: Found, by: int) -> Suggestion:
    ended_on = found.opened_on + timedelta(found.days)
    unseen = rng.randint(30, 60)
    row = Suggestion(
        assignment_id=found.assignment_id, ground=found.ground, opened_on=found.opened_on,
        opened_at=_at(found.opened_on, time(3, 30)), policy={"inactive_days": 30, "missed_total": 3},
        evidence={"days_unseen": unseen, "days_without_contact": unseen},
    )  # fmt: skip
    if found.ending == "withdrawn":
        row.status, row.withdrawn_on, row.withdrawn_because = Suggestion.Status.WITHDRAWN, ended_on, rng.choice(GONE)
    else:
        row.status, row.answer, row.answered_by_id = Suggestion.Status.ANSWERED, found.ending, by
        row.answered_at = _at(ended_on, time(rng.randint(9, 17), rng.randrange(60)))
        row.because = rng.choice(KEPT) if found.ending == Answer.KEEP else ""
    return row


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
