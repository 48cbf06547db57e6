"""Pages as a person at the desk asks for them."""

from collections.abc import Mapping
from html import unescape
from typing import Any

from django.http import HttpResponse
from django.test import Client as Browser

from lwg_intake.access.models import User


def signed_in(user: User) -> Browser:
    """A browser of this person's own."""
    browser = Browser()
    browser.force_login(user)
    return browser


def words(answer: HttpResponse) -> str:
    """What a page says, with its spaces and line breaks evened out."""
    return " ".join(unescape(answer.content.decode()).split())


def typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as a browser sends them: an empty box is not sent, a ticked one is "on"."""
    return {name: "on" if value is True else value for name, value in fields.items() if value not in (False, None)}
