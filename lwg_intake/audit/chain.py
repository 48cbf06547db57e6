"""The chain over the audit's events and row changes: each link's digest covers one of them and the digest before it.

A worker lengthens it every minute, apart from the deeds, which therefore never wait for one another. What it shows and
what it cannot show stands in docs/audit.md.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from lwg_intake.audit.models import LONGEST_DEED, Head, Link
from lwg_intake.audit.untold import tell
from lwg_intake.errors import Refusal

log = logging.getLogger(__name__)
BATCH = 2_000
# Any 64-bit number, the same in every process.
LOCK = 7_314_003
# The worker comes every minute: what has waited for longer than this waits for a worker that does not run.
LONG_WAIT = timedelta(hours=1)
# What the first link stands on.
START = "0" * 64


@dataclass(frozen=True)
class Sealed:
    """A table whose rows get places in the chain: what one is called, the link's column, and what the digest covers."""

    noun: str
    table: str
    column: str
    fields: tuple[str, ...]
    json: str

    @property
    def selected(self) -> str:
        """The moment as text: one that Python has no date for, such as infinity, is then a text like any other."""
        moment = f"to_json({self.table}.at AT TIME ZONE 'UTC') #>> '{{}}'"
        return ", ".join(moment if name == "at" else f'{self.table}."{name}"' for name in self.fields)

    @property
    def waiting(self) -> str:
        """Its rows that have no place yet."""
        return (
            f"FROM {self.table} WHERE id > %s "
            f"AND NOT EXISTS (SELECT FROM audit_link l WHERE l.{self.column} = {self.table}.id)"
        )


EVENTS = Sealed(
    "event", "audit_event", "event_id",
    ("id", "at", "actor_id", "actor_name", "verb", "record", "record_id", "client_id", "origin", "values", "xact"),
    "values",
)  # fmt: skip
ROWS = Sealed(
    "row change", "audit_rowchange", "rowchange_id",
    ("id", "at", "xact", "record", "deed", "row_id", "rows", "client_id", "changed", "db_user"),
    "changed",
)  # fmt: skip
CHAINED = f"""
SELECT l.position, l.digest, l.event_id, l.rowchange_id, {EVENTS.selected}, {ROWS.selected}
FROM audit_link l LEFT JOIN audit_event ON audit_event.id = l.event_id
LEFT JOIN audit_rowchange ON audit_rowchange.id = l.rowchange_id
WHERE l.position <= %s AND l.position > %s ORDER BY l.position LIMIT %s
"""
# The end of the chain stands in the same statement, so that it and the heads are of one moment.
HEADS = """
SELECT h.position, h.digest, h.signature, l.digest, (SELECT max(position) FROM audit_link)
FROM (SELECT 0 AS nothing) n LEFT JOIN audit_head h ON true LEFT JOIN audit_link l USING (position) ORDER BY h.position
"""


def canonical(of: Sealed, row: tuple[Any, ...]) -> bytes:
    """A row as the bytes that are hashed: JSON with sorted keys, the moment in UTC. `row` is as in the fields.

    What cannot be read, such as a number of 5,000 digits, stands in it as the database writes it, by another name: no
    row holds up those after it.
    """
    told = dict(zip(of.fields, row, strict=True))
    try:
        told["at"] = datetime.fromisoformat(told["at"]).replace(tzinfo=UTC).isoformat()
        told[of.json] = json.loads(told[of.json])
    except (ValueError, RecursionError):
        told["unread"] = told.pop(of.json)
    if told["xact"] is None:  # Written before transactions were noted.
        del told["xact"]
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(before: str, of: Sealed, row: tuple[Any, ...]) -> str:
    return hashlib.sha256(before.encode() + canonical(of, row)).hexdigest()


def signature_of(position: int, digest: str) -> str:
    return salted_hmac("lwg_intake.audit.head", f"{position}:{digest}", algorithm="sha256").hexdigest()


# --- Lengthening -----------------------------------------------------------------------------------------------------


def seal(*, everything: bool = False) -> int:
    """Give each event and row change that has none its place in the chain; how many got one.

    Batch by batch, each in a transaction of its own: killed in the middle, the next run goes on. Beside another that
    is at it, it does nothing. What a transaction wrote that ended late gets a later place than its number says; the
    usual run looks for these among what came in the last half day, `everything` among all. Raises Refusal where the
    chain was cut, and would end again at the place of a head of before.
    """
    floors, total = ((0, 0) if everything else _settled()), 0
    while count := _seal_batch(*floors):
        total += count
    return total


def _settled() -> tuple[int, int]:
    """Every event and every row change up to these numbers has its place, or was rolled back long ago."""
    sealed = Head.objects.filter(sealed_at__lt=timezone.now() - LONGEST_DEED)
    last = sealed.aggregate(events=Max("through"), rows=Max("rows_through"))
    return last["events"] or 0, last["rows"] or 0


