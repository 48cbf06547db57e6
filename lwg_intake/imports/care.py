"""Assignments and terminations, and the episodes that follow from them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lwg_intake.audit.models import Event
from lwg_intake.audit.record import record
from lwg_intake.imports.merging import Key, Merged, Values, chunks, insert, merge, update
from lwg_intake.imports.reading import Row, Sheet
from lwg_intake.records import episodes
from lwg_intake.records.models import Assignment, Removal, Termination
from lwg_intake.rows import among

PAIRING = ("client_id", "clinician_id", "service")
# What the audit tells of an assignment: somebody made it here; later a file brought it too.
MADE, BROUGHT = "assignment.made", "assignment.brought"


@dataclass
class OnRecord:
    """One assignment as it stands. `removed`: management took the clinician off, and a file does not undo that.

    `made_here`: somebody assigned the clinician in the program, and no file has brought this assignment yet.
    """

    pk: int
    started_on: date
    ended_on: date | None
    removed: bool = False
    made_here: bool = False
    met: bool = field(default=False, compare=False)


def assignments(sheet: Sheet) -> Merged:
    """A row finds its like by key; failing that, an open one made here that began on another day is the same one."""
    merged = Merged()
    there = _on_record(row.values for row in sheet.rows)
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in sheet.rows:
        groups[tuple(row.values[name] for name in PAIRING)].append(row)
    created: list[Values] = []
    updated: list[tuple[int, Values]] = []
    for pairing in sorted(groups):
        _pair(sheet, groups[pairing], there[pairing], merged, created, updated)
    # What ends goes first, so that one may end and the next begin in the same file.
    updated.sort(key=lambda row: (row[1]["ended_on"] is None, row[0]))
    for ends in (True, False):
        batch = [row for row in updated if (row[1]["ended_on"] is not None) is ends]
        update(Assignment, batch, ["started_on", "ended_on"])
    insert(Assignment, created)
    _now_on_file(there, updated)
    merged.clients = {values["client_id"] for values in [*created, *(values for _, values in updated)]}
    episodes.derive(merged.clients)
    return merged


def _pair(
    sheet: Sheet,
    rows: list[Row],
    there: list[OnRecord],
    merged: Merged,
    created: list[Values],
    updated: list[tuple[int, Values]],
) -> None:
    """Settle the rows of one client, clinician and service."""
    by_start = {known.started_on: known for known in there}
    for row in rows:
        if row.values["started_on"] in by_start:
            by_start[row.values["started_on"]].met = True
    open_line = 0
    # Of two open ones the one on record stands; of two new ones the first.
    for row in sorted(rows, key=lambda row: (row.values["started_on"] not in by_start, row.line)):
        wanted = row.values
        known = by_start.get(wanted["started_on"]) or _made_here(there, wanted)
        stays_removed = bool(known and known.removed and wanted["ended_on"] is None)
        if wanted["ended_on"] is None and not stays_removed:
            other = next((k for k in there if k.ended_on is None and k is not known and not k.met), None)
            if open_line or other:
                where = f"on line {open_line}" if open_line else f"on record, begun on {other.started_on}"  # type: ignore[union-attr]
                sheet.reject(row, "ended_on", _second_open(where))
                continue
            open_line = row.line
        key = (*(wanted[name] for name in PAIRING), wanted["started_on"])
        if known is None:
            created.append(wanted)
            merged.created.add(key)
            continue
        known.met = True
        if stays_removed or (known.started_on, known.ended_on) == (wanted["started_on"], wanted["ended_on"]):
            merged.unchanged.add(key)
        else:
            updated.append((known.pk, wanted))
            merged.updated.add(key)


def _made_here(there: list[OnRecord], wanted: Values) -> OnRecord | None:
    """The open one made here that no row names by its day, unless the row had ended before that one began."""
    for known in there:
        ended_before = wanted["ended_on"] is not None and wanted["ended_on"] < known.started_on
        if known.made_here and known.ended_on is None and not known.met and not ended_before:
            return known
    return None


def _now_on_file(there: dict[Key, list[OnRecord]], updated: list[tuple[int, Values]]) -> None:
    """From now on the file's day is the key of what was made here: a further row with another day is another one."""
    made_here = {known.pk for listed in there.values() for known in listed if known.made_here}
    for pk, values in updated:
        if pk in made_here:
            record(BROUGHT, by=None, on=Assignment(pk=pk), client_id=values["client_id"])


def _second_open(where: str) -> str:
    return f"An open assignment of this client to this clinician for this service stands {where}: end one of the two."


def _on_record(rows: Iterable[Values]) -> dict[Key, list[OnRecord]]:
    found: dict[Key, list[OnRecord]] = defaultdict(list)
    for chunk in chunks(row["client_id"] for row in rows):
        removed = set(
            Removal.objects.filter(client__in=among(chunk), status=Removal.Status.DONE).values_list(
                "assignment", flat=True
            )
        )
        told = set(
            Event.objects.filter(client_id__in=among(chunk), verb__in=(MADE, BROUGHT)).values_list("record_id", "verb")
        )
        made_here = {pk for pk, verb in told if verb == MADE and (pk, BROUGHT) not in told}
        listed = Assignment.objects.filter(client__in=among(chunk)).values_list(
            "pk", *PAIRING, "started_on", "ended_on"
        )
        for pk, client, clinician, service, started_on, ended_on in listed:
            known = OnRecord(pk, started_on, ended_on, pk in removed, pk in made_here)
            found[client, clinician, service].append(known)
    return found


def terminations(sheet: Sheet) -> Merged:
    rows: list[dict[str, Any]] = [row.values for row in sheet.rows]
    merged = merge(Termination, rows, sheet.file.key_fields, sheet.fields)
    episodes.derive(merged.clients)
    return merged
