"""A file from outside, opened with suspicion: its size, its encoding, its separator, its rows. No database here."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from lwg_intake.imports.lines import ROW, Lines, is_cut
from lwg_intake.imports.report import Rejected

# A note is at most 20,000 characters; a cell far beyond that is a quotation mark that was never closed.
CELL = 1_000_000
# From so many rows on that are no CSV, the file is something else.
BROKEN = 10_000
# Of so many rows the header is one.
LOOKED_AT = 10
SEPARATORS = ",;\t|"
WINDOWS = "windows-1252"
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What is often sent instead, by its first bytes.
OTHERS = (
    (b"\xd0\xcf\x11\xe0", "a file of the old Excel (.xls)"),
    (b"PK\x03\x04", "a packed file, such as XLSX"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document"),
    (b"<", "a web page"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a packed file"),
)
# What a spreadsheet that a password locks, which else looks like one of the old Excel, holds somewhere.
LOCKED, MOST_LOOKED = "EncryptedPackage".encode("utf-16-le"), 100_000_000
# What no text has, tab and line break aside.
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
# Begins the row that is kept for one whose cells could not be told apart: why, and then what stood there.
UNUSABLE = "\x02"
# Excel's own word for the separator, on a line before the header.
SAID = re.compile(r"sep=(.)\s*", re.IGNORECASE)

NO_TEXT = "This is no CSV: its first line holds characters that no text has. Export it again as CSV or XLSX."
QUOTES = "This row cannot be read: a quotation mark is missing, or one stands inside a cell undoubled."
LONG_CELL = f"A cell of this row is longer than {CELL:,} characters: shorten it, or close its quotation mark."
LONG_ROW = f"This row is longer than {ROW:,} characters, which no row of a practice is: look for a missing line break."

csv.field_size_limit(CELL)


class Unreadable(Exception):
    """The file as a whole cannot be used. `ask` says that it could be, were it known to be Windows-1252."""

    def __init__(self, reason: str, column: str = "", line: int = 1, ask: bool = False) -> None:
        super().__init__(reason)
        self.rejected, self.ask = Rejected(line, column, "", reason), ask


@dataclass(frozen=True)
class Broken:
    """A row that cannot be used: why, what stands there, and whom or what it is about."""

    reason: str
    text: str
    about: str = ""


def whole(line: int, header: list[str] | Broken) -> list[str]:
    """Raises Unreadable when the cells of the header cannot be told apart."""
    if isinstance(header, Broken):
        raise Unreadable(f"The header cannot be read. {header.reason}", line=line)
    return header


def unequal(cells: int, header: int) -> str:
    """That a row has more cells than the header, or fewer."""
    return f"This row has {cells} {'cell' if cells == 1 else 'cells'} and the header {header}"


class Table(Protocol):
    """Rows with the line each begins on, the header first; `done` of `size` have been read."""

    size: int

    @property
    def done(self) -> int: ...

    def rows(self) -> Iterator[tuple[int, list[str] | Broken]]: ...


@dataclass(frozen=True)
class Content:
    """Bytes that can be opened more than once. `size` counts them."""

    open: Callable[[], BinaryIO]
    size: int

    @classmethod
    def of_path(cls, path: Path) -> Content:
        try:
            size = path.stat().st_size
        except OSError as error:
            raise Unreadable(f"The file cannot be opened: {error.strerror}.") from None
        return cls(lambda: path.open("rb"), size)

    @classmethod
    def of_bytes(cls, content: bytes) -> Content:
        return cls(lambda: io.BytesIO(content), len(content))


def refuse_too_large(size: int) -> None:
    """Raises Unreadable before anything is read."""
    most = settings.IMPORT_MOST_MB
    if size > most * 1_000_000:
        raise Unreadable(
            f"The file has {size / 1_000_000:,.0f} MB, and at most {most:,} MB are read. "
            "Split it, or have IMPORT_MOST_MB raised."
        )


class CsvTable:
    """A CSV file: UTF-8 or UTF-16, or Windows-1252 where that was said; comma, semicolon, tab or |."""

    def __init__(self, content: Content, windows: bool = False, encoding: str = "") -> None:
        """Raises Unreadable when the file is too large or its encoding is none of these.

        With an `encoding` the file is not asked for its own.
        """
        refuse_too_large(content.size)
        self.content, self.size = content, content.size
        try:
            self.encoding = encoding or _encoding(content, windows)
            self._lines = Lines(self._begin)
        except OSError as error:
            raise Unreadable(f"The file cannot be opened: {error.strerror}.") from None

    @property
    def done(self) -> int:
        return self.size if self._stream.closed else min(self._stream.tell(), self.size)

    def rows(self) -> Iterator[tuple[int, list[str] | Broken]]:
        """Raises Unreadable when the file turns out to be no CSV at all."""
        try:
            yield from below_titles(_rows(self._lines))
        finally:
            self._stream.close()

    def _begin(self) -> io.TextIOWrapper:
        self._stream = self.content.open()
        return io.TextIOWrapper(self._stream, self.encoding, newline="")


def head_of_csv(content: Content) -> tuple[str, list[str]]:
    """The encoding and the header, as far as they can be told; what is not UTF-8 is taken byte by byte."""
    refuse_too_large(content.size)
    try:
        encoding = _encoding(content, windows=False)
    except Unreadable as error:
        if not error.ask:
            raise
        encoding = "latin-1"
    for line, cells in CsvTable(content, encoding=encoding).rows():
        return encoding, whole(line, cells)
    return encoding, []


def _encoding(content: Content, windows: bool) -> str:
    """The encoding that the whole file keeps to: marks are believed, Windows-1252 only when a person said so."""
    with content.open() as stream:
        head = stream.read(4_000)
        if head.startswith(OTHERS[0][0]) and LOCKED in head + stream.read(MOST_LOOKED):
            raise Unreadable("This spreadsheet is locked by a password. Save it without one, and try again.")
        if other := next((what for mark, what in OTHERS if head.lstrip().startswith(mark)), ""):
            raise Unreadable(f"This is {other}, and no CSV. Open it in a spreadsheet and save it as “CSV UTF-8”.")
        encoding = next((name for mark, name in MARKS if head.startswith(mark)), "") or _unmarked(head)
        stream.seek(0)
        line = _first_bad_line(stream, encoding)
        if line is None:
            return encoding
        if not encoding.startswith("utf-8"):
            raise Unreadable(f"Line {line} is not UTF-16, as the rest is. Save the file as “CSV UTF-8”.", line=line)
        if windows:
            stream.seek(0)
            at = _first_bad_line(stream, WINDOWS)
            if at is None:
                return WINDOWS
            raise Unreadable(f"Line {at} is neither UTF-8 nor Windows-1252. Save the file as “CSV UTF-8”.", line=at)
    raise Unreadable(
        f"Line {line} is not UTF-8. Save the file as “CSV UTF-8” and import it again; if an older Excel for Windows "
        "wrote it, say that it is Windows-1252.",
        line=line,
        ask=True,
    )


def _unmarked(head: bytes) -> str:
    """UTF-16 without its mark has a NUL beside nearly every letter."""
    if len(head) >= 4 and head.count(0) * 5 >= len(head) * 2:
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return "utf-8"


def _first_bad_line(stream: BinaryIO, encoding: str) -> int | None:
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    while True:
        piece = stream.read(1 << 20)
        try:
            line += decoder.decode(piece, final=not piece).count("\n")
        except UnicodeDecodeError as error:
            return line + error.object[: error.start].decode(encoding, "ignore").count("\n")
        if not piece:
            return None


class _TooLong(Exception):
    pass


def _rows(lines: Lines) -> Iterator[tuple[int, list[str] | Broken]]:
    """A broken row costs itself only: what a quotation mark swallowed that was never closed is read again."""
    used: list[str] = []
    first_line, line = lines.next(), 1
    said = SAID.fullmatch(first_line)
    if said:
        first_line, line = lines.next(), 2
    if is_cut(first_line):
        raise Unreadable(LONG_ROW)
    if CONTROLS.search(first_line):
        raise Unreadable(NO_TEXT)
    looked_at = [first_line]
    while len(looked_at) < LOOKED_AT and looked_at[-1] and not is_cut(looked_at[-1]):
        looked_at.append(lines.next())
    lines.give_back([line for line in looked_at if line])
    separator = said[1] if said else _separator([line for line in looked_at if line.strip()])

    def feed() -> Iterator[str]:
        length = 0
        while line := lines.next():
            if not used:
                length = 0
            used.append(line)
            length += len(line)
            if length > ROW:
                raise _TooLong
            yield line

    broken = 0
    reader = csv.reader(feed(), delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _TooLong) as error:
            broken += 1
            if broken > BROKEN:
                raise Unreadable(f"More than {BROKEN:,} rows are no CSV: this is another kind of file.") from None
            too_long = LONG_ROW if isinstance(error, _TooLong) else LONG_CELL if "limit" in str(error) else ""
            count = lines.end_of_row(used, separator) if too_long else 0
            reason = too_long if too_long and (count or len(used) == 1) else QUOTES
            yield line, Broken(reason, used[0][:2_000])
            if not too_long:
                lines.give_back(used[1:])
            line += count or 1
            used.clear()
            reader = csv.reader(feed(), delimiter=separator, strict=True)
            continue
        if cells and cells[0].startswith(UNUSABLE):
            yield line, Broken(cells[0].removeprefix(UNUSABLE), "".join(cells[1:]))
        elif any(cells):
            yield line, cells
        line += len(used)
        used.clear()


def _separator(first: list[str]) -> str:
    """The one that parts the header into the most cells: the first line, or, where none parts it, one below a title."""

    def parts(line: str, separator: str) -> int:
        try:
            return len(next(csv.reader([line], delimiter=separator), []))
        except csv.Error:
            return 0

    most = [max(parts(line, separator) for separator in SEPARATORS) for line in first]
    header = next((n for n, count in enumerate(most) if count > (2 if n else 1)), 0)
    return max(SEPARATORS, key=lambda separator: parts(first[header], separator)) if first else SEPARATORS[0]


def below_titles(rows: Iterator[tuple[int, list[str] | Broken]]) -> Iterator[tuple[int, list[str] | Broken]]:
    """The rows from the header on: above it a report may have its title.

    Raises Unreadable when the first row can be no header, and it is not certain which is.
    """
    first = list(islice(rows, LOOKED_AT))
    yield from first[_header(first) :]
    yield from rows


def _header(first: list[tuple[int, list[str] | Broken]]) -> int:
    """Which of the first rows names the columns: the widest, of names alone, with nothing near as wide above it."""
    cells = [[cell.strip() for cell in row] if isinstance(row, list) else [] for _, row in first]
    filled = [sum(map(bool, row)) for row in cells]
    if not first or isinstance(first[0][1], Broken):
        return 0
    # One row alone that is wider than twice the header has commas too many.
    wider = [count for count in filled if count > (2 * filled[0] if filled[0] > 1 else 1)]
    if len(wider) < (2 if filled[0] > 1 else 1):
        return 0
    at = filled.index(max(filled))
    names = all(name and not name[0].isdigit() for name in cells[at])
    if names and filled[at] > 2 and all(2 * count <= filled[at] for count in filled[:at]):
        return at
    raise Unreadable("The first row must name the columns. Delete the rows above it, such as a title, and try again.")
