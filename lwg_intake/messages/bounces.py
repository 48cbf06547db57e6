"""A message that came back stands in the client's log, so that nobody takes the client for informed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from lwg_intake.audit.record import record
from lwg_intake.messages.catalogue import TEMPLATES, Audience
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Contact


def note_bounce(message: Message, *, by: Any) -> None:
    """Write it into the log of a client it was for, and into the audit. Inside the transaction of the change."""
    kind = TEMPLATES.get(message.template)
    if message.client_id and kind and kind.audience == Audience.CLIENT:
        Contact.objects.create(
            client_id=message.client_id, at=timezone.now(), direction="out", channel=message.channel,
            outcome="bounced", reason=kind.purpose[:120], note=f"The message ({message.template}) came back.",
            written_by=by,
        )  # fmt: skip
    record("message.bounced", by=by, on=message, template=message.template)
