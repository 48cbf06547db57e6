"""What time does by itself on the transfer list: an offer lapses, and matching clinicians are reminded once a week."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.audit.record import record
from lwg_intake.messages.outbox import write
from lwg_intake.policy.values import values
from lwg_intake.records.places import offers as on_offer
from lwg_intake.transitions import move
from reassignment.actions.offers import give_back
from reassignment.models import Offer
from reassignment.rules.waiting import is_reminder_day, week_of
from reassignment.selectors.waiting import could_make_room, waiting

Status = Offer.Status


def lapse_offers() -> int:
    """Give back the places of offers that nobody answered in time. Twice, or two at once, does no harm."""
    with transaction.atomic():
        due = Offer.objects.filter(status=Status.OPEN, until_at__lte=timezone.now())
        found = list(due.select_for_update(of=("self",), skip_locked=True).select_related("hold"))
        for made in found:
            move(made, Status.LAPSED, ended_at=timezone.now())
            give_back(made)
            record("offer.lapsed", by=None, on=made)
    return len(found)


def remind(day: date | None = None) -> int:
    """Write to the clinicians who would fit somebody on the transfer list (T28). Returns how many e-mails are new.

    One e-mail to each in an ISO week, from the practice's weekday on; it says what is needed, and names no client.
    """
    day, policy = day or dates.today(), values()
    if not policy["transfer_reminder"] or not is_reminder_day(day, policy["transfer_reminder_weekday"]):
        return 0
    listed = [one for one in waiting() if one.offer is None]
    sent = 0
    for place in on_offer():
        needs = [one.words for one in listed if could_make_room(one.needs, place)]
        if not needs or not place.email:
            continue
        with transaction.atomic():
            before = timezone.now()
            message = write(
                "T28", key=f"T28-{week_of(day)}-{place.pk}", to=place.email, clinician_name=place.name,
                needs="\n".join(f"- {words}" for words in needs),
            )  # fmt: skip
            if message.created_at >= before:
                record("message.queued", by=None, on=message, template="T28")
                sent += 1
    return sent
