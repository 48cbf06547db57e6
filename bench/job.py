"""One job of the bench, and how it is measured: figure against floor, in turns, with the same answers."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sizes:
    """How much to measure: clients on record, items in a round, rounds; the sweep's open assignments and visits;
    the tracker's rows."""

    clients: int = 100_000
    items: int = 200
    rounds: int = 9
    assignments: int = 20_000
    visits: int = 1_000_000
    rows: int = 20_000


@dataclass(frozen=True)
class Contest:
    """Both sides of a job, ready to run. Each takes one item and returns an answer that the other must equal.

    `floor` may cost nothing that the job does not need; `refresh` (untimed) puts an item back before it is run again;
    `beside` (measured last, once) gives further figures by name; `finish` leaves the connection as it was.
    """

    items: Sequence[Any]
    figure: Callable[[Any], Any]
    floor: Callable[[Any], Any]
    refresh: Callable[[Any], None] = lambda item: None
    beside: Callable[[], dict[str, Any]] = dict
    finish: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Job:
    """What is measured, against what, and the ratio that is aimed at (figure through floor, at most).

    `aimed` says of what: of the means, or of the p95.
    """

    name: str
    figure: str
    floor: str
    aim: float
    prepare: Callable[[Sizes], Contest]
    aimed: str = "ratio"


def measure(job: Job, sizes: Sizes) -> dict[str, Any]:
    """Run a job and return what it took, in milliseconds an item. Raises AssertionError when the answers differ.

    Figure and floor of one item follow each other directly and change places every time, so that neither has the
    warmer cache or the quieter minute. A round is all items; the figures are medians of rounds, the ratio is the
    median of the rounds' own ratios. p50 and p95 are of the items, each by the median of its rounds.
    """
    contest = job.prepare(sizes)
    try:
        return _measured(job, sizes, contest)
    finally:
        contest.finish()


def _measured(job: Job, sizes: Sizes, contest: Contest) -> dict[str, Any]:
    sides = (contest.figure, contest.floor)
    for item in contest.items:
        answers = []
        for side in sides:
            contest.refresh(item)
            answers.append(side(item))
        assert answers[0] == answers[1], f"{job.name}: figure and floor answer differently: {answers}"
    gc.freeze()  # As lwg_intake/wsgi.py does.
    took = [_round(contest, sides, number) for number in range(sizes.rounds)]
    mean = [[statistics.fmean(side) for side in round_] for round_ in took]
    figure, floor = (_per_item([round_[n] for round_ in took]) for n in range(2))
    ratios = {
        "ratio": statistics.median(a / b for a, b in mean),
        "ratio_p95": _percentile(figure, 95) / _percentile(floor, 95),
    }
    return {
        "name": job.name,
        "figure": job.figure,
        "floor": job.floor,
        "figure_ms": round(statistics.median(a for a, _ in mean), 3),
        "floor_ms": round(statistics.median(b for _, b in mean), 3),
        **{name: round(ratio, 3) for name, ratio in ratios.items()},
        "aim": job.aim,
        "met": ratios[job.aimed] < job.aim,
        "rounds": sizes.rounds,
        "items": len(contest.items),
        **{
            f"{side}_p{part}_ms": round(_percentile(times, part), 3)
            for side, times in (("figure", figure), ("floor", floor))
            for part in (50, 95)
        },
        **contest.beside(),
    }


def _round(contest: Contest, sides: tuple[Callable[[Any], Any], ...], number: int) -> tuple[list[float], list[float]]:
    took: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    for place, item in enumerate(contest.items):
        for side in (0, 1) if (place + number) % 2 else (1, 0):
            contest.refresh(item)
            start = time.perf_counter()
            sides[side](item)
            took[side].append((time.perf_counter() - start) * 1000)
    return took


def _per_item(rounds: list[list[float]]) -> list[float]:
    return [statistics.median(times) for times in zip(*rounds, strict=True)]


def _percentile(times: list[float], part: int) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]
