"""How long one stays signed in: 15 minutes without a deed, 12 hours at most. And the audit of going in and out."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import get_user
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url

from lwg_intake.access.models import User
from lwg_intake.audit.record import record

# The last deed is stored at most this often, so that not every page costs a write.
GRAIN_SECONDS = 30


def seconds_left(request: HttpRequest, now: float) -> float:
    """How long this session still holds; not more than 0 when it has lapsed."""
    began, seen = request.session.get("began", now), request.session.get("seen", now)
    return min(began + settings.SESSION_LONGEST_SECONDS, seen + settings.SESSION_IDLE_SECONDS) - now


def is_poll(request: HttpRequest) -> bool:
    """Whether the page asked by itself: no sign that anybody sits there."""
    return request.headers.get("X-Poll") == "1"


class SessionLimitsMiddleware:
    """Signs off a session that has lapsed, and keeps signed-in pages out of every cache.

    Stands before LoginRequiredMiddleware. Where a fragment would be answered by the sign-in page, htmx is told to
    load that page whole.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Asked for here on every page: behind Django's lazy one, each of a page's hundred looks at it would cost again.
        request.user = get_user(request)
        if request.user.is_authenticated:
            now = time.time()
            if seconds_left(request, now) <= 0:
                record("session.lapsed", by=request.user, on=request.user)
                logout(request)
                return _whole(request, HttpResponseRedirect(_sign_in(request, lapsed=True)))
            _note(request, now)
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return _whole(request, response)


def _note(request: HttpRequest, now: float) -> None:
    session = request.session
    if "began" not in session:
        session["began"] = now
    if not is_poll(request) and now - session.get("seen", 0) >= GRAIN_SECONDS:
        session["seen"] = now


def _sign_in(request: HttpRequest, *, lapsed: bool) -> str:
    """The sign-in page's address, with the way back to the page (never to a fragment or a form's target)."""
    asked = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if not asked and request.method == "GET":
        asked = "" if is_poll(request) else request.get_full_path()
    elif not asked:
        came_from = urlsplit(request.headers.get("Referer", ""))
        asked = came_from.path if came_from.netloc == request.get_host() else ""
    query = ({"lapsed": "1"} if lapsed else {}) | ({"next": asked} if asked else {})
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}"


def _whole(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Turn a redirect to the sign-in page into one that htmx follows with the whole page.

    Of a form's target, where nothing is to be seen, it becomes one to the page that the form stands on.
    """
    if "Location" not in response:
        return response
    target = urlsplit(response["Location"])
    if target.path != resolve_url(settings.LOGIN_URL):
        return response
    address = _sign_in(request, lapsed="lapsed=1" in target.query)
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    if request.method != "GET" and "next=" in target.query:
        response["Location"] = address
    return response


def listen() -> None:
    """Record going in and out. Never the password, nor what was typed for an account that does not exist."""
    user_logged_in.connect(_on_sign_in, dispatch_uid="audit")
    user_logged_out.connect(_on_sign_out, dispatch_uid="audit")
    user_login_failed.connect(_on_refused, dispatch_uid="audit")
    for signal, verb in (
        (password_changed, "account.password_changed"),
        (password_reset, "account.password_reset"),
        (authenticator_added, "account.second_factor_added"),
        (authenticator_removed, "account.second_factor_removed"),
        (authenticator_reset, "account.second_factor_reset"),
    ):
        signal.connect(_recorder(verb), weak=False, dispatch_uid=f"audit {verb}")
    post_save.connect(_on_second_factor, sender=Authenticator, dispatch_uid="audit")


def _recorder(verb: str) -> Callable[..., None]:
    def receive(user: User, **_: Any) -> None:
        record(verb, by=user, on=user)

    return receive


def _on_second_factor(instance: Authenticator, update_fields: frozenset[str] | None, **_: Any) -> None:
    """With its row, which the signals above come after; also where a recovery code is used up."""
    if update_fields is None or "data" in update_fields:
        record("account.second_factor_written", by=instance.user, on=instance.user)


def _on_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    request.session["began"] = request.session["seen"] = time.time()
    record("session.signed_in", by=user, on=user)


def _on_sign_out(user: User | None, **_: Any) -> None:
    if user:
        record("session.signed_out", by=user, on=user)


def _on_refused(credentials: dict[str, Any], **_: Any) -> None:
    email = credentials.get("email") or credentials.get("username") or ""
    record("session.refused", by=None, on=User.objects.filter(email__iexact=email).first())
