"""A message that came back stands in the client's log, so that nobody takes the client for informed."""

from __future__ import annotations

from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.messages.catalogue import TEMPLATES, Audience
from lwg_intake.messages.models import Message
from lwg_intake.records.contacts import log_contact


def note_bounce(message: Message, *, by: User | None) -> None:
    """Write it into the log of a client it was for, and into the audit. Inside the transaction of the change."""
    kind = TEMPLATES.get(message.template)
    if message.client_id and kind and kind.audience == Audience.CLIENT:
        log_contact(
            client_id=message.client_id, channel=message.channel, outcome="bounced", by=by,
            reason=kind.purpose[:120], note=f"The message ({message.template}) came back.",
        )  # fmt: skip
    record("message.bounced", by=by, on=message, template=message.template)
