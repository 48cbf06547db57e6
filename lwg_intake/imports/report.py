"""What an import did, counted file by file. Rejected rows carry what staff need to correct them in the file."""

from __future__ import annotations

import csv
import io
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import inf
from operator import itemgetter
from typing import Any

from lwg_intake.files import harmless
from lwg_intake.imports.merging import Merged

SHOWN = 20
LISTED = 1_000
# Reasons told apart; where they quote what stands in the row there may be as many as rows.
REASONS, TOLD = 200, 6
# Columns that the file of rejected rows has beside its own; an import passes over them without a word.
BESIDE = ("rejected_line", "rejected_because")


@dataclass(frozen=True)
class Rejected:
    """A row left out. `line` counts as in the file, the header being 1; `column` is empty when the whole row is."""

    line: int
    column: str
    value: str
    reason: str


class Rejects:
    """The rows of a file that were left out: all counted, the first listed, and all kept packed as a CSV, by line."""

    def __init__(self) -> None:
        self.count = self.in_part = 0
        self.listed: list[Rejected] = []
        self._reasons: Counter[str] = Counter()
        self._header: list[str] = []
        self._beside: set[int] = set()
        self._original: Callable[[int], list[str]] = lambda line: []
        self._unsettled: list[tuple[int, str]] = []
        self._packer = zlib.compressobj()
        self._packed: list[bytes] = []
        self._lines, self._sizes = array("q"), array("q")
        self._ended = False

    def begin(self, header: Sequence[str], original: Callable[[int], list[str]] = lambda line: []) -> None:
        """The header of the file, under which the rows stand again; `original` knows cells that were translated.

        What stood beside the rows of a file that came back once is not repeated.
        """
        self._beside = {index for index, name in enumerate(header) if name.strip().casefold() in BESIDE}
        self._header, self._original = [*self._own(header), *BESIDE], original

    def add_in_part(self, rejected: Rejected) -> None:
        """A row that goes in but for a value: it comes back to be corrected as those do that stay out."""
        self.in_part += 1
        self.add(rejected)

    def add(self, rejected: Rejected, cells: Sequence[str] = ()) -> None:
        if not self.count and self._header:
            self._pack(0, "\ufeff" + _as_line(self._header))
        self.count += 1
        if len(self.listed) < LISTED:
            self.listed.append(rejected)
        because = f"{rejected.column}: {rejected.reason}" if rejected.column else rejected.reason
        if because in self._reasons or len(self._reasons) < REASONS:
            self._reasons[because] += 1
        if self._header:
            cells = self._own(self._original(rejected.line) or cells)
            width = len(self._header) - len(BESIDE)
            kept = [*map(harmless, cells), *[""] * (width - len(cells))]
            self._unsettled.append((rejected.line, _as_line([*kept, str(rejected.line), because])))

    def settle(self, line: float = inf) -> None:
        """No row as far as this line is left out later: until then the rows of a part wait for those before them."""
        ready = [row for row in self._unsettled if row[0] <= line]
        self._unsettled = [row for row in self._unsettled if row[0] > line]
        for row in sorted(ready, key=itemgetter(0)):
            self._pack(*row)

    def _own(self, cells: Sequence[str]) -> list[str]:
        return [cell for index, cell in enumerate(cells) if index not in self._beside]

    def _pack(self, line: int, text: str) -> None:
        content = text.encode()
        self._lines.append(line)
        self._sizes.append(len(content))
        self._packed.append(self._packer.compress(content))

    def reasons(self) -> list[tuple[str, int]]:
        """Why rows were left out, and how many for it; the commonest first."""
        return self._reasons.most_common(TOLD)

    def packed(self) -> bytes:
        """The CSV, compressed with zlib; empty when no row was rejected, or no file was read. Ends the list."""
        if not self.count or not self._header:
            return b""
        if not self._ended:
            self.settle()
            self._packed.append(self._packer.flush())
            self._ended = True
            if any(line > following for line, following in pairwise(self._lines)):
                self._packed = [self._by_line()]
        return b"".join(self._packed)

    def _by_line(self) -> bytes:
        """Anew, where the rows of a file were read in another order: this takes as much memory as they do."""
        content, ends = zlib.decompress(b"".join(self._packed)), list(accumulate(self._sizes))
        order = sorted(range(len(ends)), key=self._lines.__getitem__)
        return zlib.compress(b"".join(content[ends[n] - self._sizes[n] : ends[n]] for n in order))


def _as_line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


@dataclass
class Counts:
    """One file's figures. `unread` says that the file as a whole could not be used; `ask` that it would be readable
    if a person said that it is Windows-1252; `first` are the first changes, as sentences."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejects: Rejects = field(default_factory=Rejects)
    unread: bool = False
    ask: bool = False
    first: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of_unread(cls, rejected: Rejected, ask: bool = False) -> Counts:
        counts = cls(unread=True, ask=ask)
        counts.rejects.add(rejected)
        return counts

    def add(self, merged: Merged) -> None:
        """What became of a further part of the file."""
        self.created += len(merged.created)
        self.updated += len(merged.updated)
        self.unchanged += len(merged.unchanged)

    @property
    def rejected(self) -> list[Rejected]:
        """The first rejected rows, by line."""
        return sorted(self.rejects.listed, key=lambda row: row.line)

    def figures(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("rows", "created", "updated", "unchanged")}

    def as_json(self) -> dict[str, Any]:
        more = self.rejects.count - len(self.rejects.listed)
        listed = {"rejected": [vars(row) for row in self.rejected]}
        return {**self.figures(), **listed, **({"rejected_more": more} if more else {})}


@dataclass
class Report:
    """An import. `notes` are sentences about what was ignored; `dry_run` says that nothing was kept."""

    files: dict[str, Counts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    dry_run: bool = False

    @property
    def read_something(self) -> bool:
        return any(not counts.unread for counts in self.files.values())

    def as_json(self) -> dict[str, Any]:
        return {"files": {name: counts.as_json() for name, counts in self.files.items()}}

    def as_text(self) -> str:
        """A table for the terminal, then the rejected rows of each file."""
        head = f"{'file':<14}{'rows':>8}{'created':>9}{'updated':>9}{'unchanged':>11}{'rejected':>10}"
        lines = [head]
        for name, c in self.files.items():
            lines.append(f"{name:<14}{c.rows:>8}{c.created:>9}{c.updated:>9}{c.unchanged:>11}{c.rejects.count:>10}")
        for name, counts in self.files.items():
            lines += _rejected(name, counts)
        if self.dry_run:
            lines += ["", "This was a trial: nothing was kept."]
        return "\n".join(lines)


def _rejected(name: str, counts: Counts) -> list[str]:
    lines = [f"  line {row.line}{_cell(row)}: {row.reason}" for row in counts.rejected[:SHOWN]]
    if counts.rejects.count > SHOWN:
        lines.append(f"  and {counts.rejects.count - SHOWN:,} more (use --json); --rejected FOLDER writes them all")
    return ["", f"{name}.csv, rejected:", *lines] if lines else []


def _cell(row: Rejected) -> str:
    value = row.value if len(row.value) <= 40 else f"{row.value[:39]}…"
    return f", {row.column}" + (f" “{value}”" if value else "") if row.column else ""
