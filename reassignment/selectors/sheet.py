"""The roster as a sheet, out and back in: what the filled sheet would change, and where somebody was faster."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from zipfile import BadZipFile, ZipFile

from lwg_intake.errors import Refusal
from lwg_intake.files import FORMULA
from lwg_intake.records.models import Clinician
from reassignment.models import Departure
from reassignment.rules.departures import Preference, Standing
from reassignment.selectors import departures as selectors
from reassignment.selectors.departures import Line

LARGEST = 2_000_000
LARGEST_OPENED = 40_000_000
MOST_ROWS = 2_000
# The columns that are read back; the others are only for reading.
EDITED = ("On the roster", "Struck because", "Talked on", "Preference", "Which clinician", "Note")
COLUMNS = (
    "Row", "Version", "Record no.", "Client", "Service", "Phone", *EDITED, "Where it stands", "Attempts",
    "E-mail", "Last change", "By",
)  # fmt: skip
ON = {Standing.LISTED: "", Standing.CONFIRMED: "yes", Standing.ADDED: "yes", Standing.STRUCK: "no"}


@dataclass(frozen=True)
class Entry:
    """What the sheet says of one row, as texts; `version` is the one it was written out with."""

    on_roster: str
    because: str
    talked_on: str
    preference: str
    wanted: str
    note: str

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.on_roster, self.because, self.talked_on, self.preference, self.wanted, self.note)


@dataclass(frozen=True)
class Difference:
    """One row where the sheet differs from the roster. `overtaken` where somebody changed the row since the sheet was
    written out; `wrong` where a cell cannot be understood."""

    line: Line
    now: Entry
    then: Entry
    overtaken: bool
    wrong: str = ""

    @property
    def cells(self) -> list[tuple[str, str, str]]:
        """The columns that differ: name, now, in the sheet."""
        pairs = zip(EDITED, self.now.cells, self.then.cells, strict=True)
        return [(name, now, then) for name, now, then in pairs if now != then]


def entry(line: Line) -> Entry:
    """A row as the sheet shows it."""
    row = line.row
    talked = row["talked_on"].isoformat() if row["talked_on"] else ""
    wanted = f"{row['wanted__first_name']} {row['wanted__last_name']}" if row["wanted_id"] else ""
    label = str(Preference(row["preference"]).label) if row["preference"] else ""
    return Entry(ON[line.standing], row["struck_because"], talked, label, wanted, row["note"])


def cells(found: Iterable[Line]) -> Iterable[list[str]]:
    """The roster as lines of text, the header first."""
    yield list(COLUMNS)
    for line in found:
        row = line.row
        yield [
            str(line.pk), str(line.version), row["ref"], line.name, line.service, row["phone"], *entry(line).cells,
            line.phase.label, "; ".join(made.words for made in line.attempts), line.mail, row["changed"],
            line.changed_by,
        ]  # fmt: skip


def read(name: str, data: bytes) -> list[list[str]]:
    """The rows of a CSV or XLSX file, the header first. Raises Refusal for what is neither, or too large."""
    if len(data) > LARGEST:
        raise Refusal("This file is larger than 2 MB: a roster is not. Choose the sheet that was downloaded here.")
    try:
        rows = _xlsx(data) if name.casefold().endswith(".xlsx") else _csv(data)
    except (BadZipFile, KeyError, ValueError, OSError, csv.Error) as error:
        raise Refusal("This file cannot be read. Save the sheet as CSV (UTF-8) or XLSX, and try again.") from error
    if len(rows) > MOST_ROWS:
        raise Refusal(f"This file has more than {MOST_ROWS} rows: a roster has not.")
    return rows


def _csv(data: bytes) -> list[list[str]]:
    text = data.decode("utf-8-sig")
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    return [row for row, _ in zip(csv.reader(StringIO(text), delimiter=dialect), range(MOST_ROWS + 1), strict=False)]


def _xlsx(data: bytes) -> list[list[str]]:
    with ZipFile(BytesIO(data)) as archive:
        if sum(item.file_size for item in archive.infolist()) > LARGEST_OPENED:
            raise Refusal("This file is larger than a roster once it is opened. Choose the sheet downloaded here.")
    # As in lwg_intake/files.py: not at every start.
    from openpyxl import load_workbook

    sheet = load_workbook(BytesIO(data), read_only=True, data_only=True).worksheets[0]
    found = []
    for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=40, values_only=True):
        found.append([_text(cell) for cell in row])
    return found


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def differences(departure: Departure, rows: list[list[str]]) -> list[Difference]:
    """Where the sheet differs from the roster as it is now. Raises Refusal where the file is not this roster's."""
    head = [cell.strip() for cell in rows[0]] if rows else []
    missing = [name for name in ("Row", "Version", *EDITED) if name not in head]
    if missing:
        raise Refusal(f"The sheet lacks the column {missing[0]}. Download it anew, and fill that one in.")
    at = {name: head.index(name) for name in ("Row", "Version", *EDITED)}
    lines = {str(line.pk): line for line in selectors.of(departure)}
    found, seen = [], set()
    for cells in rows[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        said = {name: _plain(cells[n]) if n < len(cells) else "" for name, n in at.items()}
        line = lines.get(said["Row"])
        if line is None:
            raise Refusal(f"Row {said['Row'][:20] or '(empty)'} is not on this roster. Is it the sheet of another one?")
        if line.pk in seen:
            raise Refusal(f"{line.name} stands twice in the sheet. Keep one of the two.")
        seen.add(line.pk)
        now = entry(line)
        then = Entry(_yes(said["On the roster"]), *(said[name] for name in EDITED[1:]))
        if then != now:
            found.append(Difference(line, now, then, said["Version"] != str(line.version), wrong(then)))
    return found


def _plain(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _yes(text: str) -> str:
    said = text.casefold()
    return {"y": "yes", "ja": "yes", "x": "yes", "n": "no", "struck": "no"}.get(said, said)


def wrong(said: Entry) -> str:
    """What cannot be understood, in a sentence; empty where all can."""
    if said.on_roster not in ("", "yes", "no"):
        return f"On the roster: write yes or no, not “{said.on_roster[:30]}”."
    if said.on_roster == "no" and not said.because:
        return "Say why this client is struck."
    if said.talked_on and talked(said.talked_on) is None:
        return f"Talked on: write the day as 2026-03-07 or 3/7/2026, not “{said.talked_on[:30]}”."
    if said.preference and preference(said.preference) is None:
        return f"Preference: {', '.join(Preference.labels)}; not “{said.preference[:40]}”."
    if preference(said.preference) == Preference.NAMED and clinician(said.wanted) is None:
        return f"Which clinician: nobody here is called “{said.wanted[:60]}”, or more than one."
    if len(said.note) > 300:
        return "The note is longer than 300 characters."
    return ""


def talked(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def preference(text: str) -> Preference | None:
    wanted = text.casefold()
    return next((p for p in Preference if wanted in (p.label.casefold(), p.value)), None)


def clinician(text: str) -> Clinician | None:
    """The one clinician of this name, with or without credentials."""
    name = text.partition(",")[0].casefold()
    found = [c for c in Clinician.objects.staying() if f"{c.first_name} {c.last_name}".casefold() == name]
    return found[0] if len(found) == 1 else None
