"""Questions to the audit: who saw or changed what. Every page of it comes in the same time, however long the trail."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.audit.models import Event, RowChange
from lwg_intake.desk.telling import Line, RowLine, lines, row_line, verbs_of
from lwg_intake.records.models import Client

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
    """The latest first. A search that listed a client counts among those who saw the client."""
    found = Event.objects.order_by("-at", "-pk")
    if asked.client is not None:
        listed = Q(verb="clients.searched", values__shown__contains=[asked.client])
        found = found.filter(Q(client_id=asked.client) | listed)
    if asked.person is not None:
        found = found.filter(actor_id=asked.person or None)
    if asked.first_on:
        found = found.filter(at__gte=_midnight(asked.first_on))
    if asked.last_on:
        found = found.filter(at__lt=_midnight(asked.last_on + timedelta(days=1)))
    return found.filter(verb__in=verbs_of(asked.kind)) if asked.kind else found


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
    return told(rows[:PAGE], reader, with_rows=with_rows), more


def told(rows: list[Event], reader: User, *, with_rows: bool = False) -> list[Line]:
    """The events in words; with the rows that the database noted beneath them, where these are asked for."""
    wanted = {row.client_id for row in rows if row.client_id}
    seen = Client.objects.visible_to(reader).filter(pk__in=wanted).only("first_name", "last_name", "ref")
    changes = _beneath(rows) if with_rows else {}
    return lines(rows, {client.pk: f"{client} ({client.ref})" for client in seen}, changes)


def _beneath(rows: list[Event]) -> dict[int, list[RowChange]]:
    """The row changes of each event's transaction, each once: beneath the transaction's first event on the page."""
    found: dict[int, list[RowChange]] = defaultdict(list)
    for change in RowChange.objects.filter(xact__in={row.xact for row in rows if row.xact}).order_by("pk")[:MOST_ROWS]:
        found[change.xact].append(change)
    return found


def untold(client: int) -> list[RowLine]:
    """Changes of a client's rows that no event tells: made past the program, the latest first."""
    told = Event.objects.filter(xact=OuterRef("xact"))
    changes = RowChange.objects.filter(~Exists(told), client_id=client).order_by("-pk")
    return [row_line(change) for change in changes[:PAGE]]


def as_table(asked: Asked, reader: User, most: int) -> list[list[str]]:
    """The trail as the lines of a file, the headings first, the latest events first, `most` of them."""
    rows = list(events(asked)[:most])
    table = [["When", "Who", "What", "Details", "Client", "From"]]
    for line in told(rows, reader):
        details = "; ".join(f"{name}: {value}" for name, value in line.details)
        at = timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S")
        table.append([at, line.who, line.what, details, line.client, line.origin])
    return table


def people() -> list[tuple[Any, str]]:
    """Who can be asked for: every account, closed ones too, and the program itself."""
    accounts = User.objects.order_by("last_name", "first_name", "pk")
    return [(user.pk, f"{user}{'' if user.is_active else ' (closed)'}") for user in accounts] + [
        (PROGRAM, "The program itself")
    ]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
