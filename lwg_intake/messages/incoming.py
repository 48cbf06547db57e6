"""What the text service tells us: a text somebody sent, and what became of one of ours. Nobody is signed in here."""

from __future__ import annotations

import re

from django.db import transaction
from django.db.models.expressions import RawSQL
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.messages.bounces import note_bounce
from lwg_intake.messages.models import IncomingText, Message
from lwg_intake.messages.rules import phone_number
from lwg_intake.records.models import Client, Contact
from lwg_intake.records.models.people import ClientQuerySet
from lwg_intake.transitions import move

Said = IncomingText.Said
# The words that carriers oblige every sender to honour, alone in a text.
WORDS = dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"), Said.STOP)
WORDS |= dict.fromkeys(("START", "UNSTOP"), Said.START)
SETTLES = {
    Said.STOP: "Replied STOP: no more texts to this number.",
    Said.START: "Sent START: texts may go to this number again.",
}
# A text service's words for a text that has not arrived, and will not.
LOST = {"undelivered", "failed"}


def receive(*, number: str, body: str, ref: str, opt_out: str = "") -> IncomingText:
    """Keep a text from outside, once. From a number of one client it goes into that client's log.

    STOP turns texts off for everybody with that number; START turns them on again where the number is one client's.
    """
    number = _as_kept(number)
    said = WORDS.get(re.sub(r"\W", "", opt_out or body).upper(), "")
    with transaction.atomic():
        text, is_new = IncomingText.objects.get_or_create(
            provider_ref=ref, defaults={"number": number, "body": body, "said": said}
        )
        if not is_new:
            return text
        clients = list(whose(number)[:20])
        if said == Said.STOP or (said == Said.START and len(clients) == 1):
            for client in clients:
                _consent(client, said == Said.START)
        if len(clients) == 1 or (clients and said == Said.STOP):
            for client in clients:
                log(text, client)
            IncomingText.objects.filter(pk=text.pk).update(
                client=clients[0] if len(clients) == 1 else None, body="", settled_at=timezone.now()
            )
        else:
            record("text.received", by=None, on=text)
    return text


def log(text: IncomingText, client: Client, by: User | None = None) -> Contact:
    """The text as an incoming contact of a client."""
    entry = Contact.objects.create(
        client=client, at=text.received_at, direction="in", channel="text",
        note=SETTLES[Said(text.said)] if text.said else f"Text: {text.body}", written_by=by,
    )  # fmt: skip
    record("text.received", by=by, on=entry, client_id=client.pk)
    return entry


def whose(number: str) -> ClientQuerySet:
    """The clients who have this number, or whose guardian has it."""
    digits = number.removeprefix("+1")
    keys = RawSQL("SELECT client_id FROM records_searchkey WHERE kind = 'phone' AND key = %s", [digits])
    found: ClientQuerySet = Client.objects.filter(pk__in=keys)
    return found.order_by("pk")


def _consent(client: Client, ok: bool) -> None:
    if client.text_ok != ok:
        Client.objects.filter(pk=client.pk).update(text_ok=ok)
        record("client.changed", by=None, on=client, client_id=client.pk, text_ok=[client.text_ok, ok])


def _as_kept(number: str) -> str:
    try:
        return phone_number(number)
    except ValueError:
        return number[:20]


def report(*, message: int, ref: str, status: str, why: str) -> None:
    """What became of a text of ours. The first report of a loss counts, and a report may overtake the sending."""
    with transaction.atomic():
        ours = Message.objects.select_for_update(of=("self",)).filter(pk=message, channel="text").first()
        if ours is None or ours.provider_ref not in ("", ref):
            return
        if status == "delivered" and ours.delivered_at is None:
            Message.objects.filter(pk=ours.pk).update(delivered_at=timezone.now())
        elif status in LOST and ours.status in (Message.Status.SENDING, Message.Status.SENT):
            move(ours, Message.Status.BOUNCED, provider_ref=ref, error=why)
            note_bounce(ours, by=None)
