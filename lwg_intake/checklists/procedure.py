"""What a procedure is made of. A wing's `procedure.py` declares one, in an order a manager could read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from lwg_intake.access.roles import Can
from lwg_intake.checklists.gates import Verdict

if TYPE_CHECKING:
    from lwg_intake.checklists.forms import StepForm


class Facts(Protocol):
    """What a wing's rules judge by: a frozen dataclass with at least these."""

    @property
    def note(self) -> str:
        """The interaction note as it stands, for the form that writes it."""

    @property
    def answers(self) -> Mapping[str, Mapping[str, Any]]:
        """What was entered in the steps that are done, by step key."""

    @property
    def policy(self) -> Mapping[str, int]:
        """The practice's numbers as they hold today."""


@dataclass(frozen=True)
class Evidence:
    """One thing that the record already shows, with its day and where it comes from."""

    label: str
    value: str
    on: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a checklist.

    `who` is the right that ticks it; `therapynotes` says who may do the deed there. `when` says whether the step is
    needed at all, `after` which steps come first, `gate` what stands in the way (judged with what is being entered),
    `stands` whether an earlier tick still counts, `can_wait` whether it can be saved half done. `context` is what the
    step's own template shows besides (case, facts, what stands in the form), and `note` the line it adds to the
    interaction note. A `final` step cannot be unticked: its deed has left the house.
    """

    key: str
    title: str
    ask: str
    who: Can
    seed: str
    do: tuple[str, ...] = ()
    say: str = ""
    therapynotes: str = ""
    form: type[StepForm] | None = None
    template: str = "checklists/step_form.html"
    button: str = "Done"
    when: Callable[[Any], bool] | None = None
    after: tuple[str, ...] = ()
    gate: Callable[[Any], Verdict] | None = None
    evidence: Callable[[Any], list[Evidence]] | None = None
    stands: Callable[[Any], bool] | None = None
    context: Callable[[Any, Any, Mapping[str, Any]], dict[str, Any]] | None = None
    note: Callable[[Mapping[str, Any], Any], str] | None = None
    can_wait: bool = True
    not_starter: bool = False
    final: bool = False

    def is_needed(self, facts: Any) -> bool:
        return self.when is None or self.when(facts)


@dataclass(frozen=True)
class Procedure:
    """The steps in order. Raises ValueError at import for a key that is doubled or that no step has."""

    key: str
    version: int
    title: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for step in self.steps:
            if step.key in seen:
                raise ValueError(f"{self.key}: two steps are called {step.key}")
            if missing := set(step.after) - seen:
                raise ValueError(f"{self.key}: {step.key} comes after {missing}, which no earlier step is called")
            seen.add(step.key)

    def step(self, key: str) -> Step | None:
        return next((step for step in self.steps if step.key == key), None)

    def before(self, step: Step, facts: Any) -> tuple[Step, ...]:
        """The steps that still have to be done first. One that is not needed on this case holds nothing up."""
        return tuple(
            other
            for other in self.steps
            if other.key in step.after and other.key not in facts.answers and other.is_needed(facts)
        )

    def settle(self, facts: Any) -> Any:
        """The facts with only those answers that are still needed and still stand, judged in the steps' order."""
        given = facts.answers
        facts = replace(facts, answers={})
        for step in self.steps:
            if step.key not in given or not step.is_needed(facts):
                continue
            with_it = replace(facts, answers={**facts.answers, step.key: given[step.key]})
            if step.stands is None or step.stands(with_it):
                facts = with_it
        return facts
