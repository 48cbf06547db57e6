"""A large invented practice in a database of its own, always the same one, filled by COPY and generate_series."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import astuple, fields
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Exists, OuterRef, QuerySet

from bench import DATABASE
from bench.names import Person, people
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.checklists.models import Case
from lwg_intake.desk.schema import MIGRATING
from lwg_intake.records.models import Assignment, Client

# One client in ten never had a clinician; of the others one in three has one now. Six visits each, one in four missed.
_REST = """
INSERT INTO records_clinician (ref, first_name, last_name, kind, credentials, email, states, payers, services,
    specialties, languages, ages, openings, gender, modality, employment)
SELECT 'T' || n, 'Cora', 'Kline ' || n, 'therapist', 'LCPC', 't' || n || '@example.com', '{MD,DC,VA}', '{}',
    '{therapy}', '{}', '{English}', '{}', '{}', '', 'both', 'full_time'
FROM generate_series(0, 299) AS n;

INSERT INTO records_assignment (client_id, clinician_id, service, started_on, ended_on)
SELECT c.id, k.id, 'therapy', date '2020-01-01' + c.number % 1500,
    CASE WHEN c.number % 3 > 0 THEN date '2020-01-01' + c.number % 1500 + 200 END
FROM (SELECT id, right(ref, 6)::int AS number FROM records_client) AS c
JOIN records_clinician k ON k.ref = 'T' || c.number % 300
WHERE c.number % 10 <> 7;

INSERT INTO records_termination (client_id, clinician_id, service, ended_on, category, ground, note)
SELECT client_id, clinician_id, service, ended_on, 'none', 'goals met', '' FROM records_assignment
WHERE ended_on IS NOT NULL;

INSERT INTO records_appointment (client_id, clinician_id, service, starts_at, kind, state)
SELECT a.client_id, a.clinician_id, a.service, (a.started_on + n * 14) + time '10:00',
    CASE n WHEN 0 THEN 'intake' ELSE 'session' END, CASE WHEN (a.id + n) % 4 = 0 THEN 'no_show' ELSE 'kept' END
FROM records_assignment a, generate_series(0, 5) AS n;
"""
_BLANK = ("address", "postal_code", "language", "guardian_name", "guardian_email", "guardian_phone", "portal")
_NONE = ("flags", "availability")


def make(clients: int, fresh: bool = False) -> None:
    """Have the practice ready: the one that is there if it is as wanted, else a new one."""
    ready(f"{clients:,} clients", lambda: _fill(people(clients)), fresh)


def use(name: str) -> None:
    """Have the connection lead to another database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = name


def ready(what: str, fill: Callable[[], None], fresh: bool = False) -> None:
    """Have the connection's database hold what is wanted, made by `fill` in one that is migrated and empty."""
    name, wanted = str(connection.settings_dict["NAME"]), _mark(what)
    if _holds(name) == wanted and not fresh:
        return
    print(f"Building a practice of {what} …", file=sys.stderr)
    _make(name, template=empty(fresh))
    fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _say(name, wanted)


def empty(fresh: bool = False) -> str:
    """A database that is migrated and empty, from which each of the bench is copied, and each of the tests."""
    name, now, wanted = f"{DATABASE}_empty", str(connection.settings_dict["NAME"]), _mark("nobody")
    with connection._nodb_cursor() as server:
        # Who comes second waits, and finds it made.
        server.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        if _holds(name) != wanted or fresh:
            _make(name, template="template1")
            use(name)
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            _say(name, wanted)
    use(now)
    return name


def _make(name: str, template: str) -> None:
    with connection._nodb_cursor() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _holds(name: str) -> str | None:
    """What `_say` wrote on a database; None where there is no such database, or it was not finished."""
    with connection._nodb_cursor() as server:
        server.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
        row = server.fetchone()
    return row[0] if row else None


def _say(name: str, what: str) -> None:
    with connection._nodb_cursor() as server:
        server.execute(f'COMMENT ON DATABASE "{name}" IS %s', [what])


def may_return() -> QuerySet[Client]:
    """Former clients without an open case. Other jobs of the bench give some of them a clinician again."""
    former = Client.objects.filter(terminations__isnull=False).exclude(cases__status__in=Case.OPEN)
    return former.exclude(Exists(Assignment.objects.running().filter(client=OuterRef("pk"))))


def put(rows: Iterable[Person]) -> None:
    """Have these people on record, nothing else known of them."""
    columns = [*(field.name for field in fields(Person)), *_BLANK, *_NONE]
    rest = ("",) * len(_BLANK) + ("{}",) * len(_NONE)
    with (
        connection.cursor() as cursor,
        cursor.cursor.copy(f"COPY records_client ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for person in rows:
            copy.write_row((*astuple(person), *rest))


def _fill(rows: list[Person]) -> None:
    put(rows)
    with connection.cursor() as cursor:
        cursor.execute(_REST)
    for role in Role:
        User.objects.create_user(f"{role}@example.com", roles=[role], first_name="Casey", last_name=role.label)


def _mark(what: str) -> str:
    """What the practice depends on: its size, the migrations and this folder's own recipe."""
    leaves = sorted(MigrationLoader(None).graph.leaf_nodes())
    here = Path(__file__).parent
    recipe = [(here / name).read_bytes() for name in ("practice.py", "names.py", "caseload.py")]
    return f"{what}, {hashlib.sha256(repr((leaves, recipe)).encode()).hexdigest()[:16]}"
