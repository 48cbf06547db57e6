"""The lines of a text, some of which may be given back, and where a row ends that is too long to be kept."""

from __future__ import annotations

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
        self._waiting.extendleft(f"{line}\n" if is_cut(line) else line for line in reversed(lines))

    def end_of_row(self, used: list[str], separator: str) -> int:
        """How many lines the row has that begins with these, once the others are passed over.

        0 when it has no end, since a quotation mark was never closed or stands undoubled: then none is passed over.
        """
        looked: list[str] = []
        count = here = 0

        def pieces() -> Iterator[str]:
            nonlocal count, here
            for line in used:
                count += not is_cut(line)
                yield line
            while self._waiting:
                looked.append(self._waiting.popleft())
                count += 1
                yield looked[-1]
            piece = ""
            while self._begun < TIMES and (piece := self._text.readline(PIECE)):
                here += 1
                count += piece.endswith(ENDS)
                yield piece

        if row_ends(pieces(), separator):
            self._taken += count - len(used) - len(looked)
            return max(count, 1)
        self._waiting.extendleft(reversed(looked))
        if here:
            self._begun += 1
            self._text = self._begin()
            for _ in range(self._taken):
                self._skip()
        elif is_cut(used[-1]):
            self._skip()
        return 0

    def _skip(self) -> None:
        """Pass over a line, or what is left of it."""
        while (piece := self._text.readline(PIECE)) and not piece.endswith(ENDS):
            pass


def row_ends(pieces: Iterable[str], separator: str) -> bool:
    """Whether a row comes to its end in what begins with it, by the rules of CSV; it is not asked for more then."""
    bare = re.compile(f"[{re.escape(separator)}\r\n]")
    begins, quoted, closed = True, False, False
    for piece in pieces:
        at = 0
        while at < len(piece):
            if quoted:
                at = piece.find('"', at) + 1
                if not at:
                    break
                quoted, closed = False, True
                continue
            sign = piece[at]
            if closed and sign == '"':
                quoted, closed = True, False
            elif sign in ENDS:
                return True
            elif sign == separator:
                begins, closed = True, False
            elif closed:
                return False
            elif begins and sign == '"':
                quoted, begins = True, False
            else:
                begins = False
                found = bare.search(piece, at)
                at = found.start() if found else len(piece)
                continue
            at += 1
    return not quoted
