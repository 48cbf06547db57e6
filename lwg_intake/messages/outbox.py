"""The outbox: a message is written in the transaction of the deed, and sent later by a worker (sending.py)."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.db import transaction

from lwg_intake.errors import Refusal
from lwg_intake.messages.catalogue import TEMPLATES, Audience, Channel
from lwg_intake.messages.models import Message, Wording
from lwg_intake.messages.reaching import due, reach
from lwg_intake.messages.tasks import send_outbox
from lwg_intake.messages.texts import Text, render
from lwg_intake.records.models import Client
from lwg_intake.records.rules import Flag

# What a text to a client says where only the practice's own number is meant.
CALLS_BACK = ("callback", "return_contact")


def write(
    template: str, *, key: str, client: Client | None = None, to: str = "", channel: str = "", **variables: str
) -> Message:
    """Write a message in the words in force. The same key again gives the row that is there.

    To a client: `client` says where it goes (the guardian, for a minor), what is honoured (consent for this channel;
    for texts the quiet hours, so that it may leave only in the morning) and the first name. To staff: `to` is the
    address, and `client` only whom it is about. `channel` is the text's first one unless told; each channel wants a
    key of its own.

    Raises Refusal with a sentence where it may not go or has nowhere to, and KeyError for a variable that is missing.
    """
    kind = TEMPLATES[template]
    channel = channel or kind.channels[0]
    if kind.audience == Audience.STAFF:
        return queue(_filled(template, None, client, channel, False, variables), to=to, key=key, client=client)
    if client is None:
        raise KeyError(f"{template} goes to a client, and none is given")
    found = reach(client, channel)
    text = _filled(template, None, client, channel, found.guardian, variables)
    if found.refused:
        raise Refusal(found.refused)
    return queue(text, to=found.to, key=key, client=client)


def compose(
    template: str, words: Wording | None = None, /, *, client: Client | None = None, channel: str = "", **variables: str
) -> Text:
    """The text as `write` would send it, for a preview, or a script to read aloud.

    In the words in force, or in `words`. Raises KeyError for a variable that is missing.
    """
    kind = TEMPLATES[template]
    channel = channel or kind.channels[0]
    is_letter = kind.audience == Audience.CLIENT and channel == Channel.EMAIL
    guardian = is_letter and client is not None and reach(client, channel).guardian
    return _filled(template, words, client, channel, guardian, variables)


def _filled(
    template: str, words: Wording | None, client: Client | None, channel: str, guardian: bool, variables: dict[str, str]
) -> Text:
    given = {name: settings.PRACTICE_PHONE for name in CALLS_BACK if name in TEMPLATES[template].variables}
    if client is not None:
        given["client_first_name"] = client.called
    part2 = client is not None and Flag.PART2 in client.flags
    text = render(template, channel, part2, words, **{**given, **variables})
    if client is None or not guardian or channel != Channel.EMAIL:
        return text
    return replace(text, body=f"To the parent or guardian of {client.called}:\n\n{text.body}")


def queue(text: Text, *, to: str, key: str, client: Client | None = None) -> Message:
    """Write a rendered text into the outbox. The same key again gives the row that is there.

    Raises Refusal for an empty address, and ValueError where the key belongs to another text or channel. The worker
    is told once the transaction stands; if it cannot be told, the timetable finds the row within a minute.
    """
    if not to:
        raise Refusal("There is no e-mail address on record. Add it to the record, import again, and then tick.")
    message, created = Message.objects.get_or_create(
        key=key,
        defaults={
            "template": text.template, "version": text.version, "channel": text.channel, "to": to,
            "subject": text.subject, "body": text.body, "client": client, "due_at": due(text.channel),
        },
    )  # fmt: skip
    if (message.template, message.channel) != (text.template, text.channel):
        raise ValueError("each text and channel wants a key of its own")
    if created:
        transaction.on_commit(nudge, robust=True)
    return message


def nudge() -> None:
    """Tell a worker that there is something to send."""
    send_outbox.apply_async(retry=False)
