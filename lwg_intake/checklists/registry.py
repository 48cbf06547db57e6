"""The wings that hang a procedure on the engine. Each registers itself when the program starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lwg_intake.checklists.procedure import Procedure

# What a tick does beyond being kept: (case, facts, fields, by) -> fields to keep.
Effect = Callable[..., dict[str, Any] | None]


@dataclass(frozen=True)
class Wing:
    """A procedure with what its wing knows and does.

    `facts` loads what the rules judge by; `effects` happen with a tick, `waits` with a step saved as still waiting and
    `undone` with an untick, in the same transaction; `left`, `reopened` and `finished` follow the case itself, and
    `touched` every change, with the facts after it, or None where they have to be read anew: after the steps in
    `reread`, and after anything but a step. `leaving` stands over the ways out.
    """

    procedure: Procedure
    facts: Callable[[Any], Any]
    effects: Mapping[str, Effect]
    undone: Mapping[str, Effect]
    may_leave: Callable[[Any, str], None]
    left: Callable[..., None]
    reopened: Callable[..., None]
    finished: Callable[..., str]
    touched: Callable[..., None]
    ways_out: tuple[str, ...]
    leaving: str
    waits: Mapping[str, Effect] = field(default_factory=dict)
    reread: frozenset[str] = frozenset()
    numbers: tuple[str, ...] = field(default=())


_WINGS: dict[str, Wing] = {}


def register(wing: Wing) -> None:
    _WINGS[wing.procedure.key] = wing


def wing_of(procedure: str) -> Wing:
    """The wing of a procedure. Raises KeyError for one that nobody registered."""
    return _WINGS[procedure]


def wings() -> list[Wing]:
    return list(_WINGS.values())
