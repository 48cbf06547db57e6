"""The counts behind the figures: one statement each, aggregated in the database, however many clients there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils import timezone

from caseload.figures.rules import LEFT_OUT, PLANNED_CATEGORIES, PLANNED_GROUNDS, Courses
from caseload.models import Suggestion
from caseload.selectors import reviewers
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.dates import Age
from lwg_intake.policy.values import EVER
from lwg_intake.records.models import Appointment, Assignment, Clinician
from lwg_intake.records.rules import ANSWERED, MISSES, AppointmentState

COURSES, CLOSINGS = ((Path(__file__).parent / name).read_text("utf-8") for name in ("courses.sql", "closings.sql"))
# Counting takes this long only where very many clients are on record; it is then kept, not done anew for each look.
SLOW_SECONDS = 5.0
KEEP_SECONDS = 60 * 60
BEGAN, ENDED = "started_on >= %(since)s", "closed_on >= %(since)s"


@dataclass(frozen=True)
class Scope:
    """What is counted: from `since` (None: ever) up to today, one service or all, some clinicians or the practice."""

    today: date
    since: date | None
    service: str = ""
    clinicians: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Counts:
    """Everything that the figures rest on. Months are their first days.

    `suggestions`: month, how it ended, how many. `closings`: standing, days, how many. `visits`: month, clinician,
    state, how many. `caseloads`: open assignments by clinician. `began` and `ended` hold the assignments that began,
    or ended, in the window.
    """

    suggestions: list[tuple[date, str, int]]
    closings: list[tuple[str, int, int]]
    visits: list[tuple[date, int, str, int]]
    caseloads: dict[int, int]
    began: list[Courses]
    ended: list[Courses]


def counts(scope: Scope, numbers: dict[str, int]) -> Counts:
    """All counts of a scope, in six statements."""
    return Counts(
        suggestions=_suggestions(scope),
        closings=[(standing, days, n) for standing, days, n in _ask(CLOSINGS, scope, numbers)],
        visits=_visits(scope),
        caseloads=_caseloads(scope),
        began=[Courses(*row) for row in _ask(COURSES.format(window=BEGAN), scope, numbers)],
        ended=[Courses(*row) for row in _ask(COURSES.format(window=ENDED), scope, numbers)],
    )


def remembered(scope: Scope, numbers: dict[str, int]) -> Counts:
    """The same, from an hour ago at most where counting is slow. Counts only: nothing of a client is kept."""
    key = "figures-" + sha256(repr((scope, sorted(numbers.items()))).encode()).hexdigest()
    found: Counts | None = cache.get(key)
    if found is None:
        began = perf_counter()
        found = counts(scope, numbers)
        if perf_counter() - began >= SLOW_SECONDS:
            cache.set(key, found, KEEP_SECONDS)
    return found


def _suggestions(scope: Scope) -> list[tuple[date, str, int]]:
    """An answered suggestion ended with its answer, another one with its status."""
    rows = (
        Suggestion.objects.filter(opened_on__gte=scope.since or EVER, opened_on__lte=scope.today)
        .filter(**_where(scope, "assignment__"))
        .annotate(month=TruncMonth("opened_on"))
        .values_list("month", "status", "answer")
        .annotate(n=Count("pk"))
        .order_by("month")
    )
    return [(month, answer or status, n) for month, status, answer, n in rows]


def _visits(scope: Scope) -> list[tuple[date, int, str, int]]:
    rows = (
        Appointment.objects.filter(state__in=(AppointmentState.KEPT, *MISSES), starts_at__lt=_begins(scope.today, 1))
        .filter(starts_at__gte=_begins(scope.since or EVER), **_where(scope))
        .annotate(month=TruncMonth("starts_at"))
        .values_list("month", "clinician_id", "state")
        .annotate(n=Count("pk"))
        .order_by("month")
    )
    return [(month.date(), clinician, state, n) for month, clinician, state, n in rows]


def _caseloads(scope: Scope) -> dict[int, int]:
    """Today's, of every service: places are not kept by service."""
    running = Assignment.objects.running().filter(**_where(Scope(scope.today, None, "", scope.clinicians)))
    return dict(running.values_list("clinician").annotate(n=Count("pk")).order_by())


def _where(scope: Scope, before: str = "") -> dict[str, Any]:
    where: dict[str, Any] = {f"{before}service": scope.service} if scope.service else {}
    if scope.clinicians is not None:
        where[f"{before}clinician__in"] = scope.clinicians
    return where


def _ask(sql: str, scope: Scope, numbers: dict[str, int]) -> list[Any]:
    parameters = {
        "today": scope.today,
        "today_at": _begins(scope.today),
        "since": scope.since or EVER,
        "service": scope.service,
        "clinicians": None if scope.clinicians is None else list(scope.clinicians),
        "left_out": list(LEFT_OUT),
        "planned_categories": list(PLANNED_CATEGORIES),
        "planned_grounds": [f"{ground}%" for ground in PLANNED_GROUNDS],
        "lapsed_by": Age(numbers["lapsed_months"], on_the_day=False).cutoff(scope.today),
        "settled_by": scope.today - timedelta(weeks=numbers["retention_weeks"]),
        "answered": list(ANSWERED),
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _begins(day: date, later: int = 0) -> datetime:
    """The first moment of a day in the practice, or of one so many days later."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=later), time()))


def clinicians(user: User) -> list[Clinician]:
    """Whose figures a person may look at, beside the practice's: their own, their team's, or everybody's."""
    found = Clinician.objects.staying() if user.can(Can.SEE_ALL_CLIENTS) else reviewers(user)
    return sorted(found, key=lambda clinician: (clinician.last_name, clinician.first_name, clinician.ref))


def staying() -> list[Clinician]:
    """Every clinician of the practice, for its totals."""
    return list(Clinician.objects.staying())
