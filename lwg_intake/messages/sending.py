"""Sending what is due from the outbox. Nothing is sent twice, and nothing is lost while a server is down."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lwg_intake.audit.record import record
from lwg_intake.messages import texting
from lwg_intake.messages.bounces import note_bounce
from lwg_intake.messages.carrying import Away, Returned, Unfit, Unsure, mail
from lwg_intake.messages.catalogue import TEMPLATES, Audience, Channel
from lwg_intake.messages.models import Message
from lwg_intake.messages.reaching import due, reach, texts_may_leave

log = logging.getLogger(__name__)

# Between attempts, while the server does not answer. After the last, a person is asked.
WAITS = (1, 2, 5, 15, 60, 60, 60, 120, 240, 480)
# A row claimed longer ago than this lost its worker between claiming and sending.
CLAIM_LASTS = timedelta(minutes=15)


def send_due(limit: int = 50) -> int:
    """Send what is due, and say how many left. Safe beside another sender."""
    _give_up_lost_claims()
    sent = 0
    for _ in range(limit):
        message = _claim()
        if message is None:
            break
        sent += _send(message)
    return sent


def _claim() -> Message | None:
    """Take one row, and commit that before sending: whoever dies in between leaves it claimed, never sent twice."""
    now = timezone.now()
    with transaction.atomic():
        rows = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            status="queued", due_at__lte=now
        )
        if not texts_may_leave(now):
            rows = rows.exclude(channel=Channel.TEXT)
        message = rows.order_by("due_at", "pk").first()
        if message is not None:
            message.status, message.claimed_at, message.attempts = "sending", now, message.attempts + 1
            message.save(update_fields=["status", "claimed_at", "attempts"])
    return message


def _send(message: Message) -> bool:
    if refused := _no_longer_wanted(message):
        _end(message, status="failed", error=refused)
        return False
    try:
        ref = _carry(message)
    except Away as error:
        _retry(message, error)
    except Unfit as error:
        log.warning("message %s cannot be sent", message.pk)
        _end(message, status="failed", error=str(error))
    except Returned as error:
        log.warning("message %s came back", message.pk)
        with transaction.atomic():
            if _end(message, status="bounced", error=str(error)):
                note_bounce(message, by=None)
    else:
        _end(message, status="sent", sent_at=timezone.now(), error="", provider_ref=ref, may_have_left=False)
        return True
    return False


def _no_longer_wanted(message: Message) -> str:
    """What the client has said since the message was written counts; a corrected address is the one to use."""
    kind = TEMPLATES.get(message.template)
    if message.client is None or kind is None or kind.audience != Audience.CLIENT:
        return ""
    found = reach(message.client, message.channel)
    if found.to and found.to != message.to:
        message.to = found.to
        with transaction.atomic():
            Message.objects.filter(pk=message.pk).update(to=found.to)
            record("message.redirected", by=None, on=message)
    return found.refused


def _carry(message: Message) -> str:
    """Hand it over; the text service's own number for it, where it has one."""
    if message.channel == Channel.EMAIL:
        mail(to=message.to, subject=message.subject, body=message.body, key=message.key)
        return ""
    service = texting.backend()
    if message.may_have_left and (ref := service.find(message.to, message.body, message.created_at)):
        return ref
    return service.send(message.to, message.body, message.pk)


def _end(message: Message, **now: Any) -> int:
    return Message.objects.filter(pk=message.pk, status="sending").update(**now)


def _retry(message: Message, error: Away) -> None:
    """Put a row back with a growing wait. The error's kind only: a server's words may quote the message."""
    log.warning("message %s was not sent: %s", message.pk, error)
    unsure = message.may_have_left or isinstance(error, Unsure)
    if message.attempts > len(WAITS):
        _end(message, status="failed", may_have_left=unsure,
             error=f"Not sent after {message.attempts} attempts ({error}).")  # fmt: skip
    else:
        at = timezone.now() + timedelta(minutes=WAITS[message.attempts - 1])
        _end(message, status="queued", may_have_left=unsure, due_at=due(message.channel, at),
             error=f"Attempt {message.attempts}: {error}.")  # fmt: skip


def _give_up_lost_claims() -> None:
    lost = Message.objects.filter(status="sending", claimed_at__lt=timezone.now() - CLAIM_LASTS)
    lost.update(
        status="failed", may_have_left=True,
        error="The sender was stopped while sending: it may have left. Ask before sending again.",
    )  # fmt: skip
