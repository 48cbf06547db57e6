"""The lines of a text, some of which may be given back, and where a row ends that is too long to be kept."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper

ROW = 2_000_000
PIECE = 1 << 16
# So often a text is begun anew, to read again what a quotation mark that was never closed had swallowed.
TIMES = 20
ENDS = ("\n", "\r")


def is_cut(line: str) -> bool:
    return len(line) > ROW and not line.endswith(ENDS)


class Lines:
    """One line after the other. One that is longer than any row may be comes cut."""

    def __init__(self, begin: Callable[[], TextIOWrapper]) -> None:
        self._begin, self._text = begin, begin()
        self._waiting: deque[str] = deque()
        self._taken, self._begun = 0, 0

    def next(self) -> str:
        """A line with its end; "" at the end of the text."""
        if self._waiting:
            return self._waiting.popleft()
        self._taken += 1
        return self._text.readline(ROW + 1)

    def give_back(self, lines: list[str]) -> None:
        self._waiting.extendleft(reversed(lines))

    def end_of_row(self, used: list[str], separator: str) -> int:
        """How many lines the row has that begins with these, once the others are passed over.

        0 when it has no end, since a quotation mark was never closed or stands undoubled: then all but its first line
        are given back.
        """
        looked: list[str] = []
        piece = ""
        count = here = 0

        def pieces() -> Iterator[str]:
            nonlocal piece, here
            yield from used
            while self._waiting:
                looked.append(self._waiting.popleft())
                yield looked[-1]
            while piece := self._text.read(PIECE):
                if piece.endswith("\r"):
                    piece += self._text.read(1)
                here += 1
                yield piece

        def counted() -> Iterator[str]:
            nonlocal count
            for text in pieces():
                count += _breaks(text)
                yield text

        at = row_ends(counted(), separator) if self._begun < TIMES else None
        if at is not None:
            rest = io.StringIO(piece[at:], newline="").readlines()
            if rest and not rest[-1].endswith(ENDS):
                rest[-1] += self._text.readline(ROW)
            count -= _breaks(piece[at:])
            self.give_back(rest)
            self._taken += count - len(used) - len(looked) + len(rest)
            return max(count, 1)
        again = [*used[1:], *looked]
        if here or is_cut(used[-1]):
            # The text stands behind the last line that was taken again, and of a cut one the rest is lost.
            if here:
                self._begun += 1
                self._text = self._begin()
            for _ in range(self._taken if here else 1):
                self._skip()
            again = [f"{line}\n" if is_cut(line) else line for line in again]
        self.give_back(again)
        return 0

    def _skip(self) -> None:
        """Pass over a line, or what is left of it."""
        while (piece := self._text.readline(PIECE)) and not piece.endswith(ENDS):
            pass


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def row_ends(pieces: Iterable[str], separator: str) -> int | None:
    """How far into the last piece a row goes, by the rules of CSV; no more is taken then. None when it has no end."""
    bare = re.compile(f"[{re.escape(separator)}\r\n]")
    begins, quoted, closed = True, False, False
    at = 0
    for piece in pieces:
        at = 0
        while at < len(piece):
            if quoted:
                at = piece.find('"', at) + 1 or len(piece)
                if piece[at - 1] != '"':
                    continue
                quoted, closed = False, True
                continue
            sign = piece[at]
            if closed and sign == '"':
                quoted, closed = True, False
            elif sign in ENDS:
                return at + (2 if piece.startswith("\r\n", at) else 1)
            elif sign == separator:
                begins, closed = True, False
            elif closed:
                return None
            elif begins and sign == '"':
                quoted, begins = True, False
            else:
                begins = False
                found = bare.search(piece, at)
                at = found.start() if found else len(piece)
                continue
            at += 1
    return None if quoted else at
