"""Each figure as it is shown: a sentence, and the table from which the page draws its picture. Pure: counts in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from caseload.figures import rules
from caseload.figures.declared import FIGURES, Figure
from caseload.figures.rules import Courses, Standing, protect, share
from caseload.figures.selectors import Counts, Scope
from lwg_intake.records.models import Clinician
from lwg_intake.records.rules import MISSES, AppointmentState

# How a suggestion ended, in the order of the bars.
ENDINGS = {
    "close": "To close",
    "letter": "Written to",
    "keep": "Kept",
    "reassign": "To reassign",
    "withdrawn": "Withdrawn",
    "open": "Still open",
}
KEPT = AppointmentState.KEPT


@dataclass(frozen=True)
class Cell:
    """One entry of a table: what is read, and the number drawn (None: not shown, a small group)."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class Column:
    """`draw` says how the picture shows the column: bar, behind, line or step; empty for the table only."""

    label: str
    draw: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Shown:
    """A figure with its counts. `sums_up` stands above the picture; it is empty where nothing can be told."""

    figure: Figure
    sums_up: str
    columns: tuple[Column, ...]
    rows: list[tuple[str, list[Cell]]] = field(default_factory=list)
    practice: str = ""

    def lines(self) -> Iterable[list[str]]:
        """The table as lines of text, the header first, numbers bare."""
        yield [f"{column.label} ({column.unit})" if column.unit else column.label for column in self.columns]
        for name, cells in self.rows:
            yield [name, *(cell.text if cell.value is None else cell.text.replace(",", "") for cell in cells)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw: nothing at all, or small groups only."""
        drawn = [at for at, column in enumerate(self.columns[1:]) if column.draw]
        return not any(cells[at].value for _, cells in self.rows for at in drawn)


@dataclass(frozen=True)
class Asked:
    """What the page was asked for: the scope, the practice's numbers, and whose rows may stand by name."""

    scope: Scope
    numbers: Mapping[str, int]
    clinicians: Sequence[Clinician]

    @property
    def least(self) -> int:
        return self.numbers["smallest_group"]


# --- Words and cells ------------------------------------------------------------------------------------------------


def count(number: int | None, least: int) -> Cell:
    """A count, or that it is too small to tell."""
    return Cell(f"fewer than {least}") if number is None else Cell(f"{number:,}", number)


def percent(value: float | None) -> Cell:
    """A share, or that it rests on too few to tell."""
    return Cell("not shown") if value is None else Cell(f"{value:.1f}", round(value, 1))


def rate(part: int, whole: int, least: int) -> Cell:
    """A part of a whole in percent; empty where there is nothing."""
    return percent(share(part, whole, least)) if whole else Cell("")


def in_words(value: float) -> str:
    """A share in a sentence: whole percents, and one decimal below ten."""
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %"


def said(number: int, least: int, noun: str = "") -> str:
    """A number in a sentence."""
    words = f"fewer than {least}" if 0 < number < least else f"{number:,}"
    return f"{words} {noun}{'' if number == 1 else 's'}" if noun else words


def _plain(rows: Sequence[Sequence[int]], least: int) -> list[list[Cell]]:
    """Counts whose totals are told nowhere: only the small ones are hidden."""
    return [[count(None if 0 < n < least else n, least) for n in row] for row in rows]


def _guarded(rows: Sequence[Sequence[int]], least: int) -> list[list[Cell]]:
    """Counts whose totals are known, so far as they may be shown."""
    return [
        [
            Cell("not shown") if told is None and n >= least else count(told, least)
            for told, n in zip(*both, strict=True)
        ]
        for both in zip(protect(rows, least), rows, strict=True)
    ]


def _total(numbers: Iterable[int], least: int) -> Cell:
    total = sum(numbers)
    return count(None if 0 < total < least else total, least)


def _periods(
    asked: Asked, months: Iterable[date], until: date | None = None
) -> tuple[list[str], Callable[[date], str]]:
    """The periods of the window in order, and the period of a month.

    Quarters where all is asked for, and for one person or a team, whose months would be small groups.
    """
    quarters = asked.scope.since is None or asked.scope.clinicians is not None
    first = asked.scope.since or min(months, default=asked.scope.today)
    return rules.periods(first, until or asked.scope.today, quarters), lambda month: rules.period(month, quarters)


# --- The figures ----------------------------------------------------------------------------------------------------


def suggestions(found: Counts, asked: Asked) -> Shown:
    names, name_of = _periods(asked, (month for month, _, _ in found.suggestions))
    tally = Counter[tuple[str, str]]()
    for month, ending, n in found.suggestions:
        tally[name_of(month), ending] += n
    counts = [[tally[name, ending] for ending in ENDINGS] for name in names]
    (ends,) = _guarded([[sum(column) for column in zip(*counts, strict=True)]], asked.least)
    total = sum(map(sum, counts))
    parts = [f"{cell.text} {label.lower()}" for cell, label in zip(ends, ENDINGS.values(), strict=True) if cell.value]
    return Shown(
        FIGURES["suggestions"],
        f"{said(total, asked.least, 'suggestion')}{': ' * bool(parts)}{', '.join(parts)}." if total else "",
        (
            Column("Opened in"),
            Column("Opened"),
            *(Column(label, "" if ending == "open" else "bar") for ending, label in ENDINGS.items()),
        ),
        [
            (name, [_total(row, asked.least), *cells])
            for name, row, cells in zip(names, counts, _guarded(counts, asked.least), strict=True)
        ],
    )


def closing_days(found: Counts, asked: Asked) -> Shown:
    kinds = (Standing.UNPLANNED, Standing.PLANNED)
    tally = Counter[tuple[str, str]]()
    for standing, days, n in found.closings:
        tally[rules.band(rules.DAY_BANDS, days), standing] += n
    names = [rules.label(*band) for band in rules.DAY_BANDS]
    middles = []
    for kind in kinds:
        of = [(days, n) for standing, days, n in found.closings if standing == kind]
        if sum(n for _, n in of) >= asked.least:
            middles.append(f"{rules.median(of):g} days for {Standing(kind).label.lower()}s")
    return Shown(
        FIGURES["closing_days"],
        f"The middle one was closed after {', after '.join(middles)}." if middles else "",
        (Column("Days"), *(Column(f"{kind.label}s", "bar") for kind in kinds)),
        list(zip(names, _plain([[tally[name, kind] for kind in kinds] for name in names], asked.least), strict=True)),
    )


def caseload(found: Counts, asked: Asked) -> Shown:
    taken = {c.pk: found.caseloads.get(c.pk, 0) for c in asked.clinicians}
    with_places = [c for c in asked.clinicians if c.capacity]
    cells = {c.pk: count(None if 0 < taken[c.pk] < asked.least else taken[c.pk], asked.least) for c in asked.clinicians}
    told = _guarded([[taken[c.pk]] for c in with_places], asked.least)
    cells |= {c.pk: cell for c, (cell,) in zip(with_places, told, strict=True)}
    rows = [(str(c), [cells[c.pk], _places(c), _used(cells[c.pk], c)]) for c in asked.clinicians]
    rows.sort(key=lambda row: -(row[1][2].value or -1))
    clients, places = sum(taken[c.pk] for c in with_places), sum(c.capacity or 0 for c in with_places)
    full = share(clients, places, 1)
    return Shown(
        FIGURES["caseload"],
        f"{said(clients, asked.least, 'open assignment')} in {said(places, 1, 'place')}"
        + (f" ({full:.0f} %)." if clients >= asked.least and full is not None else ".") if places else "",
        (Column("Clinician"), Column("Open assignments", "bar"), Column("Places", "behind"), Column("Taken", "", "%")),
        rows,
    )  # fmt: skip


def _places(clinician: Clinician) -> Cell:
    return Cell("not on record") if clinician.capacity is None else Cell(f"{clinician.capacity}", clinician.capacity)


def _used(cell: Cell, clinician: Clinician) -> Cell:
    if cell.value is None or not clinician.capacity:
        return Cell("not shown" if cell.value is None else "")
    return percent(100 * cell.value / clinician.capacity)


def _attendance(counts: Sequence[Sequence[int]], least: int) -> list[list[Cell]]:
    """For no-shows, late cancels and kept visits: all visits, and each kind of miss with its share."""
    rows = []
    for (no_shows, late, kept), cells in zip(counts, _guarded(counts, least), strict=True):
        total = no_shows + late + kept
        row = [_total((total,), least)]
        for n, cell in zip((no_shows, late), cells, strict=False):
            row += [cell, percent(None) if cell.value is None else rate(n, total, least)]
        rows.append(row)
    return rows


_ATTENDED = (*MISSES, KEPT)
_MISS_COLUMNS = ("Visits", "No-shows", "No-show rate", "Late cancels", "Late-cancel rate")


def _missed_in_words(tally: Counter[str], least: int) -> str:
    total = sum(tally.values())
    kinds = [
        (share(tally[state], total, least), words)
        for state, words in zip(MISSES, ("no-shows", "late cancels"), strict=True)
    ]
    told = [f"{in_words(value)} {words}" for value, words in kinds if value is not None]
    return f"Of {said(total, least, 'visit')}: {', '.join(told)}." if told else ""


def misses(found: Counts, asked: Asked) -> Shown:
    names, name_of = _periods(asked, (month for month, *_ in found.visits))
    tally, every = Counter[tuple[str, str]](), Counter[str]()
    for month, _, state, n in found.visits:
        tally[name_of(month), state] += n
        every[state] += n
    rows = _attendance([[tally[name, state] for state in _ATTENDED] for name in names], asked.least)
    return Shown(
        FIGURES["misses"], _missed_in_words(every, asked.least), _columns("Period", "line"),
        list(zip(names, rows, strict=True)),
    )  # fmt: skip


def misses_by_clinician(found: Counts, asked: Asked) -> Shown:
    tally, every = Counter[tuple[int, str]](), Counter[str]()
    for _, clinician, state, n in found.visits:
        tally[clinician, state] += n
        every[state] += n
    counts = [[tally[c.pk, state] for state in _ATTENDED] for c in asked.clinicians]
    rows = list(zip(map(str, asked.clinicians), _attendance(counts, asked.least), strict=True))
    rows = [row for row in rows if row[1][0].text != "0"]
    rows.sort(key=lambda row: -sum(row[1][place].value or 0 for place in (2, 4)))
    if asked.scope.clinicians is None:
        rows = [("The practice", _attendance([[every[state] for state in _ATTENDED]], asked.least)[0]), *rows]
    return Shown(FIGURES["misses_by_clinician"], "", _columns("Clinician", "bar"), rows)


def _columns(first: str, draw: str) -> tuple[Column, ...]:
    rest = (Column(label, draw, "%") if "rate" in label else Column(label) for label in _MISS_COLUMNS)
    return (Column(first), *rest)


def _by_period(
    found: Counts, asked: Asked, key: str, counted: Callable[[list[Courses]], rules.Shares], did: str
) -> Shown:
    """New clients by the period in which they began: how many count, how many did it, and their share."""
    settled = [c for c in found.began if c.settled]
    until = asked.scope.today - timedelta(weeks=asked.numbers["retention_weeks"])
    names, name_of = _periods(asked, (c.month for c in settled), until)
    shares = [counted([c for c in settled if name_of(c.month) == name]) for name in names]
    told = _guarded([[s.part, s.whole - s.part] for s in shares], asked.least)
    overall = counted(settled)
    value = share(overall.part, overall.whole, asked.least)
    return Shown(
        FIGURES[key],
        "" if value is None else f"{in_words(value)} of {overall.whole:,} new clients {did}.",
        (Column("Began in"), Column("New clients"), Column(did.capitalize()), Column("Share", "line", "%")),
        [
            (
                name,
                [
                    _total((s.whole,), asked.least),
                    part,
                    percent(None) if part.value is None else rate(s.part, s.whole, asked.least),
                ],
            )
            for name, s, (part, _) in zip(names, shares, told, strict=True)
        ],
    )


def retention(found: Counts, asked: Asked) -> Shown:
    visits = asked.numbers["retention_visits"]
    return _by_period(found, asked, "retention", lambda of: rules.retained(of, visits), f"reached {visits} visits")


def churn(found: Counts, asked: Asked) -> Shown:
    visits = asked.numbers["churn_visits"]
    return _by_period(found, asked, "churn", lambda of: rules.churned(of, visits), f"left before {visits} visits")


def dropout(found: Counts, asked: Asked) -> Shown:
    visits = range(1, rules.DROP_OUT_VISITS + 1)
    shares = [rules.dropped_out(found.began, visit) for visit in visits]
    rows = []
    for visit, s in zip(visits, shares, strict=True):
        (cells,) = _guarded([[s.part, s.whole - s.part]], asked.least)
        rows.append((str(visit), [_total((s.whole,), asked.least), cells[0], rate(s.part, s.whole, asked.least)]))
    after = [(words, rows[visit - 1][1][2].value) for visit, words in ((1, "first"), (3, "third"))]
    told = [f"{in_words(value)} after the {words} visit" for words, value in after if value is not None]
    return Shown(
        FIGURES["dropout"],
        f"{', '.join(told)} did not come again." if told else "",
        (Column("After visit"), Column("Could come again"), Column("Left"), Column("Share", "bar", "%")),
        rows,
    )


def survival(found: Counts, asked: Asked) -> Shown:
    points = rules.pooled(rules.survival(found.began), asked.least)
    rows = []
    for p in points:
        # What went on without these is known: it is the next line's number at risk.
        (others,) = _guarded([[p.planned, p.ongoing]], asked.least)
        cells = [count(p.at_risk, asked.least), count(p.unplanned, asked.least), *others, percent(100 * p.surviving)]
        rows.append((rules.label(p.first, p.last), cells))
    last = next((p for p in points if p.surviving <= 0.5), points[-1] if points else None)
    return Shown(
        FIGURES["survival"],
        f"After visit {last.last}, {100 * last.surviving:.0f} % have not left unplanned." if last else "",
        (Column("Visit"), Column("At risk"), Column("Unplanned endings"), Column("Planned endings"),
         Column("Still in care there"), Column("Not left unplanned", "step", "%")),
        rows,
    )  # fmt: skip


def sessions(found: Counts, asked: Asked) -> Shown:
    kinds = (Standing.UNPLANNED, Standing.PLANNED)
    tally = Counter[tuple[str, str]]()
    for course in found.ended:
        tally[rules.band(rules.BANDS, course.visits), course.standing] += course.count
    names = [rules.label(*band) for band in rules.BANDS]
    every = Counter[int]()
    for course in found.ended:
        every[course.visits] += course.count
    counted = list(every.items())
    middle, most = rules.median(counted), rules.modes(counted, asked.least)
    words = ""
    if middle is not None and every.total() >= asked.least:
        words = f"Half had {middle:g} visits or fewer (the median)"
        words += f"; most often {' or '.join(map(str, most))} (the mode)." if most else "."
    return Shown(
        FIGURES["sessions"], words, (Column("Visits"), *(Column(f"{kind.label}s", "bar") for kind in kinds)),
        list(zip(names, _plain([[tally[name, kind] for kind in kinds] for name in names], asked.least), strict=True)),
    )  # fmt: skip


BUILD: dict[str, Callable[[Counts, Asked], Shown]] = {
    build.__name__: build
    for build in (
        suggestions, closing_days, misses, retention, churn, dropout, survival, sessions, caseload, misses_by_clinician
    )
}  # fmt: skip


def figures(found: Counts, asked: Asked) -> dict[str, Shown]:
    """All figures, in the order of the page."""
    return {key: build(found, asked) for key, build in BUILD.items()}
