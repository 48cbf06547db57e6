"""What people wrote on a case, read at once: for its board, its page and the rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case, Draft, Entry, Question, Tick
from lwg_intake.records.models import Client
from lwg_intake.rows import built, joined

STATEMENT = (Path(__file__).parent / "written.sql").read_text("utf-8")
# Of the history, the page shows the newest.
MOST_ENTRIES = 40
NAMED = ("id", "first_name", "last_name", "email")


@dataclass(frozen=True)
class Written:
    """The ticks, the questions in the order they were asked, the newest entries of the history, everybody's drafts.

    The people in them bring their names only.
    """

    ticks: list[Tick]
    questions: list[Question]
    entries: list[Entry]
    drafts: list[Draft]


def written(case: Case) -> Written:
    """Read it all, in one statement (written.sql), when this instance of the case is first asked; then it is kept.

    The case gets its client and its people with it, so that nobody need join them to it before.
    """
    if not hasattr(case, "_written"):
        case._written = _read(case)  # type: ignore[attr-defined]
    found: Written = case._written  # type: ignore[attr-defined]
    return found


def _read(case: Case) -> Written:
    asked = {"case": case.pk, "client": case.client_id, "opened_by": case.opened_by_id, "closed_by": case.closed_by_id}
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, asked | {"entries": MOST_ENTRIES})
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    staff = {user.pk: user for user in built(User, found["staff"], NAMED)}
    (case.client,) = built(Client, found["client"])
    joined(joined([case], "opened_by", staff), "closed_by", staff)
    return Written(
        ticks=joined(built(Tick, found["ticks"]), "by", staff),
        questions=joined(joined(built(Question, found["questions"]), "asked_by", staff), "answered_by", staff),
        entries=joined(built(Entry, found["entries"]), "by", staff),
        drafts=built(Draft, found["drafts"]),
    )
