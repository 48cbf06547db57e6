"""The night's sweep: what a set-based look at every open assignment opens and withdraws, as of one day.

Idempotent, and safe beside another sweep and beside people: a partial unique index lets one open suggestion stand per
assignment and ground, an advisory lock lets one sweep run at a time, and an answered suggestion is never touched: what
stood when the night looked is not opened again, even if it was answered a moment later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from caseload.models import Sweep
from caseload.rules import SUPPRESSES, PlanAges, least_misses
from lwg_intake import dates
from lwg_intake.audit.record import record
from lwg_intake.dates import Age
from lwg_intake.errors import Refusal
from lwg_intake.policy.values import values
from lwg_intake.records.rules import ANSWERED, MISSES

FIND, WITHDRAW = ((Path(__file__).parent / name).read_text("utf-8") for name in ("sweep.sql", "withdraw.sql"))
# Any 64-bit number, the same in every process.
LOCK = 7_314_002

PLACE = """
DROP TABLE IF EXISTS pg_temp.sweep_found;
CREATE TEMPORARY TABLE sweep_found (
    assignment_id bigint, ground text, evidence jsonb, guards text[], notes text[], stands boolean
) ON COMMIT DROP
"""
OPEN = """
WITH opened AS (
    INSERT INTO caseload_suggestion (
        assignment_id, ground, status, opened_on, opened_at, evidence, policy, notes, withdrawn_because, answer, because
    )
    SELECT assignment_id, ground, 'open', %(on)s, now(), evidence, %(policy)s, notes, '', '', ''
    FROM sweep_found WHERE cardinality(guards) = 0 AND NOT stands
    ORDER BY assignment_id, ground
    ON CONFLICT (assignment_id, ground) WHERE status = 'open' DO NOTHING
    RETURNING assignment_id, ground
)
SELECT c.ref, k.ref, a.service, opened.ground
FROM opened
JOIN records_assignment a ON a.id = opened.assignment_id
JOIN records_client c ON c.id = a.client_id
JOIN records_clinician k ON k.id = a.clinician_id
ORDER BY 1, 2, 3, 4
"""
GUARDED = """
SELECT c.ref, k.ref, a.service, f.ground, guard
FROM sweep_found f
CROSS JOIN LATERAL unnest(f.guards) AS guard
JOIN records_assignment a ON a.id = f.assignment_id
JOIN records_client c ON c.id = a.client_id
JOIN records_clinician k ON k.id = a.clinician_id
ORDER BY 1, 2, 3, 4, 5
"""
NAMES = ("client_ref", "clinician_ref", "service", "ground")


@dataclass(frozen=True)
class Found:
    """What a sweep did, as `manage.py sweep --json` prints it. `seconds` is wall time; `statements` is constant."""

    on: date
    opened: list[dict[str, str]]
    withdrawn: list[dict[str, str]]
    guarded: list[dict[str, str]]
    seconds: float
    statements: int


class _DryRun(Exception):
    """Rolls a dry run back."""


def sweep(on: date | None = None, dry_run: bool = False, numbers: Mapping[str, int] | None = None) -> Found:
    """Judge every open assignment as of a day (today unless told).

    Facts count up to that day, and visits scheduled from it. `numbers` are those that hold on it unless others are
    to be tried. Raises Refusal while another sweep runs.
    """
    day = on or dates.today()
    began = perf_counter()
    statements = _Statements()
    try:
        with connection.execute_wrapper(statements), transaction.atomic():
            found = _sweep(day, numbers or values(day), began, statements)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return found


class _Statements:
    """Counts what is sent to the database."""

    count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        return execute(sql, params, many, context)


def _sweep(day: date, numbers: Mapping[str, int], began: float, statements: _Statements) -> Found:
    asked = _parameters(day, numbers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refusal("Another sweep is running. It judges the same record; there is nothing to do.")
        cursor.execute(PLACE)
        cursor.execute(FIND, asked)
        # Opening waits for whoever holds an assignment: now rather than at the end, and before the night holds anything
        # that they in turn could wait for.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(OPEN, asked)
        opened = [dict(zip(NAMES, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(WITHDRAW, asked)
        withdrawn = [dict(zip((*NAMES, "because"), row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(GUARDED)
        guarded = [dict(zip((*NAMES, "guard"), row, strict=True)) for row in cursor.fetchall()]
    seconds = round(perf_counter() - began, 3)
    run = Sweep.objects.create(
        judged_on=day, opened=len(opened), withdrawn=len(withdrawn), guarded=len(guarded), seconds=seconds,
        statements=statements.count + 2,
    )  # fmt: skip
    record("caseload.swept", by=None, on=run, day=str(day), opened=len(opened), withdrawn=len(withdrawn))
    return Found(day, opened, withdrawn, guarded, seconds, statements.count)


def _parameters(day: date, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Every day and count that the statements ask for, so that Python and SQL judge by the same ones."""
    plan = plan_ages(numbers)
    unseen_by = day - timedelta(days=numbers["inactive_days"])
    return {
        "on": day,
        "zone": settings.TIME_ZONE,
        "today_at": _midnight(day),
        "tomorrow_at": _midnight(day + timedelta(days=1)),
        "unseen_by": unseen_by,
        "window_at": _midnight(unseen_by + timedelta(days=1)),
        "lapsed_by": dates.months_before(day, numbers["lapsed_months"]),
        "due_by": plan.due.cutoff(day),
        "overdue_by": plan.overdue.cutoff(day),
        "minor_after": dates.months_before(day, 12 * numbers["minor_until_years"]),
        "answered": [str(outcome) for outcome in ANSWERED],
        "misses": [str(state) for state in (MISSES if numbers["missed_counts_late_cancels"] else MISSES[:1])],
        "least": least_misses(numbers),
        "total": numbers["missed_total"],
        "of_last": numbers["missed_of_last"],
        "last_n": numbers["missed_last_n"],
        "in_a_row": numbers["missed_in_a_row"],
        "within": numbers["missed_within"],
        "within_at": _midnight(day - timedelta(days=numbers["missed_within_days"])),
        "policy": json.dumps({key: numbers[key] for key in NUMBERS_USED}),
        "sentences": json.dumps({str(g): g.label for g in SUPPRESSES}),
    }


def plan_ages(numbers: Mapping[str, int]) -> PlanAges:
    return PlanAges(Age(numbers["plan_due_months"], True), Age(numbers["plan_overdue_months"], True))


NUMBERS_USED = (
    "inactive_days",
    "lapsed_months",
    "plan_due_months",
    "plan_overdue_months",
    "missed_total",
    "missed_counts_late_cancels",
    "missed_of_last",
    "missed_last_n",
    "missed_in_a_row",
    "missed_within",
    "missed_within_days",
    "minor_until_years",
)


def _midnight(day: date) -> datetime:
    """The first moment of a practice day; right on the two days a year the clock changes."""
    return timezone.make_aware(datetime.combine(day, time.min))
