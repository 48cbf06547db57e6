"""Sending a text, by a backend in the manner of Django's mail backends: settings.TEXT_BACKEND names its class.

A backend is made without arguments and has two methods:

    send(to, body, message)  hands the text over, and gives the service's own number for it
    find(to, body, since)    that number, if such a text was already taken since then; "" otherwise

`send` raises what is in lwg_intake.messages.carrying. An empty setting means that the practice sends no texts.
"""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Backend(Protocol):
    def send(self, to: str, body: str, message: int) -> str: ...

    def find(self, to: str, body: str, since: datetime) -> str: ...


def are_sent() -> bool:
    """Whether the practice sends texts at all."""
    return bool(settings.TEXT_BACKEND)


def backend() -> Backend:
    made: Backend = import_string(settings.TEXT_BACKEND)()
    return made
