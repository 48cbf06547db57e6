"""The calendar feed: a secret address of one's own that reminds of the monthly review of the roster, and no more (R20).

The address holds the feed's key, signed: whoever reads the database cannot open it, and a guess is compared in
constant time. A revoked feed's address never opens again; a new one has another key.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from caseload.models import CalendarFeed
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.errors import NotThere
from lwg_intake.policy.values import values

SIGNER = signing.Signer(salt="caseload.feeds", sep=".")


def feed_of(user: User) -> CalendarFeed | None:
    """One's own open feed."""
    return CalendarFeed.objects.filter(account=user, revoked_at__isnull=True).first()


def address(feed: CalendarFeed) -> str:
    """The whole secret address."""
    token = SIGNER.sign(feed.key.hex)
    return settings.BASE_URL + reverse("caseload-feed", args=[token])


def open_feed(token: str) -> CalendarFeed:
    """The feed of an address. Raises NotThere for a wrong or revoked one, or an account that may no longer."""
    try:
        key = uuid.UUID(hex=SIGNER.unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise NotThere("There is no such calendar.") from error
    feed = CalendarFeed.objects.filter(key=key, revoked_at__isnull=True).select_related("account").first()
    if feed is None or not feed.account.is_active or not feed.account.can(Can.REVIEW_CASELOAD):
        raise NotThere("There is no such calendar.")
    return feed


def calendar(feed: CalendarFeed) -> bytes:
    """The feed itself: the review on the first weekday of the month, every month or as policy says. No client."""
    # A tenth of a second to load, which every command of the program would take for what few ask for.
    from icalendar import Calendar, Event

    months = values()["roster_review_months"]
    first = first_weekday(dates.day_of(feed.made_at))
    event = Event()
    event.add("uid", f"{feed.key}@roster-review")
    event.add("dtstamp", feed.made_at.astimezone(UTC))
    event.add("dtstart", first)
    event.add("dtend", first + timedelta(days=1))
    event.add("summary", "Review your caseload")
    link = settings.BASE_URL + reverse("caseload")
    event.add("description", f"Who still comes, and who slipped away: {link}")
    event.add("url", link)
    event.add("transp", "TRANSPARENT")
    event.add("rrule", {"freq": "monthly", "interval": months, "byday": ["MO", "TU", "WE", "TH", "FR"], "bysetpos": 1})
    whole = Calendar()
    whole.add("prodid", "-//LWG Intake//Caseload//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", "Caseload review")
    whole.add_component(event)
    return whole.to_ical()


def first_weekday(day: date) -> date:
    """The first day from Monday to Friday of a day's month."""
    first = day.replace(day=1)
    return first + timedelta(days=(7 - first.weekday()) % 7 if first.weekday() > 4 else 0)
