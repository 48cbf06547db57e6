"""What people do with the outbox and with the texts' words."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.messages import incoming, rules
from lwg_intake.messages.bounces import note_bounce
from lwg_intake.messages.catalogue import TEMPLATES, Audience, Channel
from lwg_intake.messages.models import IncomingText, Message, Wording
from lwg_intake.messages.outbox import CALLS_BACK, compose, nudge
from lwg_intake.messages.reaching import due, reach
from lwg_intake.messages.texts import Text, common, fill, original, wording
from lwg_intake.records.models import Client
from lwg_intake.records.search import by_ref
from lwg_intake.transitions import move

Status = Message.Status


# --- The outbox -----------------------------------------------------------------------------------------------------


def hold(*, prefix: str, because: str, by: User) -> int:
    """Hold back every message that waits and whose key begins with `prefix`; how many. What is being sent, leaves.

    Raises Refusal without a reason.
    """
    require(by, Can.SEE_OUTBOX)
    if not because.strip():
        raise Refusal("Say why these messages are held back.")
    return _all(prefix, Status.QUEUED, Status.HELD, "messages.held", by, error=f"Held back by {by}: {because.strip()}")


def resume(*, prefix: str, by: User) -> int:
    """Let go again what was held back under `prefix`; how many."""
    require(by, Can.SEE_OUTBOX)
    with transaction.atomic():
        done = _all(prefix, Status.HELD, Status.QUEUED, "messages.resumed", by, error="")
        transaction.on_commit(nudge, robust=True)
    return done


def _all(prefix: str, here: Status, to: Status, verb: str, by: User, **also: str) -> int:
    """One status for many, each only from where it was: a message that a sender took in the meantime stays with it."""
    if not prefix:
        raise Refusal("Say which messages.")
    with transaction.atomic():
        rows = Message.objects.select_for_update(of=("self",)).filter(key__startswith=prefix, status=here)
        found = sorted(rows.values_list("pk", flat=True))
        Message.objects.filter(pk__in=found).update(status=to, error=also["error"][:500])
        record(verb, by=by, prefix=prefix, messages=found)
    return len(found)


def _message(message_id: int, by: User) -> Message:
    require(by, Can.SEE_OUTBOX)
    message = Message.objects.select_related("client").filter(pk=message_id).first()
    if message is None:
        raise NotThere("There is no such message.")
    return message


def open_message(*, message_id: int, by: User) -> Message:
    """The message with its words. Opening it is recorded."""
    message = _message(message_id, by)
    record("message.opened", by=by, on=message)
    return message


def hold_one(*, message_id: int, because: str, by: User) -> Message:
    """Hold one message back. Raises Refusal without a reason, and Stale where it has just been taken."""
    message = _message(message_id, by)
    if not because.strip():
        raise Refusal("Say why this message is held back.")
    with transaction.atomic():
        move(message, Status.HELD, error=f"Held back by {by}: {because.strip()}"[:500])
        record("messages.held", by=by, on=message, messages=[message.pk])
    return message


def send_again(*, message_id: int, confirmed: bool, by: User) -> Message:
    """Put a message that failed, came back or is held into the queue again, to the address now on record.

    Raises Refusal where the client no longer wants it or has no address, and where it may have left already and
    nobody has confirmed that it did not; Stale when somebody else was first.
    """
    message = _message(message_id, by)
    if message.may_have_left and not confirmed:
        raise Refusal("This may have left already. Ask whether it arrived, and tick the box if it did not.")
    to = message.to
    kind = TEMPLATES.get(message.template)
    if message.client and kind and kind.audience == Audience.CLIENT:
        found = reach(message.client, message.channel)
        if found.refused:
            raise Refusal(found.refused)
        to = found.to
    with transaction.atomic():
        move(message, Status.QUEUED, attempts=0, due_at=due(message.channel), error="", sent_at=None,
             delivered_at=None, provider_ref="", may_have_left=False)  # fmt: skip
        Message.objects.filter(pk=message.pk).update(to=to)
        record("message.sent_again", by=by, on=message, confirmed=confirmed)
        transaction.on_commit(nudge, robust=True)
    return message


def send_failed_again(*, by: User) -> tuple[int, int]:
    """Put every message that failed into the queue again, such as after a mail server's long absence.

    Gives how many wait again, and how many were left because a person has to look at each: one may have left already,
    or its client no longer wants it.
    """
    require(by, Can.SEE_OUTBOX)
    done = left = 0
    for pk in Message.objects.filter(status=Status.FAILED).order_by("pk").values_list("pk", flat=True):
        try:
            send_again(message_id=pk, confirmed=False, by=by)
            done += 1
        except Refusal:
            left += 1
    return done, left


def mark_bounced(*, message_id: int, by: User) -> Message:
    """A person has seen that a sent message came back: it stands in the client's log."""
    message = _message(message_id, by)
    with transaction.atomic():
        move(
            message, Status.BOUNCED, error=f"Came back, says {by}. Correct the address in the record, then send again."
        )
        note_bounce(message, by=by)
    return message


