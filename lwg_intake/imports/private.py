"""Columns that hold a diagnosis are dropped before anything of a file is looked at, written or kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lwg_intake.imports.opening import Broken, unequal

DIAGNOSIS = re.compile(r"diagnos|\bicd\b|\bicd-?\d|\bdsm\b|\bdx\b", re.IGNORECASE)

Rows = Iterator[tuple[int, list[str] | Broken]]


def is_diagnosis(column: str) -> bool:
    """Whether a column's name says that it holds a diagnosis."""
    return bool(DIAGNOSIS.search(column.replace("_", " ")))


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
    dropped = {index for index, name in enumerate(header) if is_diagnosis(name)}
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


def _unequal(cells: int, header: int) -> str:
    return (
        f"{unequal(cells, header)}: a cell that holds a comma or a line break needs quotation marks around it. "
        "It is not shown, since one of its cells is a diagnosis."
    )