def _seal_batch(events_from: int, rows_from: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        waiting: dict[Sealed, list[tuple[Any, ...]]] = {}
        for of, floor in ((EVENTS, events_from), (ROWS, rows_from)):
            cursor.execute(f"SELECT {of.selected} {of.waiting} ORDER BY id LIMIT %s", [floor, BATCH])
            waiting[of] = cursor.fetchall()
        if not any(waiting.values()):
            return 0
        tell([row[0] for row in waiting[ROWS]])
        last = Link.objects.order_by("-position").first()
        position, digest = (last.position, last.digest) if last else (0, START)
        links = []
        for of, rows in waiting.items():
            for row in rows:
                position, digest = position + 1, digest_of(digest, of, row)
                links.append(Link(position=position, digest=digest, **{of.column: row[0]}))
        if Head.objects.filter(position=position).exists():
            raise Refusal(
                f"A head stands at place {position} already, of a chain that was cut, or written by something else: "
                "nothing is sealed up to there. With the next event the chain goes past it."
            )
        Link.objects.bulk_create(links)
        events_to, rows_to = (rows[-1][0] if rows else 0 for rows in waiting.values())
        Head.objects.create(
            position=position, digest=digest, signature=signature_of(position, digest),
            through=max(events_from, events_to), rows_through=max(rows_from, rows_to),
        )  # fmt: skip
        # The log is kept elsewhere: who cuts the chain in the database cannot cut it there.
        transaction.on_commit(lambda: log.info("Audit sealed up to %s %s", position, digest))
    return len(links)


# --- Verifying -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written. `kind` is altered, missing or cut."""

    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.sentence}"


@dataclass(frozen=True)
class Verified:
    """What a look at the whole chain came to. `waiting` rows have no place yet: the chain says nothing of them.

    `late` of them have waited for much longer than sealing takes. `head` is the last one that this program signed.
    """

    links: int
    waiting: int
    late: int
    head: str
    findings: list[Finding]


def verify(outside: str = "") -> Verified:
    """Recompute the chain, and compare its end with the heads, and with one kept outside (“position digest”).

    Raises ValueError for an `outside` that is no such pair.
    """
    kept = _read_head(outside) if outside else None
    head, digest, end, about_heads = _check_heads()
    waiting, late = _waiting()
    return Verified(
        links=Link.objects.filter(position__lte=end).count(),
        waiting=waiting,
        late=late,
        head=f"{head} {digest}" if head else "",
        findings=[*_check_links(end, kept), *_check_end(head, end, kept), *about_heads],
    )


def _read_head(text: str) -> tuple[int, str]:
    position, _, digest = text.strip().partition(" ")
    if not re.fullmatch(r"[0-9]{1,18}", position) or len(digest.strip()) != 64:
        raise ValueError("A head is a position, a space and a digest of 64 characters, as the log has it.")
    return int(position), digest.strip()


def _check_heads() -> tuple[int, str, int, list[Finding]]:
    """The last head that this program signed (0 without one), where the chain ends, and what is wrong with heads."""
    head, kept, end, findings = 0, "", 0, []
    with connection.chunked_cursor() as cursor:
        cursor.execute(HEADS)
        for position, digest, signature, linked, last in _rows(cursor):
            end = last or 0
            if position is None:
                break
            if not constant_time_compare(signature, signature_of(position, digest)):
                findings.append(Finding("altered", f"the head at place {position}: this program did not sign it"))
                continue
            head, kept = position, digest
            if linked not in (None, digest):
                findings.append(Finding("altered", f"the chain up to place {position} is not the one that was sealed"))
    return head, kept, end, findings


def _rows(cursor: Any) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(BATCH):
        yield from rows


def _links(end: int) -> Iterator[tuple[Any, ...]]:
    position = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(CHAINED, [end, position, 10 * BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        yield from rows
        position = rows[-1][0]


def _check_links(end: int, kept: tuple[int, str] | None) -> Iterator[Finding]:
    before, expected, gap = START, 1, False
    for position, digest, event_id, rowchange_id, *both in _links(end):
        of, which = (EVENTS, event_id) if event_id is not None else (ROWS, rowchange_id)
        row = both[: len(EVENTS.fields)] if of is EVENTS else both[len(EVENTS.fields) :]
        if position != expected:
            lost = f"place {expected}" if position == expected + 1 else f"places {expected} to {position - 1}"
            yield Finding("missing", f"{lost} of the chain, before {of.noun} {which}")
            gap = True
        if row[0] is None:
            yield Finding("missing", f"{of.noun} {which}, at place {position}")
        # Beside a gap the digest before is not known: the link is believed, as the next one stands on it.
        elif not gap and digest != digest_of(before, of, tuple(row)):
            yield Finding("altered", f"{of.noun} {which}, at place {position}")
        if kept and kept[0] == position and kept[1] != digest:
            yield Finding("altered", f"the chain at place {position} is not the one whose head was kept outside")
        before, expected, gap = digest, position + 1, False


def _check_end(head: int, end: int, kept: tuple[int, str] | None) -> Iterator[Finding]:
    if head > end:
        yield Finding("cut", f"the chain ends at place {end}, and was sealed up to {head}")
    if end > head:
        yield Finding("altered", f"places {head + 1} to {end} were added by something else: no head covers them")
    if kept and kept[0] > end:
        yield Finding("cut", f"the chain ends at place {end}, and the head kept outside stands at {kept[0]}")


def _waiting() -> tuple[int, int]:
    """How many rows have no place yet, and how many of these have waited for long."""
    counts = f"SELECT count(*), count(*) FILTER (WHERE at < now() - interval '{LONG_WAIT.total_seconds():.0f} seconds')"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"{counts} {of.waiting}" for of in (EVENTS, ROWS)), [0, 0])
        waiting, late = zip(*cursor.fetchall(), strict=True)
    return sum(waiting), sum(late)
