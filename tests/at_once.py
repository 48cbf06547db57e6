"""Deeds at the same moment, each on a connection of its own. Only for tests that really commit."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Start all together, and give what each returned, or the exception that it raised."""
    start, answers = Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int) -> None:
        start.wait(30)
        try:
            answers[place] = deeds[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(deeds))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers
