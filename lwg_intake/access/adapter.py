import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal

logger = logging.getLogger(__name__)

# The page itself shows that one is in, or out.
_UNSAID = ("account/messages/logged_in.txt", "account/messages/logged_out.txt")


class Adapter(DefaultAccountAdapter):
    """Sign-in as this practice wants it: accounts come from an administrator, never from a sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """The event of the row; how it came to be chosen, the signal tells afterwards."""
        with transaction.atomic():
            super().set_password(user, password)
            record("account.password_written", by=user, on=user)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in _UNSAID:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Raises Refusal when the mail server does not take it."""
        try:
            super().send_mail(template_prefix, email, context)
        except (SMTPException, OSError) as error:
            raise Refusal("The mail could not be sent just now. Try again in a few minutes.") from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Tell the person that the account was changed. The change stands, whether or not the mail goes out."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except Refusal:
            logger.warning("A mail about a change to an account could not be sent.")
