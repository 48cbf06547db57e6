"""Questions to the database: what a return is judged by, and what its steps show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from lwg_intake import dates
from lwg_intake.checklists.models import Case
from lwg_intake.placement.selectors import address_of, shared, welcome_text
from lwg_intake.records.models import Termination
from lwg_intake.records.snapshot import Snapshot
from lwg_intake.rows import one
from returning.facts import Facts
from returning.models import Return

PROCEDURE = "returning"
EVER = """
SELECT e.fields FROM checklists_entry e JOIN checklists_case c ON c.id = e.case_id
WHERE c.client_id = %(client)s AND c.procedure = %(procedure)s AND e.step = 'ending'
AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
"""


def facts(case: Case) -> Facts:
    """Everything that the rules of a return ask, as it stands today."""
    return from_snapshot(case, details(case), case.seen)


def details(case: Case) -> Return:
    """The return's own row. Each step looks at few of its relations, so none comes with it."""
    return one(Return, "case_id", case.pk)


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
    since = dates.start_of(last.ended_on) if last else None
    with connection.cursor() as cursor:
        cursor.execute(EVER, {"client": case.client_id, "procedure": PROCEDURE, "since": since})
        return [json.loads(fields) for (fields,) in cursor.fetchall()]


def notice(case: Case, facts: Facts, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The e-mail as it will leave."""
    return {"text": welcome_text(case, facts), "to": address_of(facts.said("match", "clinician_id"))}