def settle(*, text_id: int, client_ref: str, by: User) -> IncomingText:
    """Say whose a text from outside is: it goes into that client's log. Without a record number it is nobody's.

    Raises NotThere for a record number that does not exist or may not be seen, Stale when somebody else was first.
    """
    require(by, Can.SEE_OUTBOX)
    client = seen_client(client_ref, by) if client_ref.strip() else None
    with transaction.atomic():
        text = IncomingText.objects.select_for_update(of=("self",)).filter(pk=text_id).first()
        if text is None:
            raise NotThere("There is no such text.")
        if text.settled_at:
            raise Stale("Someone else has settled this text already.")
        if client:
            incoming.log(text, client, by=by)
        text.client, text.settled_by, text.settled_at = client, by, timezone.now()
        text.body = "" if client else text.body
        text.save(update_fields=["client", "settled_by", "settled_at", "body"])
        record("text.settled", by=by, on=text, client_id=client.pk if client else None)
    return text


# --- The words ------------------------------------------------------------------------------------------------------


def seen_client(ref: str, by: User) -> Client:
    """A client by record number, if this person may open the record. Raises NotThere."""
    client = by_ref(ref, Client.objects.visible_to(by))
    if client is None:
        raise NotThere("There is no such record number, or none that you may open. Look it up in the search above.")
    return client


def check_words(template: str, channel: str, subject: str, body: str) -> list[str]:
    """What stands in the way of these words, in sentences; empty when nothing does."""
    kind, found = TEMPLATES[template], []
    try:
        used = rules.variables(f"{subject}\n{body}")
    except ValueError as error:
        return [str(error)]
    known, needed = kind.known(channel), kind.needed(channel)
    found += [f"${name} is not known to this text. It knows: {', '.join(known)}." for name in sorted(used - {*known})]
    found += [f"${name} is missing: this text cannot do without it." for name in needed if name not in used]
    if channel == Channel.EMAIL and not subject.strip():
        found.append("An e-mail needs a subject.")
    if channel == Channel.EMAIL and kind.audience == Audience.CLIENT:
        said = rules.variables(subject) - {"practice_name"}
        found += [f"The subject of an e-mail to a client holds nothing about the client: take out ${s}." for s in said]
    if channel in (Channel.TEXT, Channel.SCRIPT) and (said_why := rules.telling(rules.overheard(channel, body))):
        found.append(
            f"Anybody may read a text or hear a voicemail: it does not say why somebody is a client. "
            f"Take out {', '.join(f'“{word}”' for word in said_why)}."
        )
    if not body.strip():
        found.append("Write the words of the text.")
    return found


