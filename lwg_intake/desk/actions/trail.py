"""Looking at the trail is itself a look at records: it is written down like every other."""

from dataclasses import replace

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.desk import trail
from lwg_intake.desk.telling import Line
from lwg_intake.desk.trail import Asked

# What a spreadsheet still opens; the newest are taken.
MOST_ROWS = 100_000


def look(*, asked: Asked, before: int | None, by: User) -> tuple[list[Line], int | None]:
    """A page of anybody's trail, and one event. Nothing is changed; without the event nothing is shown."""
    require(by, Can.SEE_TRAIL)
    record("trail.opened", by=by, client_id=asked.client, asked=asked.as_query())
    return trail.page(asked, by, before, with_rows=True)


def take_out(*, asked: Asked, by: User) -> list[list[str]]:
    """The trail as the lines of a file, and one event that says so."""
    require(by, Can.SEE_TRAIL)
    table = trail.as_table(asked, by, MOST_ROWS)
    record("trail.exported", by=by, client_id=asked.client, rows=len(table) - 1, asked=asked.as_query())
    return table


def take_out_own(*, asked: Asked, by: User) -> list[list[str]]:
    """What a person did here themselves, as the lines of a file, and one event that says so."""
    require(by, Can.USE_DESK)
    table = trail.as_table(replace(asked, client=None, person=by.pk), by, MOST_ROWS)
    record("trail.exported", by=by, rows=len(table) - 1, own=True)
    return table
