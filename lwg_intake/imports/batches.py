"""A long file in parts: what belongs together stays together, and no key counts twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain, groupby

from django.db import connection

from lwg_intake.imports.format import File
from lwg_intake.imports.opening import Broken
from lwg_intake.imports.reading import Head, Line, Sheet, fits
from lwg_intake.imports.report import Rejects

BATCH = 5_000


class Batches:
    """The rows of a file in lists of about BATCH; `count` is how many rows were met so far, the broken included.

    `sorted_given` counts those given out of rows that were sorted first, when the whole file is read already.
    """

    def __init__(self, head: Head, rows: Iterator[tuple[int, list[str] | Broken]], rejects: Rejects) -> None:
        self.head, self.rejects, self.count, self.sorted_given = head, rejects, 0, 0
        self._rows = rows

    def __iter__(self) -> Iterator[list[Line]]:
        file, rows = self.head.file, self._fitting()
        if file.at_once:
            yield list(rows)
            return
        first = _some(rows)
        if not file.together or len(first) < BATCH:
            yield first
        else:
            rows = self._counted(_sorted(self.head, chain(first, rows)))
            first = []
        at = [self.head.at[name] for name in file.together]
        batch: list[Line] = []
        for _, group in groupby(rows, key=lambda line: [line[1][index] for index in at] if at else line[0]):
            batch += group
            if len(batch) >= BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _counted(self, rows: Iterator[Line]) -> Iterator[Line]:
        for line in rows:
            self.sorted_given += 1
            yield line

    def _fitting(self) -> Iterator[Line]:
        for line, cells in self._rows:
            self.count += 1
            if fits(self.head, line, cells, self.rejects):
                yield line, cells  # type: ignore[misc]


def _some(rows: Iterator[Line]) -> list[Line]:
    found = []
    for line in rows:
        found.append(line)
        if len(found) == BATCH:
            break
    return found


def _sorted(head: Head, rows: Iterable[Line]) -> Iterator[Line]:
    """Rows that belong together may stand far apart: the database sorts them, in a table of this transaction."""
    at = [head.at[name] for name in head.file.together]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_staged")
        # As JSON: several times as fast as arrays, and a NUL, which PostgreSQL does not keep, is written out in it.
        cursor.execute('CREATE TEMP TABLE import_staged (line int, key text COLLATE "C", cells text) ON COMMIT DROP')
        with cursor.cursor.copy("COPY import_staged FROM STDIN") as copy:
            for line, cells in rows:
                copy.write_row((line, json.dumps([cells[index].strip() for index in at]), json.dumps(cells)))
    with connection.connection.cursor(name="import_staged") as staged:
        staged.itersize = BATCH
        staged.execute("SELECT line, cells FROM import_staged ORDER BY key, line")
        for line, cells in staged:
            yield line, json.loads(cells)


class Seen:
    """Of two rows with one key the first stands. Keys of earlier batches wait in the database, not in memory."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._last: dict[bytes, int] = {}
        self._stored = False

    def drop_repeated(self, sheet: Sheet) -> None:
        """Reject the rows whose key an earlier line of the file has."""
        keys = self.file.key_fields
        marks = [blake2b(repr([row.values[k] for k in keys]).encode(), digest_size=16).digest() for row in sheet.rows]
        self._store()
        earlier = self._earlier(marks)
        kept = []
        for mark, row in zip(marks, sheet.rows, strict=True):
            line = earlier.setdefault(mark, row.line)
            if line == row.line:
                kept.append(row)
            else:
                sheet.reject(row, self.file.key[-1], f"Line {line} has the same {self._named()}: keep one of the two.")
        sheet.rows = kept
        self._last = {mark: earlier[mark] for mark in marks}

    def _named(self) -> str:
        *others, last = self.file.key
        return f"{', '.join(others)} and {last}" if others else last

    def _store(self) -> None:
        """Lay the last batch's keys down, now that another batch comes."""
        if not self._last:
            return
        with connection.cursor() as cursor:
            if not self._stored:
                cursor.execute("DROP TABLE IF EXISTS pg_temp.import_seen")
                cursor.execute("CREATE TEMP TABLE import_seen (key bytea PRIMARY KEY, line int) ON COMMIT DROP")
                self._stored = True
            cursor.execute(
                "INSERT INTO import_seen SELECT * FROM unnest(%s::bytea[], %s::int[]) ON CONFLICT DO NOTHING",
                [_array(self._last), list(self._last.values())],
            )

    def _earlier(self, marks: list[bytes]) -> dict[bytes, int]:
        if not self._stored:
            return {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT key, line FROM import_seen WHERE key = ANY (%s::bytea[])", [_array(marks)])
            return {bytes(key): line for key, line in cursor.fetchall()}


def _array(marks: Iterable[bytes]) -> str:
    """As PostgreSQL writes an array of bytes: psycopg, which asks of each what it is, takes ten times as long."""
    listed = ",".join([rf'"\\x{mark.hex()}"' for mark in marks])
    return f"{{{listed}}}"
