"""Sending what is due from the outbox. Nothing is sent twice, and nothing is lost while the mail server is down."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from lwg_intake.messages.models import Message

log = logging.getLogger(__name__)

# Between attempts, while the mail server does not answer. After the last, a person is asked.
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
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(status=Message.Status.QUEUED, due_at__lte=timezone.now())
            .order_by("due_at", "pk")
            .first()
        )
        if message is not None:
            message.status, message.claimed_at, message.attempts = "sending", timezone.now(), message.attempts + 1
            message.save(update_fields=["status", "claimed_at", "attempts"])
    return message


def _send(message: Message) -> bool:
    mail = EmailMessage(
        message.subject, message.body, to=[message.to], headers={"Message-ID": f"<{message.key}@outbox>"}
    )
    try:
        mail.send()
    except (smtplib.SMTPException, OSError) as error:
        _retry(message, type(error).__name__)
        return False
    except ValueError as error:
        _give_up(message, type(error).__name__)
        return False
    Message.objects.filter(pk=message.pk, status="sending").update(status="sent", sent_at=timezone.now(), error="")
    return True


def _retry(message: Message, error: str) -> None:
    """Put a row back with a growing wait. The error's class only: a mail server's words may quote the message."""
    log.warning("message %s was not sent: %s", message.pk, error)
    rows = Message.objects.filter(pk=message.pk, status="sending")
    if message.attempts > len(WAITS):
        rows.update(status="failed", error=f"Not sent after {message.attempts} attempts ({error}).")
    else:
        wait = timedelta(minutes=WAITS[message.attempts - 1])
        rows.update(status="queued", due_at=timezone.now() + wait, error=f"Attempt {message.attempts}: {error}.")


def _give_up(message: Message, error: str) -> None:
    """No further attempt would help: the address or a header cannot stand in a mail."""
    log.warning("message %s cannot be a mail: %s", message.pk, error)
    Message.objects.filter(pk=message.pk, status="sending").update(
        status="failed", error=f"This cannot be sent as an e-mail ({error}). Correct the address on record."
    )


def _give_up_lost_claims() -> None:
    lost = Message.objects.filter(status="sending", claimed_at__lt=timezone.now() - CLAIM_LASTS)
    lost.update(
        status="failed", error="The sender was stopped while sending: it may have left. Ask before sending again."
    )
