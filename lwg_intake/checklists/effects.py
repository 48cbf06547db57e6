"""What a number's new value would alter on open cases: every case is judged under both, and the judgements compared."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from lwg_intake.checklists.board import state_of
from lwg_intake.checklists.gates import stops
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.checklists.procedure import Evidence, Procedure
from lwg_intake.checklists.registry import Wing, wings
from lwg_intake.checklists.written import written
from lwg_intake.policy.effects import Effect, Numbers, counted, said

# Judging one takes about ten milliseconds; beyond this a person would wait too long for the answer.
MOST_CASES = 500
HOW = ("would be blocked", "would no longer be blocked", "would show otherwise")


def effects_of(key: str, before: Numbers, after: Numbers) -> list[Effect]:
    """The open cases of the wings that go by this number, where a step would become blocked, free or otherwise."""
    going_by = [wing for wing in wings() if key in wing.numbers]
    return counted([effect for wing in going_by for effect in _of_wing(wing, before, after)]) if going_by else []


def _of_wing(wing: Wing, before: Numbers, after: Numbers) -> list[Effect]:
    rows = Case.objects.open().filter(procedure=wing.procedure.key).select_related("client")
    cases = list(rows.order_by("-opened_at")[: MOST_CASES + 1])
    changed: dict[str, list[Case]] = {how: [] for how in HOW}
    for case in cases[:MOST_CASES]:
        if found := _change(wing, case, before, after):
            changed[found].append(case)
    kind = wing.procedure.title.lower()
    effects = [
        Effect(
            f"{said(len(those), 'open case')} ({kind}): a step {how}.",
            frozenset(case.pk for case in those),
            frozenset(case.client_id for case in those),
        )
        for how, those in changed.items()
        if those
    ]
    if len(cases) > MOST_CASES:
        effects.append(Effect(f"Only the newest {MOST_CASES:,} open cases ({kind}) were looked at."))
    return effects


def _change(wing: Wing, case: Case, before: Numbers, after: Numbers) -> str:
    """How a case would differ: the weightiest change of any of its steps; empty where none does."""
    facts, ticks = wing.facts(case), {tick.step: tick for tick in written(case).ticks}
    old, new = (_judged(wing.procedure, replace(facts, policy=numbers), ticks) for numbers in (before, after))
    if old == new:
        return ""
    was, would_be = (sum(stopped for _, stopped, _, _ in one.values()) for one in (old, new))
    if would_be > was:
        return "would be blocked"
    return "would no longer be blocked" if would_be < was else "would show otherwise"


def _judged(procedure: Procedure, facts: Any, ticks: dict[str, Tick]) -> dict[str, tuple[Any, bool, Any, Any]]:
    """Each step's state, whether it is stopped, the kind of its gate's answer, and what it shows of the record."""
    facts, judged = procedure.settle(facts), {}
    for step in procedure.steps:
        needed = step.is_needed(facts)
        verdict = step.gate(facts) if step.gate and needed else None
        judged[step.key] = (
            state_of(step, procedure.before(step, facts), facts, ticks.get(step.key)),
            stops(verdict),
            type(verdict),
            _wording(step.evidence(facts)) if step.evidence and needed else None,
        )
    return judged


def _wording(shown: list[Evidence]) -> str:
    """What a step shows, apart from the numbers in it: a sentence that only names the new value says nothing else."""
    return re.sub(r"\d+", "", repr(shown))
