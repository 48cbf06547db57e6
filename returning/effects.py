"""What a number's new value would alter of the returns that are open: the kind of their next visit."""

from __future__ import annotations

from dataclasses import replace

from lwg_intake.checklists.effects import MOST_CASES
from lwg_intake.checklists.models import Case
from lwg_intake.placement.rules import intake_or_session
from lwg_intake.policy.effects import Effect, Numbers, counted, said
from lwg_intake.records.rules import AppointmentKind
from returning.selectors import PROCEDURE, facts


def effects_of(key: str, before: Numbers, after: Numbers) -> list[Effect]:
    """The open returns without a visit yet that would have an intake instead of a session, or the other way."""
    if key != "return_intake_months":
        return []
    changed: dict[str, list[Case]] = {}
    rows = Case.objects.open().filter(procedure=PROCEDURE).select_related("client")
    for case in rows.order_by("-opened_at")[:MOST_CASES]:
        seen = facts(case)
        if "schedule" in seen.answers:
            continue
        old, new = (intake_or_session(replace(seen, policy=numbers))[0] for numbers in (before, after))
        if old != new:
            changed.setdefault(new, []).append(case)
    return counted(
        [
            Effect(
                f"{said(len(those), 'open return')} without a visit yet would begin with "
                f"{'an intake' if kind == AppointmentKind.INTAKE else 'a session'}.",
                frozenset(case.pk for case in those),
                frozenset(case.client_id for case in those),
            )
            for kind, those in changed.items()
        ]
    )
