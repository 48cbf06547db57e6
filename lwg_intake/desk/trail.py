"""Questions to the audit: who saw or changed what. Every page of it comes in the same time, however long the trail."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.audit.models import LONGEST_DEED, Event, RowChange
from lwg_intake.audit.untold import untold as changes_untold
from lwg_intake.desk.telling import Line, Names, RowLine, lines, row_line, verbs_of
from lwg_intake.imports.models import Change
from lwg_intake.records.models import Client, Clinician

PAGE = 50
# Of the rows beneath one page of events.
MOST_ROWS = 500
# The person of a filter that means the program itself.
PROGRAM = 0


@dataclass(frozen=True)
class Asked:
    """What a reader asks of the trail. Days are the practice's own, both included; `person` 0 is the program."""

    client: int | None = None
    person: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    kind: str = ""

    def as_query(self) -> dict[str, str]:
        """For an address: numbers of rows, days and a kind, nothing about anybody."""
        told = {"client": self.client, "person": self.person, "from": self.first_on, "until": self.last_on}
        return {name: str(value) for name, value in told.items() if value is not None} | (
            {"kind": self.kind} if self.kind else {}
        )


def events(asked: Asked) -> QuerySet[Event]:
    """The latest first. A search or a list that showed a client counts among those who saw the client, and an import
    that brought or changed rows of the client among what changed them."""
    found = Event.objects.order_by("-at", "-pk")
    if asked.client is not None:
        listed = Q(values__has_key="shown", values__shown__contains=[asked.client])
        found = found.filter(Q(client_id=asked.client) | listed | _imported(asked.client))
    if asked.person is not None:
        found = found.filter(actor_id=asked.person or None)
    if asked.first_on:
        found = found.filter(at__gte=_midnight(asked.first_on))
    if asked.last_on:
        found = found.filter(at__lt=_midnight(asked.last_on + timedelta(days=1)))
    return found.filter(verb__in=verbs_of(asked.kind)) if asked.kind else found


def _imported(client: int) -> Q:
    """The files that brought or changed rows of a client, and that these were taken back."""
    of = list(Change.objects.filter(client_id=client).values_list("file_id", "file__run_id").distinct())
    return Q(verb="import.file", record="imports.runfile", record_id__in=[file for file, _ in of]) | Q(
        verb="import.undone", record="imports.run", record_id__in={run for _, run in of}
    )


def page(
    asked: Asked, reader: User, before: int | None = None, *, with_rows: bool = False
) -> tuple[list[Line], int | None]:
    """A page of the trail, and the event after which the next one goes on (None at the end)."""
    found = events(asked)
    last = Event.objects.filter(pk=before).only("at").first() if before else None
    if last:
        found = found.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk), at__lte=last.at)
    rows = list(found[: PAGE + 1])
    more = rows[PAGE - 1].pk if len(rows) > PAGE else None
    return told(rows[:PAGE], reader, with_rows=with_rows, client=asked.client), more


def told(rows: list[Event], reader: User, *, with_rows: bool = False, client: int | None = None) -> list[Line]:
    """The events in words; with the rows that the database noted beneath them, where these are asked for, only those of
    the client if one is meant."""
    wanted = {row.client_id for row in rows if row.client_id}
    seen = Client.objects.visible_to(reader).filter(pk__in=wanted).only("first_name", "last_name", "ref")
    accounts = {row.pk: pk for row in rows if (pk := _account(row))}
    names = Names(
        {client.pk: f"{client} ({client.ref})" for client in seen},
        _named(Clinician, {row.values.get("clinician") for row in rows}),
        _named(
            User, {row.values["asked"].get("person") for row in rows if "asked" in row.values} | {*accounts.values()}
        ),
    )
    whose = {pk: f": {names.people[account]}" for pk, account in accounts.items() if account in names.people}
    found = lines(rows, names, _beneath(rows, client) if with_rows else {})
    return [replace(line, what=line.what + whose.get(line.pk, "")) for line in found]