def doubts(channel: str, subject: str, body: str) -> list[str]:
    """What the words say that they perhaps should not, in sentences: they can be saved all the same."""
    outside = subject if channel == Channel.EMAIL else ""
    found = [f"“{word}” tells why somebody is a client. Better without it here." for word in rules.telling(outside)]
    if channel == Channel.TEXT:
        if "STOP" not in body:
            found.append("A text says how to end texts: “Reply STOP to end texts.”")
        if (count := rules.segments(body)) > 1:
            found.append(f"This is sent, and paid, as {count} texts; with names and links filled in perhaps as more.")
    return found


def write_words(*, template: str, channel: str, subject: str, body: str, note: str, after: int, by: User) -> Wording:
    """Write new words for a text, in force at once. `after` is the version they were written on.

    Raises NotThere for an unknown text, Refusal with every fault of the words, and Stale where somebody else wrote a
    version in the meantime.
    """
    require(by, Can.EDIT_TEXTS)
    _known(template, channel)
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    if faults := check_words(template, channel, subject, body):
        raise Refusal(" ".join(faults))
    now = wording(template, channel)
    if now.version != after:
        raise _overtaken(now)
    if (now.subject, now.body) == (subject, body):
        raise Refusal("These are the words that are in force already.")
    try:
        with transaction.atomic():
            made = Wording.objects.create(
                template=template, channel=channel, version=after + 1, subject=subject, body=body, note=note,
                written_by=by,
            )  # fmt: skip
            record("text.written", by=by, on=made, template=template, channel=channel, version=made.version)
    except IntegrityError:
        raise _overtaken(wording(template, channel)) from None
    return made


def _overtaken(now: Wording) -> Stale:
    who = f"{now.written_by} wrote version {now.version}" if now.version else "The text was changed"
    return Stale(f"{who} in the meantime. Yours is kept below and not saved: compare, and save again.")


def restore(*, template: str, channel: str, version: int, after: int, by: User) -> Wording:
    """Bring an older version's words back, as a new version; 0 is the practice's file."""
    require(by, Can.EDIT_TEXTS)
    old = words_of(template, channel, version)
    return write_words(
        template=template, channel=channel, subject=old.subject, body=old.body, note=f"Version {version} again",
        after=after, by=by,
    )  # fmt: skip


def words_of(template: str, channel: str, version: int) -> Wording:
    """One version of a text. Raises NotThere."""
    _known(template, channel)
    if version == 0:
        return original(template, channel)
    row = Wording.objects.filter(template=template, channel=channel, version=version).first()
    if row is None:
        raise NotThere("There is no such version.")
    return row


def _known(template: str, channel: str) -> None:
    if template not in TEMPLATES or channel not in TEMPLATES[template].channels:
        raise NotThere("There is no such text.")


def preview(*, template: str, channel: str, subject: str, body: str, client_ref: str, by: User) -> Text:
    """The words filled in for a client, with the name of each variable where only its process knows the value.

    Looking at a client's row is recorded. Raises Refusal with every fault of the words, and NotThere for a client who
    does not exist or may not be seen.
    """
    require(by, Can.EDIT_TEXTS)
    _known(template, channel)
    client = seen_client(client_ref, by) if client_ref.strip() else None
    if faults := check_words(template, channel, subject, body):
        raise Refusal(" ".join(faults))
    kind = TEMPLATES[template]
    given = {name: f"[{name.replace('_', ' ')}]" for name in (*kind.known(channel), *kind.variables)}
    given |= common() | dict.fromkeys(CALLS_BACK, settings.PRACTICE_PHONE) | {"csr_name": str(by)}
    words = Wording(template=template, channel=channel, version=0, subject=subject, body=body)
    if client is None:
        return fill(words, given)
    record("text.previewed", by=by, on=client, client_id=client.pk, template=template)
    return compose(template, words, client=client, channel=channel, **given | _of_client(client))


def _of_client(client: Client) -> dict[str, str]:
    """What the record itself knows of what a text may say."""
    assignment = client.assignments.filter(ended_on__isnull=True).select_related("clinician").first()
    known = {"client_ref": client.ref, "client_first_name": client.called}
    if assignment:
        known |= {"clinician_name": str(assignment.clinician), "service": assignment.get_service_display().lower()}
    return known
