"""A client's row changed with its event and its row change, against the same change in the same table without them."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection, transaction

from bench.job import Contest, Job, Sizes
from lwg_intake.access.models import User
from lwg_intake.audit.record import record

TOWNS = ("Bowie", "Laurel")
# The same tables with their indexes and checks, and no trigger.
PLAIN = {"bench_plain_client": "records_client", "bench_plain_appointment": "records_appointment"}
CHANGE = "UPDATE {} SET city = %s WHERE id = %s"
# Visits as an import makes them, in one statement; each run's have refs of their own.
MAKE = """
INSERT INTO {} (ref, client_id, clinician_id, service, starts_at, kind, state)
SELECT %s || n, c.id, (SELECT min(id) FROM records_clinician), 'therapy',
    timestamptz '2024-01-01' + n * interval '1 minute', 'session', 'kept'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM records_client) AS c LIMIT %s
"""


def prepare(sizes: Sizes) -> Contest:
    csr = User.objects.get(email="csr@example.com")
    with connection.cursor() as cursor:
        for plain, table in PLAIN.items():
            cursor.execute(f"DROP TABLE IF EXISTS {plain}")
            cursor.execute(f"CREATE TABLE {plain} (LIKE {table} INCLUDING ALL)")
        cursor.execute(
            "INSERT INTO bench_plain_client SELECT * FROM records_client ORDER BY id LIMIT %s", [sizes.items]
        )
        cursor.execute("ANALYZE bench_plain_client")
        cursor.execute("SELECT id FROM bench_plain_client ORDER BY id")
        ids = [pk for (pk,) in cursor.fetchall()]
    turn = {"figure": 0, "floor": 0}

    def town(side: str) -> str:
        turn[side] += 1
        return TOWNS[turn[side] // len(ids) % 2]

    def figure(pk: int) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CHANGE.format("records_client"), [town("figure"), pk])
            record("client.changed", by=csr, client_id=pk, fields={"city": TOWNS})
            return int(cursor.rowcount)

    def floor(pk: int) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CHANGE.format("bench_plain_client"), [town("floor"), pk])
            return int(cursor.rowcount)

    def beside() -> dict[str, Any]:
        """What the triggers add to rows made by the hundred thousand, in one statement; each undone at once."""
        took: dict[str, list[float]] = {"records_appointment": [], "bench_plain_appointment": []}
        for number in range(3):
            for table, times in took.items():
                start = time.perf_counter()
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(MAKE.format(table), [f"bench{number}-", sizes.clients])
                    times.append(time.perf_counter() - start)
                    transaction.set_rollback(True)
        with_it, without = (min(times) for times in took.values())
        return {
            "bulk_rows": sizes.clients,
            "bulk_ms": round(with_it * 1000),
            "bulk_plain_ms": round(without * 1000),
            "bulk_ratio": round(with_it / without, 3),
        }

    def finish() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {', '.join(PLAIN)}")

    return Contest(ids, figure, floor, beside=beside, finish=finish)


JOB = Job(
    name="audit",
    figure="a client's row changed in a transaction, with its event and the row change that the database notes",
    floor="the same change in a table with the same indexes, without an event or a trigger",
    aim=3,
    prepare=prepare,
)
