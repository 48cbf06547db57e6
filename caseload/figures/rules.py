"""What a figure counts and what it may show: pure functions of counts, no query, no clock.

The definitions follow those of practice software and the dropout literature (see docs/figures.md); a planned ending is
never counted as a loss, and a group smaller than the practice's least is never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import TextChoices

from lwg_intake import dates
from lwg_intake.records.rules import Category, Service


class Standing(TextChoices):
    """How an assignment stands for the figures."""

    UNPLANNED = "unplanned", "Unplanned ending"
    PLANNED = "planned", "Planned ending"
    ONGOING = "ongoing", "Still in care"


# An ending that was decided and said is planned, by category (clinician or management ended it) or by the first words
# of its ground. Every other ending is unplanned: A, B, and a reason that is not on record.
PLANNED_CATEGORIES = (Category.C, Category.D)
PLANNED_GROUNDS = (
    "goals met",
    "treatment completed",
    "client's choice",
    "moved away",
    "clinician left",
    "transfer",
    "reassign",
    "referred",
    "higher level of care",
)
# One visit by nature: neither kept as a client nor lost.
LEFT_OUT = (Service.OMHC,)
BANDS = ((1, 1), (2, 2), (3, 3), (4, 7), (8, 11), (12, 15), (16, 23), (24, 39), (40, None))
DAY_BANDS = ((0, 7), (8, 30), (31, 60), (61, 90), (91, 180), (181, None))
DROP_OUT_VISITS = 8


@dataclass(frozen=True)
class Courses:
    """So many assignments (client × clinician × service) of one month, number of kept visits and standing.

    `month` is the first day of the month in which they began; `settled` ones had the weeks that staying takes.
    """

    month: date
    visits: int
    standing: str
    settled: bool
    count: int


# --- Windows and periods --------------------------------------------------------------------------------------------


def since(months: int, today: date) -> date | None:
    """The first day of a window of so many calendar months, the present one included; None for all (0 months)."""
    return dates.months_before(today.replace(day=1), months - 1) if months else None


def period(month: date, quarters: bool) -> str:
    """The label of a month, or of its quarter where a window is too long for months."""
    return f"{month.year} Q{(month.month + 2) // 3}" if quarters else f"{month:%b %Y}"


def periods(first: date, last: date, quarters: bool) -> list[str]:
    """Every period from the first month to the last, also those in which nothing happened."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(period(month, quarters))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return list(dict.fromkeys(months))


def band(bands: Sequence[tuple[int, int | None]], number: int) -> str:
    """The label of the band that holds a number."""
    return next(label(low, high) for low, high in bands if high is None or number <= high)


def label(low: int, high: int | None) -> str:
    return f"{low} or more" if high is None else str(low) if low == high else f"{low} to {high}"


# --- What may be shown ----------------------------------------------------------------------------------------------


def protect(rows: Sequence[Sequence[int]], least: int) -> list[list[int | None]]:
    """The counts of a table whose totals are known, with None for what must not be told.

    A count from 1 to below `least` is a small group. Where one hidden count could be had from its line's total, or the
    hidden ones of a line together are still a small group, the next smallest of the line is hidden too.
    """
    hidden = {(r, c) for r, row in enumerate(rows) for c, n in enumerate(row) if 0 < n < least}
    columns = range(max(map(len, rows), default=0))
    lines = [[(r, c) for c in range(len(row))] for r, row in enumerate(rows)]
    if len(rows) > 1:
        lines += [[(r, c) for r in range(len(rows))] for c in columns]
    changed = True
    while changed:
        changed = False
        for line in lines:
            shut = [cell for cell in line if cell in hidden]
            rest = sorted((rows[r][c], (r, c)) for r, c in line if (r, c) not in hidden and rows[r][c])
            if shut and rest and (len(shut) == 1 or sum(rows[r][c] for r, c in shut) < least):
                hidden.add(rest[0][1])
                changed = True
    return [[None if (r, c) in hidden else n for c, n in enumerate(row)] for r, row in enumerate(rows)]


def share(part: int, whole: int, least: int) -> float | None:
    """A part of a whole in percent; None where the whole, the part or the rest is a small group."""
    small = any(0 < n < least for n in (whole, part, whole - part))
    return None if small or not whole else 100 * part / whole


