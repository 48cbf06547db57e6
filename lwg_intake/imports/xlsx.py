"""The first sheet of an XLSX file as rows of text, within bounds: such a file may be far larger than it looks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from lwg_intake.imports.opening import Broken, Unreadable, below_titles

UNPACKED = 500_000_000
ROWS = 200_000
COLUMNS = 200
CELL = 30_000


def is_xlsx(content: bytes) -> bool:
    return content[:4] == b"PK\x03\x04"


class XlsxTable:
    """Raises Unreadable for what is no XLSX, or one that is larger than any report of a practice."""

    def __init__(self, content: bytes, sheet: str = "") -> None:
        # As in lwg_intake/files.py: not at every start.
        from openpyxl import load_workbook

        self.size, self._row = len(content), 0
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                unpacked = sum(part.file_size for part in packed.infolist())
            if unpacked > UNPACKED:
                raise Unreadable("This spreadsheet is far larger inside than any report. Save it as a CSV file.")
            self._book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
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
        for number, row in enumerate(self._book.worksheets[0].iter_rows(max_col=COLUMNS, values_only=True), 1):
            self._row = number
            if number > ROWS:
                raise Unreadable(f"This spreadsheet has more than {ROWS:,} rows. Export a shorter span of time.")
            cells = [_text(value) for value in row]
            if any(cells):
                yield number, cells[: max(n for n, cell in enumerate(cells, 1) if cell)]


def _text(value: Any) -> str:
    """A cell as one would write it in the practice's own files."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes") if (value.hour or value.minute) else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value).replace("\0", "").strip()[:CELL]
