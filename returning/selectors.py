"""Questions to the database: what a return is judged by, and what its steps show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lwg_intake import dates
from lwg_intake.checklists.models import Case, Entry
from lwg_intake.placement.selectors import address_of, shared, welcome_text
from lwg_intake.records.models import Termination
from lwg_intake.records.snapshot import Snapshot
from returning.facts import Facts
from returning.models import Return

PROCEDURE = "returning"


def facts(case: Case) -> Facts:
    """Everything that the rules of a return ask, as it stands today."""
    return from_snapshot(case, details(case), case.seen)


def details(case: Case) -> Return:
    """The return's own row. Each step looks at few of its relations, so none comes with it."""
    return Return.objects.get(case=case)


def from_snapshot(case: Case, row: Return, seen: Snapshot) -> Facts:
    once = _ever(case, seen.last_termination)
    return Facts(
        **shared(case, row, seen),
        misses=tuple((dates.day_of(a.starts_at), a.state) for a in seen.misses),
        ever_categories=frozenset(e["category"] for e in once if e.get("category")),
        ever_severe=any(e.get("severe") for e in once),
    )


def _ever(case: Case, last: Termination | None) -> list[dict[str, Any]]:
    """What was ever entered as the ending, on this and other returns since the last termination."""
    entries = Entry.objects.filter(case__client_id=case.client_id, case__procedure=PROCEDURE, step="ending")
    if last is not None:
        entries = entries.filter(at__gte=dates.start_of(last.ended_on))
    return list(entries.order_by().values_list("fields", flat=True))


def notice(case: Case, facts: Facts, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The e-mail as it will leave."""
    return {"text": welcome_text(case, facts), "to": address_of(facts.said("match", "clinician_id"))}
