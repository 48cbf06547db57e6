"""What an event says in words: one table, from the verb in the audit to the end of a sentence that begins with who."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import TextChoices

from lwg_intake.audit.models import Event, RowChange


class Kind(TextChoices):
    """What sort of deed an event is; what a manager can filter by."""

    SAW = "saw", "Saw a record"
    CHANGED = "changed", "Changed a record"
    CASE = "case", "Worked on a case"
    MESSAGE = "message", "Wrote, sent or received a message"
    OFFICE = "office", "Changed accounts, numbers or texts"
    SESSION = "session", "Signed in or out"
    PROGRAM = "program", "Imports, sweeps and other work of the program"


# Braces hold a value of the event. A verb that is not here is told by its own words (see `sentence`).
_TOLD: dict[Kind, dict[str, str]] = {
    Kind.SAW: {
        "client.opened": "opened the client's record",
        "case.opened": "opened a case",
        "clients.searched": "searched for “{text}”",
        "caseload.opened": "looked at a caseload of {clients} clients",
        "calls.opened": "looked at the call list: {clients} clients",
        "backfill.opened": "looked at the backfill list: {clients} clients",
        "figures.opened": "looked at the practice's figures",
        "message.opened": "read a message",
        "messages.opened": "looked at the messages",
        "tracker.exported": "took the tracker out as a file: {rows} rows",
        "trail.opened": "looked at the trail",
        "trail.exported": "took the trail out as a file: {rows} rows",
        "retention.opened": "looked at the records past their date: {clients} shown",
    },
    Kind.CHANGED: {
        "client.changed": "changed the client's details",
        "contact.written": "wrote an entry in the interaction log",
        "insurance.confirmed": "confirmed the insurance",
        "portal.confirmed": "confirmed the portal access",
        "balance.seen": "checked the balance",
        "balance.set": "set the balance to ${amount}",
        "arrangement.made": "recorded an arrangement over ${amount}",
        "arrangement.ended": "ended an arrangement",
        "omhc.completed": "recorded the OMHC assessment",
        "place.held": "held a place with a clinician",
        "place.freed": "recorded a place that came free",
        "place.given": "gave a free place to the client",
        "place.closed": "took a free place off the list",
        "appointment.scheduled": "scheduled a visit",
        "appointment.taken_back": "took a scheduled visit back",
        "appointments.cancelled": "cancelled the visits ahead",
        "assignment.made": "assigned the client to a clinician",
        "assignment.ended": "ended an assignment",
        "termination.written": "wrote a termination",
        "removal.asked": "asked to take the old clinician off the record",
        "removal.done": "took the old clinician off the record",
        "removal.withdrawn": "withdrew the request to take a clinician off",
        "backfill.added": "put the client on the backfill list",
        "backfill.changed": "changed when the client on the backfill list can come",
        "backfill.ended": "took the client off the backfill list",
        "hold.set": "set a legal hold",
        "hold.lifted": "lifted the legal hold",
        "retention.decided": "decided about a record past its date: {outcome}",
    },
    Kind.CASE: {
        "case.started": "started a case ({procedure})",
        "case.ticked": "ticked the step “{step}”",
        "case.changed": "changed the step “{step}”",
        "case.waiting": "saved the step “{step}” as waiting",
        "case.unticked": "unticked the step “{step}”",
        "case.asked": "asked a question at the step “{step}”",
        "case.answered": "answered a question at the step “{step}”",
        "case.left": "ended a case early",
        "case.reopened": "reopened a case",
        "case.completed": "completed a case",
        "return.decided": "decided whether the client may return",
        "suggestion.answered": "answered the night's suggestion: {answer}",
    },
    Kind.MESSAGE: {
        "message.queued": "wrote the message {template}",
        "message.sent_again": "sent a message again",
        "message.bounced": "recorded that a message came back",
        "messages.held": "held messages back",
        "messages.released": "let messages go that were held back",
        "text.received": "received a text message",
        "text.settled": "settled whose text message it is",
        "text.previewed": "previewed the message {template}",
    },
    Kind.OFFICE: {
        "policy.changed": "changed the number {key} from {old} to {new}, from {effective_on} on",
        "text.written": "changed the wording of the message {template}",
        "person.added": "opened an account",
        "person.changed": "changed an account",
        "person.closed": "closed an account",
        "person.opened": "opened a closed account again",
        "person.password_link": "made a link to choose a password",
        "person.second_factor_reset": "took the second factor off an account",
        "account.password_changed": "changed their password",
        "account.password_reset": "chose a new password",
        "account.second_factor_added": "added a second factor",
        "account.second_factor_removed": "removed a second factor",
        "account.second_factor_reset": "renewed their recovery codes",
    },
    Kind.SESSION: {
        "session.signed_in": "signed in",
        "session.signed_out": "signed out",
        "session.lapsed": "was signed out after a while",
        "session.refused": "refused a sign-in",
    },
    Kind.PROGRAM: {
        "caseload.swept": "judged every caseload: {opened} suggestions opened, {withdrawn} withdrawn",
        "import.file": "imported a file",
    },
}
VERBS = {verb: (kind, words) for kind, told in _TOLD.items() for verb, words in told.items()}

# The values that are told apart from the sentence, in the field's own words. Numbers of rows say nothing to a reader.
_HIDDEN = ("shown", "text", "procedure", "step", "key", "old", "new", "effective_on", "messages", "visits", "kinds")


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(event: Event) -> str:
    """The end of a sentence that begins with who. A verb that nobody wrote words for is told by its own."""
    if event.verb in VERBS:
        return VERBS[event.verb][1].format_map(_Values(event.values))
    noun, _, deed = event.verb.partition(".")
    return f"{deed} the {noun}".replace("_", " ") if deed else event.verb


def verbs_of(kind: str) -> list[str]:
    return list(_TOLD[Kind(kind)])


def details(event: Event) -> list[tuple[str, str]]:
    """What else the event holds: each value by its name, a change as before and after."""
    told = []
    for name, value in event.values.items():
        if name == "fields" and isinstance(value, dict):
            told += [(_named(field), _worded(pair)) for field, pair in value.items()]
        elif name not in _HIDDEN and value not in ("", None, [], {}):
            told.append((_named(name), _worded(value)))
    return told


def _named(name: str) -> str:
    return name.replace("_", " ")


def _worded(value: Any) -> str:
    match value:
        case [before, after] if not isinstance(before, list | dict) and not isinstance(after, list | dict):
            return f"{_plain(before)} → {_plain(after)}"
        case list():
            return ", ".join(_plain(one) for one in value)
        case dict():
            return ", ".join(f"{_named(name)} {_plain(one)}" for name, one in value.items())
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list() | dict():
            return _worded(value) or "none"
    return str(value)


@dataclass(frozen=True)
class RowLine:
    """One row that the database noted: which, what happened to it, and each column before and after."""

    what: str
    changed: list[tuple[str, str]]
    at: datetime
    db_user: str


@cache
def _nouns() -> dict[str, str]:
    return {model._meta.db_table: str(model._meta.verbose_name) for model in apps.get_models()}


def row_line(change: RowChange) -> RowLine:
    noun = _nouns().get(change.record, change.record)
    which = (
        f"{noun} {change.row_id}" if change.rows == 1 else f"{change.rows:,} rows of {noun}, from {change.row_id} on"
    )
    told = [(_named(name), _worded(pair)) for name, pair in change.changed.items()]
    return RowLine(f"{which} {change.get_deed_display()}", told, change.at, change.db_user)


@dataclass(frozen=True)
class Line:
    """One event, as a page or a file shows it."""

    pk: int
    at: datetime
    who: str
    what: str
    details: list[tuple[str, str]]
    client_id: int | None
    client: str
    origin: str
    rows: list[RowLine]


def _is_of(change: RowChange, event: Event) -> bool:
    """Whether a row may have changed by this event: one transaction can hold the events of many clients."""
    return None in (change.client_id, event.client_id) or change.client_id == event.client_id


def lines(events: Iterable[Event], names: dict[int, str], rows: Mapping[int, list[RowChange]]) -> list[Line]:
    """`names` are those of the clients that the reader may see; another is told by its number alone.

    `rows` are the changes that the database noted, by transaction: each event shows those of its own.
    """
    return [
        Line(
            event.pk, event.at, event.actor_name, sentence(event), details(event), event.client_id,
            names.get(event.client_id, f"client {event.client_id}") if event.client_id else "", event.origin,
            [row_line(change) for change in rows.get(event.xact or 0, ()) if _is_of(change, event)],
        )
        for event in events
    ]  # fmt: skip