def _account(event: Event) -> int | None:
    """The account that an event is about, where it is another than the one that did it."""
    is_another = event.record == User._meta.label_lower and event.record_id != event.actor_id
    return event.record_id if is_another else None


def _named(model: type[Model], asked: set[Any]) -> dict[int, str]:
    wanted = {int(pk) for pk in asked if str(pk).isdecimal()} - {0}
    return {pk: str(row) for pk, row in model._default_manager.in_bulk(wanted).items()} if wanted else {}


def _beneath(shown: list[Event], client: int | None) -> dict[int, list[RowChange]]:
    """The rows that the database noted, each once, beneath the event that tells it.

    That is the first one of its transaction and client that came after the row, or the last one. Both clocks are asked,
    the database's and the program's: where they differ, a row stands beneath the deed next to its own.
    """
    clients = {event.client_id for event in shown if event.client_id}
    any_client = {event.xact for event in shown if event.xact and event.client_id is None}
    theirs = Q(xact__in=any_client) | Q(xact__in={event.xact for event in shown if event.xact}) & (
        Q(client_id__in=clients) | Q(client_id=None)
    )
    beside: dict[int, list[Event]] = defaultdict(list)
    for event in Event.objects.filter(theirs).order_by("pk").only("at", "client_id", "xact"):
        beside[event.xact or 0].append(event)
    found: dict[int, list[RowChange]] = defaultdict(list)
    meant = Q() if client is None else Q(client_id=client) | Q(client_id=None)
    for change in RowChange.objects.filter(theirs, meant).order_by("pk")[:MOST_ROWS]:
        tellers = [event for event in beside[change.xact] if _may_tell(event, change)]
        if tellers:
            teller = next((event for event in tellers if event.at >= change.at), tellers[-1])
            found[teller.pk].append(change)
    return found


def _may_tell(event: Event, change: RowChange) -> bool:
    """One transaction can hold the events of many clients; a restored database counts transactions anew."""
    same_client = None in (change.client_id, event.client_id) or change.client_id == event.client_id
    return same_client and abs(event.at - change.at) <= LONGEST_DEED


def untold(client: int) -> list[RowLine]:
    """Changes of a client's rows that no event tells yet: made past the program a moment ago, the latest first."""
    return [row_line(change) for change in changes_untold().filter(client_id=client).order_by("-pk")[:PAGE]]


def as_table(asked: Asked, reader: User, most: int) -> list[list[str]]:
    """The trail as the lines of a file, the headings first, the latest events first, `most` of them."""
    rows = list(events(asked)[: most + 1])
    table = [[f"When ({settings.TIME_ZONE})", "When (UTC)", "Who", "What", "Details", "Rows changed", "Client", "From"]]
    for first in range(0, min(len(rows), most), MOST_ROWS):
        shown = rows[first : min(first + MOST_ROWS, most)]
        for line in told(shown, reader, with_rows=True, client=asked.client):
            table.append(_cells(line))
    if len(rows) > most:
        table.append(["", "", "", f"Only the latest {most:,} are in this file: ask for fewer days.", "", "", "", ""])
    return table


def _cells(line: Line) -> list[str]:
    local, utc = timezone.localtime(line.at), line.at.astimezone(UTC)
    return [
        f"{local:%Y-%m-%d %H:%M:%S}", f"{utc:%Y-%m-%d %H:%M:%S}", line.who, line.what,
        "; ".join(f"{name}: {value}" for name, value in line.details),
        "; ".join(f"{row.what}{_columns(row)}" for row in line.rows), line.client, line.origin,
    ]  # fmt: skip


def _columns(row: RowLine) -> str:
    return f" ({', '.join(f'{name}: {value}' for name, value in row.changed)})" if row.changed else ""


def people() -> list[tuple[Any, str]]:
    """Who can be asked for: every account, closed ones too, and the program itself."""
    accounts = User.objects.order_by("last_name", "first_name", "pk")
    return [(user.pk, f"{user}{'' if user.is_active else ' (closed)'}") for user in accounts] + [
        (PROGRAM, "The program itself")
    ]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
