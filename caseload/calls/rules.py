"""Whom the front desk rings, and why: the visits ahead, and the clients who are in contact but unseen (S3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import TextChoices

from lwg_intake.records.rules import ContactOutcome, Coverage


class About(TextChoices):
    """What a call of the list is about. The label is the reason kept in the interaction log."""

    REMINDER = "reminder", "Reminder"
    SCHEDULING = "scheduling", "Scheduling"
    SOONER = "sooner", "Earlier visit offered"


# What a call can come to, one button each.
OUTCOMES = (
    ContactOutcome.REACHED,
    ContactOutcome.VOICEMAIL,
    ContactOutcome.NO_ANSWER,
    ContactOutcome.WRONG_NUMBER,
)
# A reminder is given once the client knows, or can hear it.
REMINDED = (ContactOutcome.REACHED, ContactOutcome.VOICEMAIL)


class Why(TextChoices):
    """What a visit ahead asks of the desk."""

    REMIND = "remind", "Remind"
    LIKELY = "likely", "Likely to miss"
    INSURANCE = "insurance", "Insurance"
    FORMS = "forms", "Forms"


@dataclass(frozen=True)
class Callee:
    """Whom to ring. A minor's caregiver, not the minor; `told` says so, or what is missing."""

    name: str
    phone: str
    told: str = ""

    @property
    def party(self) -> str:
        """As the interaction log names them."""
        return f"{self.name}, {self.told}" if self.told else self.name


@dataclass(frozen=True)
class Cover:
    """The insurance in force, as far as the desk has to check it."""

    active: str
    verified_on: date | None


@dataclass(frozen=True)
class Ahead:
    """What is known of a visit ahead. Misses count since this assignment began; `quiet_since` is the latest of the
    last visit kept, the last contact and the assignment's start; `forms` are those not signed."""

    today: date
    now: datetime
    starts_at: datetime
    misses: int
    since: date | None
    missed_last_on: date | None
    quiet_since: date | None
    reminded: bool
    cover: Cover | None
    self_pays: bool
    forms: tuple[str, ...]


def last_day(today: date) -> date:
    """The next working day: the list reaches to its end. A Friday's holds the weekend and Monday."""
    day = today + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def callee(name: str, phone: str, minor: bool, guardian: str, guardian_phone: str) -> Callee:
    """The client; for a minor the guardian, with the number (S3: the primary caregiver is part of scheduling)."""
    if not minor:
        return Callee(name, phone)
    if guardian and guardian_phone:
        return Callee(guardian, guardian_phone, f"for {name}, a minor")
    return Callee(guardian or name, phone, "minor: no guardian's number on record, ask for the caregiver")


def asks(visit: Ahead, numbers: Mapping[str, int]) -> dict[Why, list[str]]:
    """What a visit ahead asks of the desk, each with its reasons. Empty when nothing."""
    found = {
        Why.REMIND: remind(visit, numbers),
        Why.LIKELY: likely_to_miss(visit, numbers),
        Why.INSURANCE: insurance(visit, numbers),
        Why.FORMS: [", ".join(visit.forms[:3]) + (f" and {len(visit.forms) - 3} more" if visit.forms[3:] else "")]
        if visit.forms
        else [],
    }
    return {why: reasons for why, reasons in found.items() if reasons}


def remind(visit: Ahead, numbers: Mapping[str, int]) -> list[str]:
    """A personal reminder, 24 hours or less before (S3, R22), until one reached the client or their voicemail."""
    due = timedelta(0) <= visit.starts_at - visit.now <= timedelta(hours=numbers["reminder_hours"])
    return ["not reminded yet"] if due and not visit.reminded else []


def likely_to_miss(visit: Ahead, numbers: Mapping[str, int]) -> list[str]:
    """Missed the last visit, or so many since the assignment began, or long neither seen nor heard of."""
    reasons = []
    if visit.missed_last_on:
        reasons.append(f"missed the last visit, {visit.missed_last_on:%b %-d}")
    if visit.misses >= numbers["likely_misses"]:
        since = f" since {visit.since:%b %Y}" if visit.since else ""
        reasons.append(f"{visit.misses} missed{since}")
    if visit.quiet_since and (days := (visit.today - visit.quiet_since).days) >= numbers["inactive_days"]:
        reasons.append(f"neither seen nor in contact for {days} days")
    return reasons


def insurance(visit: Ahead, numbers: Mapping[str, int]) -> list[str]:
    """No insurance on record, one that is not known to be active, or a check that is old. Self-pay needs none."""
    if visit.self_pays:
        return []
    if visit.cover is None:
        return ["none on record"]
    if visit.cover.active == Coverage.NO:
        return ["not active"]
    if visit.cover.verified_on is None:
        return ["never checked"]
    age = (visit.today - visit.cover.verified_on).days
    if age > numbers["verification_days"]:
        return [f"checked {age} days ago"]
    return ["not known whether active"] if visit.cover.active == Coverage.UNKNOWN else []
