"""What time does by itself in a departure: the clinician is reminded to verify, the transition manager to review."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from lwg_intake import dates
from lwg_intake.audit.record import record
from lwg_intake.messages import outbox
from lwg_intake.policy.values import values
from reassignment.actions.departures import link, prefix
from reassignment.models import Departure


def remind(day: date | None = None) -> int:
    """Write to clinicians who have not verified their roster (T16), every few days (R10); how many e-mails are new.

    The first day is left to the one who opened it. Run again on the same day, or twice at once, it writes nothing more.
    """
    day = day or dates.today()
    every = values()["roster_review_days"]
    written = 0
    waiting = Departure.objects.filter(status=Departure.Status.OPEN, verified_at__isnull=True, last_day__gte=day)
    for departure in waiting.exclude(clinician__email="").select_related("clinician", "clinician_asked"):
        last = departure.clinician_asked.created_at if departure.clinician_asked else departure.opened_at
        if (day - dates.day_of(last)).days < every:
            continue
        with transaction.atomic():
            clinician = departure.clinician
            message = outbox.write(
                "T16", key=f"{prefix(departure)}T16-{day}", to=clinician.email, clinician_name=str(clinician),
                roster_link=link(departure), due=f"{min(departure.last_day, day):%A, %B %-d}",
            )  # fmt: skip
            changed = Departure.objects.filter(pk=departure.pk).exclude(clinician_asked=message)
            if changed.update(clinician_asked=message):
                record("departure.asked", by=None, on=departure)
                written += 1
    return written
