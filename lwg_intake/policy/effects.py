"""What a change of a number would alter, asked before it is saved. The wings answer; nothing here writes.

Each wing offers one function: of a key, and of all numbers as they are and as they would be. It answers for the keys
that are its own and with nothing for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Numbers = Mapping[str, int]


@dataclass(frozen=True)
class Effect:
    """One thing that would be otherwise. `words` is a sentence with its count; the counts are for the heading."""

    words: str
    cases: frozenset[int] = frozenset()
    clients: frozenset[int] = frozenset()


EffectsOf = Callable[[str, Numbers, Numbers], list[Effect]]
_OFFERED: list[EffectsOf] = []


@dataclass(frozen=True)
class Foreseen:
    """What a new value would alter today. Empty `effects` with `is_counted` mean: nothing that stands today."""

    effects: list[Effect]
    is_counted: bool

    @property
    def cases(self) -> int:
        return len(frozenset().union(*(effect.cases for effect in self.effects)))

    @property
    def clients(self) -> int:
        return len(frozenset().union(*(effect.clients for effect in self.effects)))


def offer(effects_of: EffectsOf) -> None:
    """Called by a wing when the program starts."""
    if effects_of not in _OFFERED:
        _OFFERED.append(effects_of)


def foresee(key: str, before: Numbers, value: int) -> Foreseen:
    """What one number's new value would alter, as everything stands today. Raises what a wing raises."""
    after = {**before, key: value}
    answers = [answer for effects_of in _OFFERED if (answer := effects_of(key, before, after))]
    found = [effect for answer in answers for effect in answer]
    return Foreseen([effect for effect in found if effect.words], bool(answers))


# What a wing answers where it counted and found nothing.
NOTHING = Effect("")


def counted(effects: list[Effect]) -> list[Effect]:
    """The answer of a wing that did count, also where it found nothing."""
    return effects or [NOTHING]


def said(count: int, one: str, many: str = "") -> str:
    """ "1 open case", "3 open cases"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
