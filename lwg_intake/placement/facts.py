"""What a placement is judged by: frozen facts, read by rules.py. Each wing adds its own. No model, no query."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from lwg_intake.dates import Age

Same = TypeVar("Same", bound="Placement")


@dataclass(frozen=True)
class Ending:
    """How an earlier episode ended, as the record has it."""

    category: str
    ended_on: date
    ground: str
    note: str
    clinician_id: int
    clinician: str
    service: str
    is_of_last_episode: bool = True


@dataclass(frozen=True)
class Cover:
    """An insurance policy as on record."""

    payer: str
    payer_class: str
    state: str
    member_id: str
    active: str
    verified_on: date | None
    pk: int = 0


@dataclass(frozen=True)
class OnRecord:
    """A clinician who stands on the client's Clinicians tab."""

    assignment_id: int
    clinician_id: int
    clinician: str
    service: str
    since: date
    removal: str


@dataclass(frozen=True)
class Place:
    """The clinician chosen, with what the rules ask of them, and whether a place is held there for the client."""

    clinician_id: int
    clinician: str
    email: str
    payers: tuple[str, ...]
    states: tuple[str, ...]
    held: bool = True


@dataclass(frozen=True)
class Placement(ABC):
    """What both procedures judge by. `answers` holds the fields of the steps that are done, by step key.

    `known` is what was known before a step was opened, to stand in its fields. `medicaid` is true by any insurance in
    force. `open_forms` are the practice's forms that are not signed.
    """

    today: date
    policy: Mapping[str, int]
    answers: Mapping[str, Mapping[str, Any]]
    service: str
    started_by: int
    name: str
    called: str
    demographics: Mapping[str, str]
    demographics_on: date | None = None
    is_minor: bool = False
    guardian: str = ""
    endings: tuple[Ending, ...] = ()
    covers: tuple[Cover, ...] = ()
    cover: Cover | None = None
    medicaid: bool = False
    balance: Decimal | None = None
    balance_as_of: date | None = None
    fees: Decimal = Decimal(0)
    arranged: Decimal | None = None
    arrangement: str = ""
    portal: str = ""
    documents: tuple[tuple[str, str, date | None], ...] = ()
    open_forms: tuple[str, ...] = ()
    omhc_on: date | None = None
    last_intake_on: date | None = None
    last_intake_source: str = ""
    place: Place | None = None
    on_record: tuple[OnRecord, ...] = ()
    nps: tuple[tuple[str, str], ...] = ()
    availability: str = ""
    channel: str = "phone"
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    note: str = ""

    @property
    @abstractmethod
    def intake_age(self) -> Age:
        """How old the last intake may grow before the next visit is an intake again: each procedure has its own."""

    @property
    @abstractmethod
    def balance_threshold(self) -> Decimal:
        """How much may be owed, in dollars."""

    @property
    def leaving(self) -> tuple[int, ...]:
        """The clinicians the client is leaving, whom the match offers to nobody."""
        return ()

    @property
    def times_first(self) -> bool:
        """Whether the times a client asks for rank before every other wish."""
        return False

    def goes(self, stands: OnRecord) -> bool:
        """Whether a clinician of this service who is not the one chosen comes off the record."""
        return True

    def said(self, step: str, name: str, default: Any = None) -> Any:
        """What was entered in a step that is done, or the default."""
        return self.answers.get(step, {}).get(name, default)

    def with_answer(self: Same, step: str, fields: Mapping[str, Any]) -> Same:
        """The facts as they would be with this step done."""
        return replace(self, answers={**self.answers, step: fields})
