"""Pages as a person at the desk asks for them."""

import time
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpResponse
from django.test import Client as Browser

from lwg_intake.access.models import User
from lwg_intake.access.signed_in import SessionStore


def signed_in(user: User) -> Browser:
    """A browser of this person's own."""
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
    return browser


def session_of(user: User) -> str:
    """The key of a session as signing in leaves it; signing in itself costs a page, and has tests of its own."""
    session, now = SessionStore(), time.time()
    session.update({
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        "began": now,
        "seen": now,
    })  # fmt: skip
    session.save(must_create=True)
    return str(session.session_key)


def words(answer: HttpResponse) -> str:
    """What a page says, with its spaces and line breaks evened out."""
    return " ".join(unescape(answer.content.decode()).split())


def typed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Fields as a browser sends them: an empty box is not sent, a ticked one is "on"."""
    return {name: "on" if value is True else value for name, value in fields.items() if value not in (False, None)}
