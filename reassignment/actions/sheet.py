"""The writer of what a filled sheet brings back: row by row, and only where nobody was faster."""

from __future__ import annotations

from django.db import transaction

from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal
from reassignment.actions import roster
from reassignment.actions.departures import running
from reassignment.models import RosterRow
from reassignment.rules.departures import Preference, Standing
from reassignment.selectors import sheet as sheets
from reassignment.selectors.sheet import Entry

Wanted = list[tuple[int, int, Entry]]


def apply(*, departure_id: int, wanted: Wanted, by: User) -> tuple[int, list[str]]:
    """Write these rows of a sheet: row, the version that was previewed, what the sheet says. How many were written,
    and a sentence for each that was not; the others are not held up by it."""
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES, Can.WORK_CALLS, Can.VERIFY_ROSTER)
        known = dict(departure.rows.values_list("pk", "assignment__client__last_name"))
        done, refused = 0, []
        for pk, version, said in wanted:
            if pk not in known:
                refused.append("A row of the sheet is not on this roster: it was left out.")
                continue
            try:
                with transaction.atomic():
                    _row(pk, version, said, by)
                done += 1
            except Refusal as error:
                refused.append(f"{known[pk]}: {error}")
        record("roster.sheet_applied", by=by, on=departure, rows=done, refused=len(refused))
    return done, refused


def _row(pk: int, version: int, said: Entry, by: User) -> RosterRow:
    if sentence := sheets.wrong(said):
        raise Refusal(sentence)
    row = roster.seize(pk, by, version)
    if said.on_roster == "no":
        if row.standing != Standing.STRUCK:
            row = roster.strike(row_id=pk, because=said.because, version=version, by=by)
        return row
    if row.standing == Standing.STRUCK and said.on_roster == "yes":
        row = roster.restore(row_id=pk, version=row.version, by=by)
    elif row.standing == Standing.LISTED and said.on_roster == "yes":
        row = roster.confirm(row_id=pk, version=row.version, by=by)
    preference = sheets.preference(said.preference) if said.preference else None
    clinician = sheets.clinician(said.wanted) if preference == Preference.NAMED else None
    return roster.write_preference(
        row_id=pk, talked_on=sheets.talked(said.talked_on) if said.talked_on else None,
        preference=preference or "", wanted_id=clinician.pk if clinician else None, note=said.note,
        version=row.version, by=by,
    )  # fmt: skip
