"""Where every step of a case stands: declaration × facts × stored ticks. Computed, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, partial
from typing import Any

from lwg_intake import dates
from lwg_intake.checklists.gates import Verdict, sentence, stops
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.checklists.procedure import Procedure, Step
from lwg_intake.checklists.registry import Wing, wing_of
from lwg_intake.checklists.written import written


class State(StrEnum):
    """How a step stands. The words are those on the page."""

    DONE = "done"
    WAITING = "waiting"
    AGAIN = "again"
    OPEN = "open"
    LATER = "later"
    NOT_NEEDED = "not needed"


WORDS = {
    State.WAITING: "saved, still waiting",
    State.AGAIN: "to be done again",
    State.OPEN: "open",
    "blocked": "blocked",
    "approval": "waits for a manager",
}


@dataclass(frozen=True)
class Row:
    """One step of one case."""

    step: Step
    state: State
    tick: Tick | None
    verdict: Verdict | None
    first: tuple[str, ...]

    @property
    def version(self) -> int:
        return self.tick.version if self.tick else 0

    @property
    def sentence(self) -> str:
        return sentence(self.verdict) if self.verdict else ""

    @property
    def is_stopped(self) -> bool:
        return stops(self.verdict)

    @property
    def look(self) -> str:
        """How the list of steps marks it: by its state, and an open one by what stops it."""
        if self.state not in (State.OPEN, State.AGAIN):
            return self.state
        kind = self.verdict.kind if self.verdict else ""
        if kind == "blocked":
            return kind
        return "approval" if kind == "approval" or self.step.not_starter else self.state

    @property
    def words(self) -> str:
        """The same in words."""
        if self.state == State.DONE and self.tick:
            at = dates.local(self.tick.at)
            when = f"{at:%-I:%M %p}" if at.date() == dates.today() else f"{at:%b %-d}"
            return f"{self.tick.by}, {when}"
        if self.state == State.LATER:
            return f"after {', '.join(self.first)}"
        return WORDS[State.AGAIN if self.state == State.AGAIN else self.look]


@dataclass(frozen=True)
class Board:
    """A case as it stands. `facts` hold only the answers that count; a closed case shows its ticks as they were."""

    case: Case
    wing: Wing
    facts: Any
    rows: tuple[Row, ...]

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.step.key == key), None)

    @cached_property
    def needed(self) -> list[Row]:
        return [row for row in self.rows if row.state != State.NOT_NEEDED]

    def number(self, row: Row | None) -> int:
        """Which of the needed steps it is, from 1; 0 where it is none."""
        return self.needed.index(row) + 1 if row in self.needed else 0

    @property
    def left(self) -> list[Row]:
        """The needed steps that are not done."""
        return [row for row in self.needed if row.state != State.DONE]

    @property
    def done(self) -> int:
        return sum(row.state == State.DONE for row in self.rows)

    @property
    def next(self) -> Row | None:
        """The step to do next: the first that is open and that nothing stops, else the first that is not done."""
        return next(iter(self.free or self.left), None)

    @property
    def free(self) -> list[Row]:
        """The steps that are open and that nothing stops."""
        return [row for row in self.left if row.state in (State.OPEN, State.AGAIN) and not row.is_stopped]


def state_of(step: Step, first: tuple[Step, ...], facts: Any, tick: Tick | None) -> State:
    """How a step stands; `first` are the steps that have to be done before it."""
    if not step.is_needed(facts):
        return State.NOT_NEEDED
    if step.key in facts.answers:
        return State.DONE
    if first:
        return State.LATER
    if tick and tick.outcome == Tick.Outcome.WAITING:
        return State.WAITING
    return State.AGAIN if tick and tick.outcome == Tick.Outcome.DONE else State.OPEN


def board(case: Case) -> Board:
    """Load the facts and judge every step. A closed case is not judged: its ticks stand as they were."""
    wing = wing_of(case.procedure)
    ticks = {tick.step: tick for tick in written(case).ticks}
    facts = wing.procedure.settle(wing.facts(case))
    row = partial(_judged, wing.procedure, facts) if case.is_open else _frozen
    rows = [row(step, ticks.get(step.key)) for step in wing.procedure.steps]
    return Board(case, wing, replace(facts, note=note_of(rows, facts)), tuple(rows))


def note_of(rows: Iterable[Row], facts: Any) -> str:
    """The interaction note so far: one line for each step that is done. What still waits is not told as done."""
    lines = [
        row.step.note(row.tick.fields, facts) for row in rows if row.step.note and row.tick and row.state == State.DONE
    ]
    return "\n".join(line for line in lines if line)


def _judged(procedure: Procedure, facts: Any, step: Step, tick: Tick | None) -> Row:
    first = procedure.before(step, facts)
    state = state_of(step, first, facts, tick)
    verdict = step.gate(facts) if step.gate and state != State.NOT_NEEDED else None
    titles = tuple(other.title for other in first) if state == State.LATER else ()
    return Row(step, state, tick, verdict, titles)


def _frozen(step: Step, tick: Tick | None) -> Row:
    done = tick is not None and tick.outcome == Tick.Outcome.DONE
    return Row(step, State.DONE if done else State.NOT_NEEDED, tick, None, ())
