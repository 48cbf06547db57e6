"""From a CSV file to rows of values. Nothing here touches the database."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lwg_intake.imports.format import Column, File, Unfit
from lwg_intake.imports.report import Rejected

# A note is at most 20,000 characters; a cell far beyond that is a quotation mark that was never closed.
csv.field_size_limit(1_000_000)

QUOTES = "This row cannot be read: a quotation mark is missing, or one stands inside a cell undoubled."


class Unreadable(Exception):
    """The file as a whole cannot be used."""

    def __init__(self, reason: str, column: str = "", line: int = 1) -> None:
        super().__init__(reason)
        self.rejected = Rejected(line, column, "", reason)


@dataclass
class Row:
    """One line. `cells` is the text as it stands, by column; `values` what it means, by the record's field."""

    line: int
    cells: dict[str, str]
    values: dict[str, Any]


@dataclass
class Sheet:
    """A file that was read: its columns in our order, its good rows, and the rest."""

    file: File
    columns: list[Column]
    rows: list[Row]
    rejected: list[Rejected]
    ignored: list[str]
    count: int

    @property
    def fields(self) -> list[str]:
        return [column.to for column in self.columns]


def read(file: File, path: Path, known: Mapping[str, Mapping[str, int]]) -> Sheet:
    """Read a file. `known` gives, for each file that another refers to, the refs on record and their ids.

    Raises Unreadable when the file is no UTF-8, has no header, or lacks a column.
    """
    lines = _lines(path)
    line, first = next(lines, (1, []))
    if isinstance(first, str):
        raise Unreadable(f"The header cannot be read. {first}", line=line)
    header = [cell.strip().casefold() for cell in first]
    columns = _columns(file, header)
    at = {column.name: header.index(column.name) for column in columns}
    names = {column.name for column in file.columns}
    sheet = Sheet(file, columns, [], [], [name for name in header if name and name not in names], 0)
    key = file.key_fields
    first_seen: dict[tuple[Any, ...], int] = {}
    for line, cells in lines:
        sheet.count += 1
        if isinstance(cells, str):
            sheet.rejected.append(Rejected(line, "", "", cells))
            continue
        if len(cells) != len(header):
            reason = (
                f"This row has {len(cells)} cells and the header {len(header)}: a cell that holds a comma or a line "
                "break needs quotation marks around it."
            )
            sheet.rejected.append(Rejected(line, "", "", reason))
            continue
        row = Row(line, {name: cells[index].strip() for name, index in at.items()}, {})
        fault = _fault(sheet, row, known) or _said_before(file, key, row, first_seen)
        if fault:
            sheet.rejected.append(fault)
        else:
            sheet.rows.append(row)
    return sheet


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Each row with the line it begins on; a row that is no CSV comes as the sentence that says so."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reason = f"Line {line} is not UTF-8. Save the file as “CSV UTF-8” and import it again."
        raise Unreadable(reason, line=line) from None
    except OSError as error:
        raise Unreadable(f"The file cannot be opened: {error.strerror}.") from None
    lines = io.StringIO(content, newline="").readlines()
    before = 0
    while before < len(lines):
        reader = csv.reader(lines[before:], strict=True)
        while True:
            line = before + reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, QUOTES
                # A quotation mark that was never closed has swallowed good rows: begin again on the next line.
                before = line
                break
            if any(cells):
                yield line, cells


def _columns(file: File, header: list[str]) -> list[Column]:
    if not any(header):
        raise Unreadable("The file is empty: its first line must name the columns.")
    for name in header:
        if name and header.count(name) > 1:
            raise Unreadable(f"The column {name} stands twice in the header: keep one of the two.", name)
    missing = [c.name for c in file.columns if c.name not in header and not c.may_be_absent]
    if missing:
        listed = f"columns {', '.join(missing)}" if missing[1:] else f"column {missing[0]}"
        raise Unreadable(
            f"{file.name}.csv lacks the {listed}. Add what is missing; the cells may be empty.", missing[0]
        )
    return [column for column in file.columns if column.name in header]


def _fault(sheet: Sheet, row: Row, known: Mapping[str, Mapping[str, int]]) -> Rejected | None:
    """Fill the row's values; what is wrong with the first wrong cell, if one is."""
    for column in sheet.columns:
        cell = row.cells[column.name]
        try:
            row.values[column.to] = _value(column, cell, known)
        except ValueError as error:
            return Rejected(row.line, column.name, cell, str(error))
    for rule in sheet.file.rules:
        try:
            rule(row.values)
        except Unfit as error:
            return Rejected(row.line, error.column, row.cells.get(error.column, ""), str(error))
    return None


def _value(column: Column, cell: str, known: Mapping[str, Mapping[str, int]]) -> Any:
    if not cell:
        if column.needed:
            raise ValueError(f"{column.name} is empty, and a row cannot go in without it.")
        return None if column.refers else column.kind.empty
    if "\0" in cell:
        raise ValueError("This holds a NUL character, which no text can: remove it.")
    value = column.kind.read(cell)
    if not column.refers:
        return value
    try:
        return known[column.refers][value]
    except KeyError:
        raise ValueError(f"No {column.refers[:-1]} on record has this {column.name}.") from None


def _said_before(file: File, key: tuple[str, ...], row: Row, first_seen: dict[tuple[Any, ...], int]) -> Rejected | None:
    line = first_seen.setdefault(tuple(row.values[field] for field in key), row.line)
    if line == row.line:
        return None
    name = file.key[-1]
    same = name if len(file.key) == 1 else f"{', '.join(file.key[:-1])} and {file.key[-1]}"
    return Rejected(row.line, name, row.cells.get(name, ""), f"Line {line} has the same {same}: keep one of the two.")
