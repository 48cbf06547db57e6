"""The session and the account behind a request: asked by every page, and so read without composing a statement anew."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import DataError
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.rows import one


class SessionStore(db.SessionStore):
    """Django's own, but for how the row is read."""

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        try:
            found = one(self.model, "session_key", self.session_key)
        except (self.model.DoesNotExist, DataError):
            found = None  # A cookie can hold what no key can.
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        return found


class Backend(AuthenticationBackend):
    """allauth's own, but for how the account is read."""

    def get_user(self, user_id: Any) -> User | None:
        try:
            user = one(User, "id", user_id)
        except User.DoesNotExist:
            return None
        return user if self.user_can_authenticate(user) else None
