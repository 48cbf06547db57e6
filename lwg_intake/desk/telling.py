"""What an event says in words: its sentence (verbs.py), its values by name, and the rows beneath it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from string import Formatter
from typing import Any

from django.apps import apps

from lwg_intake import dates
from lwg_intake.audit.models import Event, RowChange
from lwg_intake.checklists.registry import wings
from lwg_intake.desk.verbs import TOLD, VERBS, Kind
from lwg_intake.messages.catalogue import TEMPLATES
from lwg_intake.policy.numbers import NUMBERS

# Numbers of rows say nothing to a reader.
HIDDEN = ("shown", "clients", "client", "assignment", "departure", "run", "file_id", "messages", "visits", "kinds")

# What an event holds as a before and an after, apart from `fields`. All other lists are lists, also those of two.
PAIRS = ("text_ok",)

# What did it where nobody sat at a browser. A network address and a command's name stand as they are.
WHENCE = {
    "program": "the program",
    "task caseload.tasks.nightly_sweep": "the night’s sweep",
    "task caseload.tasks.weekly_digest": "the week’s digest",
    "task lwg_intake.audit.tasks.seal_audit": "the audit’s seal",
    "task lwg_intake.imports.tasks.work_on": "an import",
    "task lwg_intake.imports.tasks.work_on_all": "an import",
    "task lwg_intake.messages.tasks.send_outbox": "the outbox",
    "task reassignment.tasks.lapse_offers": "offers that lapse",
    "task reassignment.tasks.remind_of_rosters": "reminder of rosters",
    "task reassignment.tasks.remind_of_waiting": "reminder of who waits",
}


@dataclass(frozen=True)
class Names:
    """Whom the numbers in events mean, as far as the reader may know: by the number of the row."""

    clients: Mapping[int, str] = field(default_factory=dict)
    clinicians: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(event: Event) -> str:
    """The end of a sentence that begins with who. A verb that nobody wrote words for is told by its own."""
    if event.verb in VERBS:
        told = {name: WORDS[name](value, event.values) for name, value in event.values.items() if name in WORDS}
        return VERBS[event.verb][1].format_map(_Values(event.values | told))
    noun, _, deed = event.verb.partition(".")
    return f"{deed} the {noun}".replace("_", " ") if deed else event.verb


def verbs_of(kind: str) -> list[str]:
    """Who asks for a kind of change means those past the program, too."""
    past = TOLD[Kind.PAST] if kind in (Kind.CHANGED, Kind.CASE, Kind.MESSAGE, Kind.OFFICE) else {}
    return [*TOLD[Kind(kind)], *past]


def _procedure(key: str, _: Mapping[str, Any]) -> str:
    return next((wing.procedure.title.lower() for wing in wings() if wing.procedure.key == key), key)


def _step(key: str, values: Mapping[str, Any]) -> str:
    found = (w.procedure.step(key) for w in wings() if w.procedure.key == values.get("procedure"))
    return next((step.title for step in found if step), key)


def _template(key: str, _: Mapping[str, Any]) -> str:
    return f"{key} ({TEMPLATES[key].purpose})" if key in TEMPLATES else key


def _number(key: str, _: Mapping[str, Any]) -> str:
    return NUMBERS[key].meaning if key in NUMBERS else key


def _clients(count: Any, _: Mapping[str, Any]) -> str:
    return "1 client" if count == 1 else f"{count} clients"


def _rows(count: Any, _: Mapping[str, Any]) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _value(value: Any, values: Mapping[str, Any]) -> str:
    number = NUMBERS.get(values.get("key", ""))
    return number.said(value) if number and isinstance(value, int) else str(value)


def _moment(value: Any, _: Mapping[str, Any] | None = None) -> str:
    try:
        return dates.told_moment(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return _worded(value)


def _day(value: Any, _: Mapping[str, Any] | None = None) -> str:
    return dates.told(value) if isinstance(value, str) else _worded(value)


# How a value reads in a sentence, where it is not as it stands.
WORDS: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "procedure": _procedure,
    "step": _step,
    "template": _template,
    "key": _number,
    "old": _value,
    "new": _value,
    "clients": _clients,
    "rows": _rows,
    "deleted": _rows,
    "until_at": _moment,
    "effective_on": _day,
}


@cache
def _in_sentence(verb: str) -> frozenset[str]:
    """The values that the sentence of a verb holds already; the step of a case says its procedure."""
    told = VERBS[verb][1] if verb in VERBS else ""
    return frozenset(name for _, name, _, _ in Formatter().parse(told) if name) | {"procedure", "step"}


def details(event: Event, names: Names | None = None) -> list[tuple[str, str]]:
    """What else the event holds: each value by its name, a change as before and after."""
    names, told = names or Names(), []
    for name, value in event.values.items():
        if name == "fields" and isinstance(value, dict):
            told += [(_named(column), _change(pair)) for column, pair in value.items()]
        elif name in PAIRS:
            told.append((_named(name), _change(value)))
        elif name == "clinician" and value in names.clinicians:
            told.append(("clinician", names.clinicians[value]))
        elif name == "asked":
            told += [("asked", words)] if (words := _asked(value, names)) else []
        elif name not in HIDDEN and name not in _in_sentence(event.verb) and value not in ("", None, [], {}):
            when = _moment if name.endswith("_at") else _day if name.endswith("_on") or name == "day" else _worded
            told.append((_named(name), when(value)))
    return told


def _asked(asked: Mapping[str, str], names: Names) -> str:
    """What somebody asked of the trail. The client stands in a column of its own."""
    told = [f"{word} {_day(asked[word])}" for word in ("from", "until") if word in asked]
    if person := asked.get("person"):
        told.append(names.people.get(int(person), "the program itself" if person == "0" else f"account {person}"))
    if kind := asked.get("kind"):
        told.append(f"“{Kind(kind).label}”" if kind in Kind.values else kind)
    return ", ".join(told)


def _named(name: str) -> str:
    return name.replace("_", " ")


def _change(pair: Any) -> str:
    match pair:
        case [before, after]:
            return f"{_plain(before)} → {_plain(after)}"
    return _worded(pair)


def _worded(value: Any) -> str:
    match value:
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
    changed = change.changed if isinstance(change.changed, dict) else {"holds": change.changed}
    told = [(_named(name), _change(pair)) for name, pair in changed.items()]
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


def lines(events: Iterable[Event], names: Names, rows: Mapping[int, list[RowChange]]) -> list[Line]:
    """`names` are those that the reader may know: another client is told by its number alone.

    `rows` are the changes that the database noted, by event.
    """
    return [
        Line(
            event.pk, event.at, event.actor_name, *_told(event, names), event.client_id,
            names.clients.get(event.client_id, f"client {event.client_id}") if event.client_id else "",
            WHENCE.get(event.origin, event.origin),
            [row_line(change) for change in rows.get(event.pk, ())],
        )
        for event in events
    ]  # fmt: skip


def _told(event: Event, names: Names) -> tuple[str, list[tuple[str, str]]]:
    """Sentence and details. An event that the program cannot have written hides none of the others."""
    try:
        return sentence(event), details(event, names)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return event.verb, [("not as the program writes it", str(event.values))]
