"""The outbox: a message is written in the transaction of the deed, and sent later by a worker (sending.py)."""

from __future__ import annotations

from django.db import transaction

from lwg_intake.errors import Refusal
from lwg_intake.messages.models import Message
from lwg_intake.messages.tasks import send_outbox
from lwg_intake.messages.texts import Text
from lwg_intake.records.models import Client


def queue(text: Text, *, to: str, key: str, client: Client | None = None) -> Message:
    """Write a message into the outbox. The same key again gives the row that is there.

    Raises Refusal for an empty address. The worker is told once the transaction stands; if it cannot be told, the
    timetable finds the row within a minute.
    """
    if not to:
        raise Refusal("There is no e-mail address on record. Add it to the record, import again, and then tick.")
    message, created = Message.objects.get_or_create(
        key=key,
        defaults={"template": text.template, "to": to, "subject": text.subject, "body": text.body, "client": client},
    )
    if created:
        transaction.on_commit(_nudge, robust=True)
    return message


def _nudge() -> None:
    send_outbox.apply_async(retry=False)
