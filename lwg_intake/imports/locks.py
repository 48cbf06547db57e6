"""Who may work: imports take turns, and one import is worked on by one process. The database lets go of the dead."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# Any fixed numbers: of the writing of one file, and, beside a run's number, of the work on that run.
WRITING = 7_320_118
WORKING = 7_320_119


def take_turns() -> None:
    """Until the transaction ends nobody else writes what an import writes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITING])


@contextmanager
def alone_at(run: int) -> Iterator[bool]:
    """Whether this process alone is at a run, until the end; false where another one is, which lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [WORKING, run])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [WORKING, run])
