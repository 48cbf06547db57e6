"""The chain over the audit's events: each link's digest covers the event and the digest before it.

A worker lengthens it every minute, apart from the deeds, which therefore never wait for one another. What it shows and
what it cannot show stands in docs/audit.md.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from lwg_intake.audit.models import Head, Link

log = logging.getLogger(__name__)
BATCH = 2_000
# Any 64-bit number, the same in every process.
LOCK = 7_314_003
# What the first link stands on.
START = "0" * 64
# No deed's transaction stays open for longer than this; the nightly run looks further back all the same.
LONGEST_DEED = timedelta(hours=12)
FIELDS = ("id", "at", "actor_id", "actor_name", "verb", "record", "record_id", "client_id", "origin", "values", "xact")
WAITING = f"""
SELECT {", ".join(f'e."{name}"' for name in FIELDS)} FROM audit_event e
WHERE e.id > %s AND NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id)
ORDER BY e.id LIMIT %s
"""
CHAINED = f"""
SELECT l.position, l.event_id, l.digest, {", ".join(f'e."{name}"' for name in FIELDS)}
FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id
WHERE l.position <= %s AND l.position > %s ORDER BY l.position LIMIT %s
"""
HEADS = """
SELECT h.position, h.digest, h.signature, l.digest
FROM audit_head h LEFT JOIN audit_link l USING (position) ORDER BY h.position
"""
# One statement, so that the end of the chain and its head are of one moment.
END = """
SELECT coalesce((SELECT max(position) FROM audit_head), 0), coalesce((SELECT max(position) FROM audit_link), 0)
"""


def canonical(row: tuple[Any, ...]) -> bytes:
    """An event as the bytes that are hashed: JSON with sorted keys, the moment in UTC. `row` is as in FIELDS."""
    told = dict(zip(FIELDS, row, strict=True))
    told["at"] = told["at"].astimezone(UTC).isoformat()
    told["values"] = json.loads(told["values"])
    if told["xact"] is None:  # Written before transactions were noted.
        del told["xact"]
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(before: str, row: tuple[Any, ...]) -> str:
    return hashlib.sha256(before.encode() + canonical(row)).hexdigest()


def signature_of(position: int, digest: str) -> str:
    return salted_hmac("lwg_intake.audit.head", f"{position}:{digest}", algorithm="sha256").hexdigest()


# --- Lengthening -----------------------------------------------------------------------------------------------------


def seal(*, everything: bool = False) -> int:
    """Give each event that has none its place in the chain; how many got one.

    Batch by batch, each in a transaction of its own: killed in the middle, the next run goes on. Beside another that
    is at it, it does nothing. An event whose transaction ended late gets a later place than its number says; the usual
    run looks for these among the events of the last half day, `everything` among all.
    """
    floor, total = (0 if everything else _settled()), 0
    while count := _seal_batch(floor):
        total += count
    if total:
        head = Head.objects.latest("position")
        # The log is kept elsewhere: who cuts the chain in the database cannot cut it there.
        log.info("Audit sealed up to %s %s", head.position, head.digest)
    return total


def _settled() -> int:
    """Every event up to this number has its place, or its transaction was rolled back long ago."""
    sealed = Head.objects.filter(sealed_at__lt=timezone.now() - LONGEST_DEED)
    return sealed.aggregate(last=Max("through"))["last"] or 0


def _seal_batch(floor: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(WAITING, [floor, BATCH])
        rows = cursor.fetchall()
        if not rows:
            return 0
        last = Link.objects.order_by("-position").first()
        position, digest = (last.position, last.digest) if last else (0, START)
        links = []
        for row in rows:
            position, digest = position + 1, digest_of(digest, row)
            links.append(Link(position=position, event_id=row[0], digest=digest))
        Link.objects.bulk_create(links)
        Head.objects.create(
            position=position, digest=digest, signature=signature_of(position, digest), through=rows[-1][0]
        )
    return len(rows)


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
    """What a look at the whole chain came to. `waiting` events have no place yet: the chain says nothing of them."""

    links: int
    waiting: int
    head: str
    findings: list[Finding]


def verify(outside: str = "") -> Verified:
    """Recompute the chain, and compare its end with the heads, and with one kept outside (“position digest”).

    Raises ValueError for an `outside` that is no such pair.
    """
    kept = _read_head(outside) if outside else None
    with connection.cursor() as cursor:
        cursor.execute(END)
        head, end = cursor.fetchone()
    findings = list(_check_links(end, kept))
    findings += _check_end(head, end, kept)
    findings += _check_heads()
    last = Head.objects.filter(position=head).first()
    return Verified(
        links=Link.objects.filter(position__lte=end).count(),
        waiting=_waiting(),
        head=f"{last.position} {last.digest}" if last else "",
        findings=findings,
    )


def _read_head(text: str) -> tuple[int, str]:
    position, _, digest = text.strip().partition(" ")
    if not position.isdigit() or len(digest.strip()) != 64:
        raise ValueError("A head is a position, a space and a digest of 64 characters, as the log has it.")
    return int(position), digest.strip()


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
    for position, event_id, digest, *event in _links(end):
        if position != expected:
            lost = f"place {expected}" if position == expected + 1 else f"places {expected} to {position - 1}"
            yield Finding("missing", f"{lost} of the chain, before event {event_id}")
            gap = True
        if event[0] is None:
            yield Finding("missing", f"event {event_id}, at place {position}")
        # Beside a gap the digest before is not known: the link is believed, as the next one stands on it.
        elif not gap and digest != digest_of(before, tuple(event)):
            yield Finding("altered", f"event {event_id}, at place {position}")
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


def _check_heads() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        rows = cursor.fetchall()
    for position, digest, signature, linked in rows:
        if not constant_time_compare(signature, signature_of(position, digest)):
            yield Finding("altered", f"the head at place {position}: this program did not sign it")
        elif linked not in (None, digest):
            yield Finding("altered", f"the chain up to place {position} is not the one that was sealed")


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id)"
        )
        return int(cursor.fetchone()[0])
