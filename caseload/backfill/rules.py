"""Who would come sooner, and whom a freed place fits best (S3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Every way to write a weekday: mon, monday, mondays; tues, thur and thurs besides.
DAYS = {form: n for n, name in enumerate(NAMES) for form in (name[:3], name, f"{name}s")} | {
    "tues": 1, "thur": 3, "thurs": 3,
}  # fmt: skip
# The parts of a day, by the hour at which a visit starts.
PARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
AFTER, BEFORE = {"after", "from"}, {"before", "until", "till"}
CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(am|pm)?")


@dataclass(frozen=True)
class Time:
    """When a client can come: on one weekday or any, from a time on and before another. Practice time."""

    weekday: int | None
    since: time
    until: time

    def holds(self, at: datetime) -> bool:
        """Whether a visit can start at a moment, told on the practice's clock."""
        on_day = self.weekday is None or at.weekday() == self.weekday
        return on_day and self.since <= at.time() and (at.time() < self.until or self.until == time.max)


def parse(text: str) -> Time:
    """Read "Tue", "Wed 10:00", "Thu 3-6 PM", "Thu 15:00-18:00", "Fri mornings", "evenings" or "Tue after 5 PM".

    One time stands for the hour that begins with it. Raises ValueError for anything else.
    """
    words = text.casefold().replace("–", "-").split()
    if not words:
        raise ValueError(text)
    weekday = DAYS[words.pop(0)] if words[0] in DAYS else None
    since, until = time.min, time.max
    if words and (part := words[0].removesuffix("s")) in PARTS:
        first, last = PARTS[part]
        since, until = time(first), time(last) if last < 24 else time.max
        words.pop(0)
    if words and words[0] in AFTER:
        since = _at(_joined(words[1:]))
    elif words and words[0] in BEFORE:
        until = _at(_joined(words[1:]))
    elif words:
        begins, _, ends = _joined(words).partition("-")
        half = ends[-2:] if ends[-2:] in ("am", "pm") else ""
        since = _at(begins, half)
        until = _at(ends) if ends else _hour_later(since)
        if half and since >= until:
            since = _at(begins, "am")  # 9-1 PM
    if since >= until:
        raise ValueError(text)
    return Time(weekday, since, until)


def _joined(words: list[str]) -> str:
    return "".join(words).replace(".", "")


def _at(text: str, half: str = "") -> time:
    """A time of day; `half` is "am" or "pm" where the text itself says neither."""
    found = CLOCK.fullmatch(text)
    if not found or not (found[2] or found[3] or half):
        raise ValueError(text)
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3] or half
    if half and not 1 <= hour <= 12:
        raise ValueError(text)
    return time(hour % 12 + 12 * (half == "pm") if half else hour, minute)


def _hour_later(at: time) -> time:
    return at.replace(hour=at.hour + 1) if at.hour < 23 else time.max


@dataclass(frozen=True)
class Place:
    """A clinician's time that came free. `service` is empty where it was entered by hand: any of the clinician's."""

    clinician: int
    at: datetime
    service: str = ""
    client: int | None = None


@dataclass(frozen=True)
class Wish:
    """A client who would come sooner. `next_at` is the visit they have; `covered` whether the insurance is known to
    be active, `portal` whether the portal works, `elsewhere` whether another clinician could see them at all."""

    entry: int
    client: int
    clinician: int
    service: str
    times: tuple[str, ...]
    added_on: date
    next_at: datetime | None
    covered: bool
    portal: bool
    elsewhere: bool = False


@dataclass(frozen=True)
class Fit:
    """One who fits a place, with the reasons; the smaller the order, the better."""

    wish: Wish
    reasons: tuple[str, ...]
    order: tuple[int, bool, int, date, int]


def fit(place: Place, wish: Wish) -> Fit | None:
    """Why a freed place fits a client; None where it does not.

    It does not fit who cancelled it, who can never come then, whose own visit is not later, or who sees another
    clinician and cannot be seen by this one.
    """
    same = wish.clinician == place.clinician
    if wish.client == place.client or (wish.next_at is not None and wish.next_at <= place.at):
        return None
    service = not place.service or wish.service == place.service
    if not same and not (service and wish.elsewhere):
        return None
    when = _when(place.at, wish.times)
    if when is None:
        return None
    near = 0 if same and service else 1 if same else 2
    reasons = [
        ("same clinician and service", "same clinician, another service", "another clinician: ask first")[near],
        when,
        f"waits since {wish.added_on:%b %-d}",
        f"next visit {wish.next_at:%b %-d}" if wish.next_at else "no visit booked",
    ]
    if not wish.covered:
        reasons.append("check the insurance first")
    if not wish.portal:
        reasons.append("portal not active")
    lacking = (not wish.covered) + (not wish.portal)
    return Fit(wish, tuple(reasons), (near, not wish.times, lacking, wish.added_on, wish.entry))


def _when(at: datetime, times: tuple[str, ...]) -> str | None:
    """What of the times holds the moment, in words; None where none does. Who named no time can always come."""
    if not times:
        return "named no times"
    held = next((text for text in times if parse(text).holds(at)), None)
    return f"can come {held}" if held else None


def best(place: Place, wishes: Iterable[Wish]) -> list[Fit]:
    """Who fits: the same clinician and service first, then times that were named, then nothing lacking, then the
    longest wait."""
    return sorted((found for wish in wishes if (found := fit(place, wish))), key=lambda found: found.order)
