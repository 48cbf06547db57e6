"""The one writer of the interaction log, for every wing's calls, letters and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lwg_intake.audit.record import record
from lwg_intake.records.models import Contact
from lwg_intake.records.rules import Channel, ContactOutcome, Direction

if TYPE_CHECKING:
    from lwg_intake.access.models import User


def log_contact(
    *,
    client_id: int,
    channel: str,
    outcome: str,
    by: User | None,
    reason: str,
    direction: str = Direction.OUT,
    party: str = "",
    minutes: int | None = None,
    note: str = "",
    corrects: Contact | None = None,
) -> Contact:
    """Write one entry, as of now. Entries are never changed: a mistake is put right by a further one that corrects it.

    `party` is who was spoken to; `minutes` how long; an empty `outcome` says that nothing came about. Raises
    ValueError for a channel, an outcome or a direction that TherapyNotes' Contact Note does not know. Who may write it
    is for the caller to say.
    """
    with transaction.atomic():
        contact = Contact.objects.create(
            client_id=client_id, at=timezone.now(), direction=Direction(direction), channel=Channel(channel),
            outcome=ContactOutcome(outcome) if outcome else "", party=party, reason=reason, minutes=minutes, note=note,
            corrects=corrects, written_by=by,
        )  # fmt: skip
        record("contact.written", by=by, on=contact, reason=reason)
    return contact


def mistaken() -> Q:
    """Entries that take back an earlier one: nothing came about."""
    return Q(corrects__isnull=False, outcome="")
