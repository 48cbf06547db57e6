"""How far a worker is, told on a connection of its own: what the import's transaction writes nobody sees yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

# Hears which file is being read, how much of it has been, and how much there is.
Tell = Callable[[str, int, int], None]
EVERY = 0.5


@contextmanager
def telling(run: int) -> Iterator[Tell]:
    """While open, the function that it gives writes a run's file and percent, twice a second at most.

    What is over sooner than that needs no connection.
    """
    own = connection.copy()
    last_at = time.monotonic()

    def tell(file: str, done: int, size: int) -> None:
        nonlocal last_at
        now = time.monotonic()
        if now - last_at < EVERY:
            return
        last_at = now
        percent = min(100, done * 100 // size) if size else 0
        with own.cursor() as cursor:
            cursor.execute("UPDATE imports_run SET at_file = %s, percent = %s WHERE id = %s", [file, percent, run])

    try:
        yield tell
    finally:
        own.close()
