from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.messages import smtp, twilio
from tests.returning.conftest import practice


@pytest.fixture
def office(settings: Settings) -> Iterator[smtp.Office]:
    """A real mail server, to which the program sends."""
    with smtp.opened() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 5
        yield office


@pytest.fixture
def service(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[twilio.Service]:
    """A real text service, to which the program sends at any hour."""
    with twilio.opened() as service:
        settings.TEXT_BACKEND = "lwg_intake.messages.texting.twilio.Backend"
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = twilio.ACCOUNT, twilio.TOKEN
        settings.TWILIO_FROM, settings.BASE_URL = "+14105550100", "https://intake.example.org"
        settings.TWILIO_API_URL = f"http://127.0.0.1:{service.port}"
        monkeypatch.setattr("lwg_intake.messages.reaching.rules.is_quiet", lambda *_: False)
        yield service


__all__ = ["office", "practice", "service"]
