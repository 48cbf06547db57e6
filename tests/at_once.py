"""Deeds at the same moment, each on a connection of its own. Only for tests that really commit."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

MOST = 16
# They stay to the end of the run with their connections: making one takes longer than most deeds.
_threads = ThreadPoolExecutor(MOST)
_connections: set[BaseDatabaseWrapper] = set()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Start all together, and give what each returned, or the exception that it raised."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        mine = connections["default"]
        _connections.add(mine)
        start.wait(30)
        try:
            return deed()
        except Exception as error:
            return error
        finally:
            mine.close_if_unusable_or_obsolete()

    return [begun.result(60) for begun in [_threads.submit(run, deed) for deed in deeds]]


def close() -> None:
    """Close what the threads keep open, before the database can go."""
    _threads.shutdown()
    while _connections:
        kept = _connections.pop()
        kept.inc_thread_sharing()
        kept.close()
