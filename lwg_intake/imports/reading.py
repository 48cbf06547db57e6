"""From rows of text to rows of values, a batch at a time, so that a file of any length takes the same memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lwg_intake.files import FORMULA
from lwg_intake.imports.format import Column, File, Unfit
from lwg_intake.imports.opening import Broken, Unreadable, unequal, whole
from lwg_intake.imports.report import BESIDE, Rejected, Rejects

Known = Mapping[str, Mapping[str, int]]
# A line of the file and its cells.
Line = tuple[int, list[str]]


@dataclass(slots=True)
class Row:
    """One line. `cells` is the text as it stands, in its order; `values` what it means, by the record's field."""

    line: int
    cells: list[str]
    values: dict[str, Any]


@dataclass(frozen=True)
class Head:
    """A file's first line: its columns in our order and where each stands, and the names that are none of ours."""

    file: File
    names: list[str]
    columns: list[Column]
    at: dict[str, int]
    ignored: list[str]

    @property
    def fields(self) -> list[str]:
        return [column.to for column in self.columns]


@dataclass
class Sheet:
    """A part of a file that was read: its good rows, and where the others go."""

    head: Head
    rows: list[Row]
    rejects: Rejects

    @property
    def file(self) -> File:
        return self.head.file

    @property
    def fields(self) -> list[str]:
        return self.head.fields

    def reject(self, row: Row, column: str, reason: str) -> None:
        """Leave a row out, because of one cell, or, without a column, because of the whole."""
        index = self.head.at.get(column)
        value = "" if index is None else row.cells[index].strip()
        self.rejects.add(Rejected(row.line, column, value, reason), row.cells)


def head_of(file: File, line: int, first: list[str] | Broken) -> Head:
    """Raises Unreadable when the first line is no header, lacks a column or has one twice."""
    header = [cell.strip().casefold() for cell in whole(line, first)]
    columns = _columns(file, header)
    names = {column.name for column in file.columns}
    ignored = [name for name in header if name and name not in names and name not in BESIDE]
    return Head(file, header, columns, {column.name: header.index(column.name) for column in columns}, ignored)


def dropped(columns: int) -> list[str]:
    """That columns with a diagnosis were dropped, as a sentence. Their names, which may tell one, are not in it."""
    if not columns:
        return []
    which = "A column with a diagnosis was" if columns == 1 else f"{columns} columns with diagnoses were"
    return [f"{which} dropped; nothing of {'it' if columns == 1 else 'them'} is kept."]


def fits(head: Head, line: int, cells: list[str] | Broken, rejects: Rejects) -> bool:
    """Whether a row has the header's cells; if not, it is rejected."""
    if isinstance(cells, Broken):
        rejects.add(Rejected(line, "", cells.about, cells.reason), [cells.text])
        return False
    if len(cells) == len(head.names):
        return True
    reason = (
        f"{unequal(len(cells), len(head.names))}: a cell that holds a comma or a line break needs quotation marks "
        "around it."
    )
    rejects.add(Rejected(line, "", "", reason), cells)
    return False


def read(head: Head, lines: list[Line], known: Known, rejects: Rejects) -> Sheet:
    """What the rows mean. `known` gives, for each file that another refers to, the refs on record and their ids."""
    sheet = Sheet(head, [], rejects)
    plan = [(head.at[column.name], column, column.to) for column in head.columns]
    for line, cells in lines:
        row = Row(line, cells, {})
        if _understood(sheet, row, plan, known):
            sheet.rows.append(row)
    return sheet


def refs_in(head: Head, lines: list[Line]) -> dict[str, set[str]]:
    """For each file that this one refers to, the refs that stand in these lines."""
    found: dict[str, set[str]] = {}
    for column in head.columns:
        if column.refers:
            index = head.at[column.name]
            refs = (cells[index].strip() for _, cells in lines)
            found.setdefault(column.refers, set()).update(ref for ref in refs if ref and "\0" not in ref)
    return found


def _columns(file: File, header: list[str]) -> list[Column]:
    if not any(header):
        raise Unreadable("The file is empty: its first line must name the columns.")
    for name in header:
        if name and header.count(name) > 1:
            raise Unreadable(f"The column {name} stands twice in the header: keep one of the two.", name)
    missing = [c.name for c in file.columns if c.name not in header and not c.may_be_absent]
    if len(missing) == sum(not column.may_be_absent for column in file.columns):
        raise Unreadable(
            f"The first line names none of the columns of {file.name}.csv, which are {', '.join(missing)}. "
            "They are separated by comma, semicolon, tab or |.",
            missing[0],
        )
    if missing:
        listed = f"columns {', '.join(missing)}" if missing[1:] else f"column {missing[0]}"
        raise Unreadable(
            f"{file.name}.csv lacks the {listed}. Add what is missing; the cells may be empty.", missing[0]
        )
    return [column for column in file.columns if column.name in header]


def _understood(sheet: Sheet, row: Row, plan: list[tuple[int, Column, str]], known: Known) -> bool:
    """Fill the row's values; False, and the row rejected, at the first cell that is wrong."""
    for index, column, to in plan:
        cell = row.cells[index].strip()
        if not cell and not column.needed:
            row.values[to] = None if column.refers else column.kind.empty
            continue
        try:
            row.values[to] = value_of(column, cell, known)
        except ValueError as error:
            sheet.reject(row, column.name, str(error))
            return False
    for rule in sheet.file.rules:
        try:
            rule(row.values)
        except Unfit as error:
            sheet.reject(row, error.column, str(error))
            return False
    return True


def value_of(column: Column, cell: str, known: Known) -> Any:
    """What a cell means. Raises ValueError with the reason when it cannot be used."""
    if not cell:
        raise ValueError(f"{column.name} is empty, and a row cannot go in without it.")
    if "\0" in cell:
        raise ValueError("This holds a NUL character, which no text can: remove it.")
    if cell[0] == "'" and cell[1:].startswith(FORMULA):
        # The mark that keeps a spreadsheet from taking the text for a formula (lwg_intake/files.py).
        cell = cell[1:]
    value = column.kind.read(cell)
    if not column.refers:
        return value
    try:
        return known[column.refers][value]
    except KeyError:
        raise ValueError(f"No {column.refers[:-1]} on record has this {column.name}.") from None
