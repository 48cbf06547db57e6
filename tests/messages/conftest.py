from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.messages import smtp
from tests.returning.conftest import practice


@pytest.fixture
def office(settings: Settings) -> Iterator[smtp.Office]:
    """A real mail server, to which the program sends."""
    with smtp.opened() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 5
        yield office


__all__ = ["office", "practice"]
