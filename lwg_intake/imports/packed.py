"""What was uploaded, packed in the database until it is applied, and read from there in pieces."""

from __future__ import annotations

import io
import zlib
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from lwg_intake.imports.opening import Content, CsvTable, Unreadable

if TYPE_CHECKING:
    from lwg_intake.imports.models import RunFile

PIECE = 1 << 18


class Unpacking(io.RawIOBase):
    """The bytes that were packed with zlib, unpacked as they are read."""

    def __init__(self, packed: bytes) -> None:
        self._packed, self._at, self._done = packed, 0, 0
        self._unpack = zlib.decompressobj()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset or whence:
            raise io.UnsupportedOperation("only back to the beginning")
        self.__init__(self._packed)  # type: ignore[misc]
        return 0

    def tell(self) -> int:
        return self._done

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        while not self._ready and self._at < len(self._packed):
            piece = self._packed[self._at : self._at + PIECE]
            self._at += len(piece)
            self._ready = self._unpack.decompress(piece)
        given = self._ready[: len(buffer)]
        self._ready = self._ready[len(given) :]
        buffer[: len(given)] = given
        self._done += len(given)
        return len(given)


def content_of(file: RunFile) -> Content:
    """Raises Unreadable when it was thrown away meanwhile."""
    packed = type(file).objects.values_list("content", flat=True).get(pk=file.pk)
    if packed is None:
        raise Unreadable("What was uploaded is no longer kept. Upload the file again.")
    raw = bytes(packed)

    def opened() -> BinaryIO:
        return io.BufferedReader(Unpacking(raw), 1 << 16)  # type: ignore[type-var]

    return Content(opened, file.size)


def first_rows(file: RunFile, most: int = 3) -> list[list[str]]:
    """The first rows of a file, for someone who says what its columns mean; none where it cannot be read."""
    try:
        content = content_of(file)
        try:
            table = CsvTable(content, windows=file.windows)
        except Unreadable as error:
            if not error.ask:
                raise
            # Whether it is Windows-1252 is asked afterwards; to tell the columns apart its letters will do.
            table = CsvTable(content, encoding="latin-1")
        return [cells for _, cells in islice(table.rows(), 1, most + 1) if isinstance(cells, list)]
    except Unreadable:
        return []
