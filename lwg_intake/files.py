"""Tables out: CSV and XLSX in which no cell can act as a formula."""

import csv
from collections.abc import Iterable
from io import BytesIO, StringIO

# What a spreadsheet takes for a formula at the start of a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """The text, marked as text where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def as_csv(lines: Iterable[list[str]]) -> bytes:
    """UTF-8 with the mark that makes Excel read it as such."""
    out = StringIO()
    writer = csv.writer(out)
    for line in lines:
        writer.writerow([harmless(cell) for cell in line])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(lines: Iterable[list[str]], title: str) -> bytes:
    """One sheet; every cell is stored as text, and marked like the CSV's, since it may be saved as one."""
    # Few programs write a sheet, and all that start read this module: openpyxl is a twelfth of a start.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for line in lines:
        row = []
        for text in line:
            cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", harmless(text)))
            cell.data_type = "s"
            row.append(cell)
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()
