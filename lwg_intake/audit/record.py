"""Writing to the audit: one function, called inside the transaction of the deed, so that neither stands alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg.types.json import Jsonb

from lwg_intake.audit.models import Event

# Where the deed comes from: a network address, set by the middleware; a command's or a task's name otherwise.
ORIGIN: ContextVar[str] = ContextVar("origin", default="program")

# As the ORM would write it, without composing it anew for every page that is opened.
WRITTEN = ("at", "actor_id", "actor_name", "verb", "record", "record_id", "client_id", "origin")
INSERT = f"""
INSERT INTO audit_event ({", ".join(WRITTEN)}, values)
VALUES ({"%s, " * len(WRITTEN)}%s) RETURNING id, xact
"""


@contextmanager
def coming_from(origin: str) -> Iterator[None]:
    """Everything written within is said to come from there. Stands as a decorator above what a command does, too."""
    token = ORIGIN.set(origin)
    try:
        yield
    finally:
        ORIGIN.reset(token)


def record(verb: str, *, by: Any, on: models.Model | None = None, client_id: int | None = None, **values: Any) -> Event:
    """Write one event. `by` is the account, or None for the program itself; `values` are plain JSON values.

    Raises whatever the database raises: a deed whose event cannot be written must not be done.
    """
    event = Event(
        at=timezone.now(),
        actor_id=by.pk if by else None,
        actor_name=str(by) if by else "the program",
        verb=verb,
        record=on._meta.label_lower if on else "",
        record_id=on.pk if on else None,
        client_id=client_id if client_id is not None else getattr(on, "client_id", None),
        origin=ORIGIN.get(),
        values=values,
    )
    cells: list[Any] = [*(getattr(event, name) for name in WRITTEN), Jsonb(values)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, cells)
        event.pk, event.xact = cursor.fetchone()
    return event
