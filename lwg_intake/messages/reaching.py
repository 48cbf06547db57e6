"""Whether, where to and when a message may leave now: the rules, with what the record and policy say."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.messages import rules, texting
from lwg_intake.messages.catalogue import Channel
from lwg_intake.messages.models import IncomingText
from lwg_intake.messages.rules import Person, Reach
from lwg_intake.policy.values import values
from lwg_intake.records.models import Client


def reach(client: Client, channel: str, numbers: dict[str, int] | None = None) -> Reach:
    """Where a message to a client goes by this channel, or in a sentence why it may not. `numbers` saves a query."""
    if channel == Channel.TEXT and not texting.are_sent():
        return Reach(refused="This practice sends no texts yet. Call instead.")
    numbers = numbers or values()
    born = client.dob
    person = Person(
        email=client.email,
        phone=client.phone,
        email_ok=client.email_ok,
        text_ok=client.text_ok,
        is_minor=born is not None and dates.age_on(born, dates.today()) < numbers["minor_until_years"],
        guardian_email=client.guardian_email,
        guardian_phone=client.guardian_phone,
    )
    found = rules.reach(person, channel, bool(numbers["email_unasked"]))
    if channel == Channel.TEXT and found.to and has_stopped(found.to):
        return Reach(refused="No text: this number replied STOP. Only START, sent from it, turns texts on again.")
    return found


def has_stopped(number: str) -> bool:
    """Whether the last word of a number about texts was STOP. No import of the record overrules it."""
    said = IncomingText.objects.filter(number=number).exclude(said="").order_by("-received_at", "-pk").first()
    return said is not None and said.said == IncomingText.Said.STOP


def due(channel: str, at: datetime | None = None) -> datetime:
    """When a message may leave: an e-mail at any hour, a text outside the quiet hours."""
    at = at or timezone.now()
    return rules.next_allowed(at, *_hours()) if channel == Channel.TEXT else at


def texts_may_leave(at: datetime) -> bool:
    return not rules.is_quiet(at, *_hours())


def _hours() -> tuple[int, int, ZoneInfo]:
    numbers = values()
    return numbers["text_from_hour"], numbers["text_until_hour"], ZoneInfo(settings.TIME_ZONE)
