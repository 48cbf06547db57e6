"""Texts by Twilio, through its own SDK."""

import logging
from datetime import datetime

import requests
from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from lwg_intake.messages.carrying import Away, Returned, Unfit, Unsure

SECONDS = 10
# The SDK's own logger writes numbers and words of a text: it gets none of ours to write to.
_SILENT = logging.Logger("silent")
_SILENT.addHandler(logging.NullHandler())

# What Twilio says of a text that will not arrive, by the number of its error, in words that staff can act on.
ERRORS = {
    21211: "The number is not a valid one. Correct it in the record.",
    21214: "The number cannot be reached. Correct it in the record, or call.",
    21408: "Texts to this country are turned off at Twilio.",
    21610: "This number has replied STOP. Call, or write an e-mail.",
    21612: "This number cannot be reached by text. Call, or write an e-mail.",
    21614: "The number is no mobile number. Call, or correct it in the record.",
    30003: "The telephone is switched off or out of reach. Call, or send again later.",
    30004: "The telephone blocks our texts. Call, or write an e-mail.",
    30005: "There is no such number. Correct it in the record.",
    30006: "The number is a landline. Call, or correct it in the record.",
    30007: "The carrier took the text for spam. Ask the administrator to look at Twilio's registration.",
}
OTHERWISE = "The text did not arrive. Call, or write an e-mail."


def sentence(code: int | None) -> str:
    """What an error's number means, with the number for whoever looks it up."""
    return f"{ERRORS.get(code or 0, OTHERWISE)} (Twilio {code})" if code else OTHERWISE


class Backend:
    def __init__(self) -> None:
        http = TwilioHttpClient(pool_connections=False, timeout=SECONDS, logger=_SILENT)
        self.client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=http)
        self.client.api.base_url = settings.TWILIO_API_URL

    def send(self, to: str, body: str, message: int) -> str:
        sender = settings.TWILIO_FROM
        by = {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}
        told = f"{settings.BASE_URL}{reverse('text-status')}?message={message}"
        try:
            return str(self.client.messages.create(to=to, body=body, status_callback=told, **by).sid)
        except TwilioRestException as error:
            raise _meaning(error) from None
        except requests.exceptions.ConnectTimeout as error:
            raise Away(type(error).__name__) from None
        except requests.exceptions.ConnectionError as error:
            # Nothing listened, or the line broke while it was being said: only the first is certain.
            refused = "NewConnectionError" in repr(error) or "Connection refused" in repr(error)
            raise (Away if refused else Unsure)(type(error).__name__) from None
        except (requests.exceptions.RequestException, TwilioException) as error:
            raise Unsure(type(error).__name__) from None

    def find(self, to: str, body: str, since: datetime) -> str:
        """Twilio keeps no key of ours, so a text is known again by number, words and time."""
        try:
            there = self.client.messages.list(to=to, limit=50)
        except (TwilioException, requests.exceptions.RequestException) as error:
            raise Away(type(error).__name__) from None
        same = (m for m in there if m.body == body and m.direction != "inbound" and m.date_created)
        return next((str(m.sid) for m in same if m.date_created >= since.replace(microsecond=0)), "")


def _meaning(error: TwilioRestException) -> Exception:
    """4xx is for good, except where the account or the pace is at fault; 5xx says nothing about the text."""
    if error.status >= 500:
        return Unsure(f"Twilio {error.status}")
    if error.status in (401, 403, 408, 429) and error.code not in ERRORS:
        return Away(f"Twilio {error.status}")
    if error.code in ERRORS:
        return Returned(sentence(error.code))
    return Unfit(f"Twilio refused this text (error {error.code}). Ask the administrator.")
