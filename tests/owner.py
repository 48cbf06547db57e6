"""The owner of the database, for what the program's own account may not do: tests run as the latter."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction

# Taken on and put off within a connection that the owner made: a test's transaction can hold deeds of both.
ROLE = settings.DATABASE_APPLICATION["USER"] if settings.DATABASE_OWNER else "NONE"


@contextmanager
def as_owner() -> Iterator[Any]:
    """A cursor of the owner's, in the transaction that is open."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL ROLE NONE")
        yield cursor
        cursor.execute(f"SET LOCAL ROLE {ROLE}")


@contextmanager
def guards_aside(table: str) -> Iterator[Any]:
    """The same, with the triggers of a table put aside: what somebody with the owner's rights can do."""
    with as_owner() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
