"""The first sheet of an XLSX file that holds rows, as text, within bounds: it may be far larger than it looks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from lwg_intake.imports.moments import to_the_minute
from lwg_intake.imports.opening import CELL as MOST
from lwg_intake.imports.opening import Broken, Unreadable, below_titles

UNPACKED = 500_000_000
# Texts that cells share are held in memory, all of them.
SHARED = 100_000_000
ROWS = 200_000
COLUMNS = 200
# A letter may take so many bytes as XML.
BYTES = 5
PIECE = 1 << 20
# So far down it is looked whether a sheet holds anything; and so many that do are named.
BEGINNING, NAMED = 1_000, 5
# Where a cell, or a text that cells share, is at its end; and where all of them are.
ENDS = re.compile(rb"</(?:\w+:)?(?:si|c|row|(sst|sheetData))>")
LONG_CELL = f"A cell of this row is longer than {MOST:,} characters: shorten it."


def is_xlsx(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


class XlsxTable:
    """Raises Unreadable for what is no XLSX, or one that is larger than any report of a practice.

    `told` says which other sheets hold something that is not read.
    """

    def __init__(self, content: bytes) -> None:
        # As in lwg_intake/files.py: not at every start.
        from openpyxl import load_workbook

        self.size, self._row = len(content), 0
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                _refuse_too_large(packed)
            self._book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            filled = [sheet for sheet in self._book.worksheets if _holds_anything(sheet)] or self._book.worksheets
            self._sheet, self.told = filled[0], _others(*[sheet.title for sheet in filled])
        except Unreadable:
            raise
        except Exception:
            # openpyxl raises whatever its parsers do.
            raise Unreadable("This is no spreadsheet that can be read. Save it as XLSX or CSV again.") from None

    @property
    def done(self) -> int:
        return min(self._row, self.size)

    def rows(self) -> Iterator[tuple[int, list[str] | Broken]]:
        try:
            width = 0
            for number, cells in below_titles(self._filled()):
                # Cells left empty at the end of a row may not be stored, and others may be, beyond the header's last.
                if isinstance(cells, list):
                    width = width or len(cells)
                    cells = [*cells[:width], *[""] * (width - len(cells))]
                yield number, cells
        except Unreadable:
            raise
        except Exception:
            raise Unreadable("This spreadsheet breaks off in the middle. Export it again.") from None
        finally:
            self._book.close()

    def _filled(self) -> Iterator[tuple[int, list[str] | Broken]]:
        """The rows that hold anything, each up to its last filled cell."""
        for number, row in enumerate(self._sheet.iter_rows(max_col=COLUMNS, values_only=True), 1):
            self._row = number
            if number > ROWS:
                raise Unreadable(f"This spreadsheet has more than {ROWS:,} rows. Export a shorter span of time.")
            if any(isinstance(value, str) and len(value) > MOST for value in row):
                yield number, Broken(LONG_CELL, "")
                continue
            cells = [_text(value) for value in row]
            if any(cells):
                yield number, cells[: max(n for n, cell in enumerate(cells, 1) if cell)]


def _refuse_too_large(packed: zipfile.ZipFile) -> None:
    """Looks at how large the parts are, and the cells in them, while nothing is in memory yet."""
    parts = packed.infolist()
    shared = sum(part.file_size for part in parts if "sharedstrings" in part.filename.casefold())
    if sum(part.file_size for part in parts) > UNPACKED or shared > SHARED:
        raise Unreadable("This spreadsheet is far larger inside than any report. Save it as a CSV file.")
    for part in parts:
        name = part.filename.casefold()
        if part.file_size > BYTES * MOST and ("sharedstrings" in name or "worksheets/" in name):
            with packed.open(part) as xml:
                if _has_long_cell(xml):
                    raise Unreadable(f"A cell of this spreadsheet is longer than {MOST:,} characters: shorten it.")


def _has_long_cell(xml: IO[bytes]) -> bool:
    read, begun, tail = 0, 0, b""
    while piece := xml.read(PIECE):
        text = tail + piece
        for end in ENDS.finditer(text):
            at = read - len(tail) + end.end()
            if at - begun > BYTES * MOST:
                return True
            if end[1]:
                return False
            begun = at
        read += len(piece)
        if read - begun > BYTES * MOST:
            return True
        # An end may lie across two pieces.
        tail = text[-40:]
    return False


def _holds_anything(sheet: Any) -> bool:
    rows = sheet.iter_rows(max_row=BEGINNING, max_col=COLUMNS, values_only=True)
    return any(value not in (None, "") for row in rows for value in row)


def _others(read: str, *others: str) -> list[str]:
    """That sheets which hold something are not read, as a sentence."""
    if not others:
        return []
    named = ", ".join(f"“{name}”" for name in others[:NAMED])
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    hold = "holds" if len(others) == 1 else "hold"
    return [f"Only the sheet “{read}” was read; {named}{more} {hold} something, too. Save each as a file of its own."]


def _text(value: Any) -> str:
    """A cell as one would write it in the practice's own files."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = to_the_minute(value)
        return value.isoformat(timespec="minutes") if (value.hour or value.minute) else value.date().isoformat()
    if isinstance(value, time):
        return f"{to_the_minute(datetime.combine(date.min, value)):%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value).replace("\0", "").strip()