# --- Visits per client ----------------------------------------------------------------------------------------------


def median(counted: Iterable[tuple[int, int]]) -> float | None:
    """The middle of numbers, each given with how often it occurs; None where there are none."""
    numbers = sorted((number, times) for number, times in counted if times)
    total = sum(times for _, times in numbers)
    if not total:
        return None
    return (_at(numbers, (total - 1) // 2) + _at(numbers, total // 2)) / 2


def _at(numbers: list[tuple[int, int]], place: int) -> int:
    for number, times in numbers:
        if place < times:
            return number
        place -= times
    raise IndexError(place)


def modes(counted: Iterable[tuple[int, int]], least: int) -> list[int]:
    """The numbers that occur most often; none where even these are a small group."""
    numbers = [(number, times) for number, times in counted if times]
    most = max((times for _, times in numbers), default=0)
    return sorted(number for number, times in numbers if times == most) if most >= least else []


@dataclass(frozen=True)
class Shares:
    """New clients who did a thing, of those who count for it."""

    part: int
    whole: int


def retained(courses: Iterable[Courses], visits: int) -> Shares:
    """Who reached so many visits; a planned ending before that is no loss, and counts neither way."""
    counted = [c for c in courses if not (c.standing == Standing.PLANNED and c.visits < visits)]
    return Shares(sum(c.count for c in counted if c.visits >= visits), sum(c.count for c in counted))


def churned(courses: Iterable[Courses], visits: int) -> Shares:
    """Whose care ended unplanned before so many visits; planned endings before that count neither way."""
    counted = [c for c in courses if not (c.standing == Standing.PLANNED and c.visits < visits)]
    lost = (c.count for c in counted if c.visits < visits and c.standing == Standing.UNPLANNED)
    return Shares(sum(lost), sum(c.count for c in counted))


def dropped_out(courses: Iterable[Courses], visit: int) -> Shares:
    """For whom this was the last visit before an unplanned ending, of those and of those who came again after it.

    Who is still in care with this as the latest visit, or ended as planned after it, could not have dropped out yet.
    """
    courses = list(courses)
    lost = sum(c.count for c in courses if c.visits == visit and c.standing == Standing.UNPLANNED)
    return Shares(lost, lost + sum(c.count for c in courses if c.visits > visit))


# --- Survival -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """One visit number of a survival curve, or several together.

    `at_risk` had that visit at least; `surviving` is the Kaplan-Meier estimate, from 0 to 1, after the last of them.
    """

    first: int
    last: int
    at_risk: int
    unplanned: int
    planned: int
    ongoing: int
    surviving: float


def survival(courses: Iterable[Courses]) -> list[Point]:
    """Kaplan-Meier by visit number: the event is an unplanned ending after that visit.

    Those still in care are censored at their latest visit; so are planned endings, a competing outcome.
    """
    ordered = sorted(courses, key=lambda c: c.visits)
    at_risk, surviving, points = sum(c.count for c in ordered), 1.0, []
    for visit, found in groupby(ordered, key=lambda c: c.visits):
        counts = dict.fromkeys(Standing.values, 0)
        for course in found:
            counts[course.standing] += course.count
        surviving *= 1 - counts[Standing.UNPLANNED] / at_risk
        points.append(Point(visit, visit, at_risk, **counts, surviving=surviving))
        at_risk -= sum(counts.values())
    return points


def pooled(points: Sequence[Point], least: int) -> list[Point]:
    """The curve in steps of at least so many endings, as far as so many are at risk: what may be shown.

    After the last step the curve runs on level only where nobody ended unplanned any more.
    """
    shown: list[Point] = []
    wait: list[Point] = []
    for point in points:
        if point.at_risk < least:
            break
        wait.append(point)
        if sum(p.unplanned for p in wait) >= least:
            shown.append(_together(wait))
            wait = []
    if wait and not any(p.unplanned for p in wait):
        shown.append(_together(wait))
    return shown


def _together(points: Sequence[Point]) -> Point:
    return Point(
        points[0].first, points[-1].last, points[0].at_risk, sum(p.unplanned for p in points),
        sum(p.planned for p in points), sum(p.ongoing for p in points), points[-1].surviving,
    )  # fmt: skip
