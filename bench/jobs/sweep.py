"""The night's sweep over a practice of its own, against its selection alone, sent raw."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from bench import caseload, practice
from bench.job import Contest, Job, Sizes
from caseload import sweeps
from caseload.sweeps import Found, sweep
from lwg_intake.dates import months_before
from lwg_intake.policy.values import values
from lwg_intake.records.models import Appointment, Assignment, Contact
from lwg_intake.records.rules import ANSWERED, MISSES

DAY = caseload.DAY
SAMPLE = 500


@dataclass(frozen=True, eq=False)
class Answer:
    """What a side found, told in full only when the two are compared."""

    tell: Callable[[], Counter[tuple[str, ...]]]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answer) and self.tell() == other.tell()


def prepare(sizes: Sizes) -> Contest:
    """First the night that finds everything, then the usual one, on which all of it stands."""
    before = connection.settings_dict["NAME"]
    practice.use(f"{before}_sweep")
    practice.ready(
        f"{sizes.assignments:,} open assignments with {sizes.visits:,} visits",
        lambda: caseload.fill(sizes.assignments, sizes.visits),
    )
    found = {"select": _selection()}
    peak: dict[str, float] = {}

    def figure(night: str) -> Answer:
        answer = sweep(DAY)
        peak[night] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Answer(lambda: _told(answer, night))

    def floor(night: str) -> Answer:
        with connection.connection.cursor() as raw:
            rows = raw.execute(*found["select"]).fetchall()
        return Answer(lambda: _selected(rows, night))

    def refresh(night: str) -> None:
        if night == "first":
            with connection.cursor() as cursor:
                cursor.execute("TRUNCATE caseload_suggestion CASCADE")
        elif not _standing():
            sweep(DAY)

    started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def beside() -> dict[str, Any]:
        refresh("first")
        first = sweep(DAY)
        usual = sweep(DAY)
        each = _loop(SAMPLE)
        return {
            "assignments": sizes.assignments,
            "visits": sizes.visits,
            "opened": len(first.opened),
            "first_night_ms": round(first.seconds * 1000),
            "usual_night_ms": round(usual.seconds * 1000),
            "statements": first.statements,
            "memory_mib": round(max(peak.values())),
            "memory_before_mib": round(started),
            "loop_ms_each": round(each, 3),
            "loop_ratio": round(each * sizes.assignments / (usual.seconds * 1000), 1),
        }

    return Contest(["first", "usual"], figure, floor, refresh, beside, lambda: practice.use(before))


def _standing() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM caseload_suggestion WHERE status = 'open')")
        return bool(cursor.fetchone()[0])


def _selection() -> tuple[str, dict[str, Any]]:
    """The sweep's own selection, without the table that it is put into."""
    insert = "INSERT INTO sweep_found (assignment_id, ground, evidence, guards, notes, stands)\n"
    assert insert in sweeps.FIND
    return sweeps.FIND.replace(insert, ""), sweeps._parameters(DAY, values(DAY))


def _told(found: Found, night: str) -> Counter[tuple[str, ...]]:
    opened = [(row["ground"],) for row in found.opened] if night == "first" else []
    return Counter([*opened, *((row["ground"], row["guard"]) for row in found.guarded)])


def _selected(rows: list[tuple[Any, ...]], night: str) -> Counter[tuple[str, ...]]:
    opened = [(ground,) for _, ground, _, guards, _, _ in rows if not guards] if night == "first" else []
    return Counter([*opened, *((ground, guard) for _, ground, _, guards, _, _ in rows for guard in guards)])


def _loop(sample: int) -> float:
    """Milliseconds an assignment when each is loaded and asked by itself, the way one would write it first."""
    numbers = values(DAY)
    by = DAY - timedelta(days=numbers["inactive_days"])
    due = months_before(DAY, numbers["plan_due_months"])
    start = time.perf_counter()
    for mine in Assignment.objects.filter(ended_on__isnull=True).select_related("client").order_by("?")[:sample]:
        visits = Appointment.objects.filter(client=mine.client, clinician=mine.clinician_id, service=mine.service)
        seen = visits.filter(state="kept", starts_at__date__lte=DAY).order_by("-starts_at").first()
        spoke = (
            Contact.objects.current()
            .filter(Q(direction="in") | Q(outcome__in=ANSWERED), client=mine.client, at__date__lte=DAY)
            .order_by("-at")
            .first()
        )
        ahead = visits.filter(state="scheduled", starts_at__date__gte=DAY).exists()
        missed = visits.filter(state__in=MISSES, starts_at__date__gte=mine.started_on).count()
        open_ones = visits.filter(state__in=["scheduled", "unresolved"], starts_at__date__lt=DAY).count()
        last = seen.starts_at.date() if seen else mine.started_on
        _ = (last <= by and not ahead, spoke, missed >= numbers["missed_total"], open_ones)
        _ = (mine.client.plan_updated_on or mine.started_on) <= due
    return (time.perf_counter() - start) * 1000 / sample


JOB = Job(
    name="sweep",
    figure="sweep(): selection, suggestions opened and withdrawn, what is held back, run and audit row, committed",
    floor="the same selection through psycopg, its rows read",
    aim=2,
    prepare=prepare,
)
