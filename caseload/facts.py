"""What a closing is judged by: frozen facts, loaded by selectors.py and read by rules.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Attempt:
    """One entry of the interaction log that tried to reach the client."""

    on: date
    channel: str
    outcome: str


@dataclass(frozen=True)
class Closing:
    """Everything a closing asks. `answers` holds the fields of the steps that are done, by step key.

    `email` is where a letter may go, a minor's to the guardian, and `email_not` why not. `handed_over` says that
    another wing asked for it; `rang_back` is what was heard of the client since, and not yet confirmed.
    """

    today: date
    policy: Mapping[str, int]
    answers: Mapping[str, Mapping[str, Any]]
    grounds: tuple[str, ...]
    name: str
    called: str
    clinician: str
    clinician_email: str
    service: str
    started_on: date
    last_seen_on: date | None
    last_contact_on: date | None
    days_unseen: int
    visits_ahead: tuple[str, ...] = ()
    misses: tuple[tuple[date, str], ...] = ()
    visits_kept: int = 0
    attempts: tuple[Attempt, ...] = ()
    other_services: tuple[str, ...] = ()
    email: str = ""
    email_not: str = ""
    clinician_account: int | None = None
    supervisor_account: int | None = None
    clinician_left: bool = False
    handed_over: bool = False
    rang_back: str = ""
    is_minor: bool = False
    is_at_risk: bool = False
    guardian: str = ""
    is_part2: bool = False
    is_held: bool = False
    note: str = ""

    def said(self, step: str, field: str, default: Any = None) -> Any:
        """What was entered in a step that is done, or the default."""
        return self.answers.get(step, {}).get(field, default)

    def with_answer(self, step: str, fields: Mapping[str, Any]) -> Closing:
        """The facts as they would be with this step done."""
        return replace(self, answers={**self.answers, step: fields})
