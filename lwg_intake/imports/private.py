"""Columns that hold a diagnosis are dropped before anything of a file is looked at, written or kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from lwg_intake.imports.format import FILES
from lwg_intake.imports.opening import Broken, unequal

DIAGNOSIS = re.compile(
    r"\bdiag|\bicd\b|\bicd-?\d|\bdsm\b|\bdx\d*\b|\bproblem\b|\bdisorders?\b|\bconditions?\b|\baxis\b|\bf[ -]?codes?\b",
    re.IGNORECASE,
)
# A code of ICD-10 as it is written with its point: F41.1.
CODE = re.compile(r"(?<![A-Za-z0-9.@])[A-TV-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4}(?![A-Za-z0-9])")
# As claims write those of this field: F411. And what they are called.
BARE = re.compile(r"(?:F[0-9]{2}[0-9A-Z]{0,3}[\s,;/|]*)+")
CALLED = re.compile(
    r"\b(?:(?:depressive|anxiety|panic|bipolar|adjustment|mood|personality|eating|stress|psychotic|compulsive|deficit)"
    r"\b.*\bdisorder|(?:dysthym|schizo|cyclothym)\w+|ptsd\b|adhd\b)",
    re.IGNORECASE,
)
# What a file has in it wherever one of these is, found in a fraction of the time.
CODES = re.compile(CODE.pattern.encode() + rb"|(?<![A-Za-z0-9])F[0-9]{2}")
NAMES = (b"disorder", b"dysthym", b"schizo", b"cyclothym", b"ptsd", b"adhd")
# So many rows are looked through for columns that hold codes under another name; a third of the cells tells one.
LOOKED_THROUGH = 1_000
OURS = {column.name for file in FILES for column in file.columns}

Rows = Iterator[tuple[int, list[str] | Broken]]


def is_diagnosis(column: str) -> bool:
    """Whether a column's name says that it holds a diagnosis."""
    return bool(DIAGNOSIS.search(column.replace("_", " ")))


def may_tell_codes(content: bytes) -> bool:
    """Whether a file not yet read may hold diagnoses or their codes, whatever its encoding."""
    bare = content.replace(b"\0", b"") if b"\0" in content else content
    small = bare.lower()
    return any(name in small for name in NAMES) or bool(CODES.search(bare))


def without_diagnoses(rows: Rows) -> Rows:
    """The rows without such columns. Of a row whose cells cannot be told apart nothing is kept at all."""
    first = next(rows, None)
    if first is None:
        return
    line, header = first
    if isinstance(header, Broken):
        yield first
        yield from rows
        return
    ahead = list(islice(rows, LOOKED_THROUGH))
    rows = chain(ahead, rows)
    whole = [cells for _, cells in ahead if isinstance(cells, list) and len(cells) == len(header)]
    dropped = _dropped(header, whole)
    if not dropped:
        yield first
        yield from rows
        return
    kept = [index for index in range(len(header)) if index not in dropped]
    yield line, [header[index] for index in kept]
    for line, cells in rows:
        if isinstance(cells, Broken):
            yield line, Broken(cells.reason, "")
        elif len(cells) != len(header):
            yield line, Broken(_unequal(len(cells), len(header)), "")
        else:
            yield line, [cells[index] for index in kept]


def _dropped(header: list[str], rows: list[list[str]]) -> set[int]:
    """The columns that hold diagnoses, by their names or by what stands in them."""
    found = {index for index, name in enumerate(header) if is_diagnosis(name)}
    for index, name in enumerate(header):
        if name.strip().casefold() not in OURS:
            filled = [row[index] for row in rows if row[index].strip()]
            if 3 * sum(map(_tells, filled)) >= max(len(filled), 1):
                found.add(index)
    return found


def _tells(cell: str) -> bool:
    """Whether a cell holds a diagnosis, by its code or its name."""
    return bool(CODE.search(cell) or BARE.fullmatch(cell.strip()) or CALLED.search(cell))


def _unequal(cells: int, header: int) -> str:
    return (
        f"{unequal(cells, header)}: a cell that holds a comma or a line break needs quotation marks around it. "
        "It is not shown, since one of its cells is a diagnosis."
    )
