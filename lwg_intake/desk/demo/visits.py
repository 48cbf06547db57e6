"""What makes the call lists worth opening: visits ahead that were cancelled, and clients who would come sooner."""

from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from caseload.backfill import actions as backfill
from caseload.models import BackfillEntry
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.desk.demo.book import Book
from lwg_intake.records.models import Appointment, Assignment

# A random source of its own: the rest of the practice stays as it was drawn.
SEED = 20_261_103
CANCELLED = 9
WAITING = 4
TIMES: tuple[list[str], ...] = (
    [],
    ["Mon", "Wed"],
    ["mornings"],
    ["Tue 9:00-13:00", "Thu 9:00-13:00"],
    ["evenings"],
    ["Fri"],
    ["afternoons"],
)


def cancel_some(book: Book) -> None:
    """Some visits of the next days are cancelled in time by the client, so that their places are free."""
    rng = Random(SEED)
    ahead = [visit for visit in book.rows["appointments"] if visit["state"] == "scheduled" and _soon(book.today, visit)]
    for visit in rng.sample(ahead, min(CANCELLED, len(ahead))):
        visit["state"] = rng.choice(("client_cancel", "client_cancel", "late_cancel"))


def _soon(today: date, visit: dict[str, datetime]) -> bool:
    return today < visit["starts_at"].date() <= today + timedelta(days=8)


def fill_the_backfill_list() -> None:
    """For each clinician with a freed place, a few clients with a later visit who would come sooner. Done once."""
    by = User.objects.filter(roles__contains=[Role.CSR]).order_by("pk").first()
    if by is None or BackfillEntry.objects.exists():
        return
    rng, now = Random(SEED), timezone.now()
    freed = Appointment.objects.filter(state__in=("client_cancel", "late_cancel"), starts_at__gt=now)
    for clinician, at in freed.order_by("pk").values_list("clinician", "starts_at"):
        later = Appointment.objects.filter(clinician=clinician, state="scheduled", starts_at__gt=at).order_by("pk")
        for visit in later[:WAITING]:
            assignment = visit.client.assignments.filter(
                clinician=clinician, service=visit.service, ended_on__isnull=True
            ).first()
            if assignment and not BackfillEntry.objects.filter(assignment=assignment).exists():
                _add(assignment, rng.choice(TIMES), now - timedelta(rng.randint(1, 20), hours=rng.randint(0, 6)), by)


def _add(assignment: Assignment, times: list[str], at: datetime, by: User) -> None:
    with transaction.atomic():
        entry = backfill.add(assignment_id=assignment.pk, times=times, by=by)
        BackfillEntry.objects.filter(pk=entry.pk).update(added_at=at)
