"""What one cell may hold. Each kind says it in words, reads it, and refuses with a sentence meant for staff."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices

from lwg_intake.imports.moments import YEARS
from lwg_intake.records.rules import AgeRange

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
MONEY = re.compile(r"-?\d{1,8}(\.\d{1,2})?")


@dataclass(frozen=True)
class Kind:
    """One kind of cell. `read` gets the trimmed text, never empty, and raises ValueError with the reason.

    `empty` is what an empty cell means: unknown, in the form the record keeps it.
    """

    says: str
    read: Callable[[str], Any]
    empty: Any = None


def text(most: int) -> Kind:
    """Text of at most so many characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise ValueError(f"This has {len(cell)} characters; at most {most} fit.")
        return cell

    return Kind(f"text, at most {most:,} characters", read, "")


def _state(cell: str) -> str:
    if len(cell) > 20:
        raise ValueError("This is no state: write it like MD.")
    return cell.upper() if len(cell) == 2 else cell


def _email(cell: str) -> str:
    try:
        validate_email(cell)
    except ValidationError:
        raise ValueError("This is no e-mail address: write it like name@example.com.") from None
    if len(cell) > 254:
        raise ValueError("An e-mail address has at most 254 characters.")
    return cell


@lru_cache(maxsize=50_000)
def _day(cell: str) -> date:
    try:
        day = date.fromisoformat(cell) if DAY.fullmatch(cell) else None
    except ValueError:
        raise ValueError("There is no such day in the calendar.") from None
    if day is None:
        raise ValueError("This is no date: write it as year-month-day, like 2026-03-31.")
    _possible(day)
    return day


def _possible(day: date) -> None:
    if day.year not in YEARS:
        raise ValueError(f"This lies outside the years {YEARS[0]} to {YEARS[-1]}: correct the year.")


@lru_cache(maxsize=1)
def _practice_zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _moment(cell: str) -> datetime:
    try:
        at = datetime.fromisoformat(cell) if MOMENT.fullmatch(cell) else None
    except ValueError:
        at = None
    if at is None:
        raise ValueError("This is no time: write it like 2026-03-31T14:30, or with a zone, 2026-03-31T14:30-04:00.")
    _possible(at)
    return (at if at.tzinfo else at.replace(tzinfo=_practice_zone(settings.TIME_ZONE))).astimezone(UTC)


def _money(cell: str) -> Decimal:
    if not MONEY.fullmatch(cell):
        raise ValueError("This is no amount in dollars: write it like 120.50, without a sign for the dollar.")
    return Decimal(cell).quantize(Decimal("0.01"))


def _fees(cell: str) -> Decimal:
    amount = _money(cell)
    if amount < 0:
        raise ValueError("Fees cannot be less than zero.")
    return amount


def number(least: int, most: int, empty: int | None = None) -> Kind:
    """A whole number, both ends included."""

    def read(cell: str) -> int:
        if not cell.isascii() or not cell.isdigit() or len(cell) > 9 or not least <= int(cell) <= most:
            raise ValueError(f"This is no whole number from {least} to {most}.")
        return int(cell)

    return Kind(f"a whole number from {least} to {most}", read, empty)


def _yes_no(cell: str) -> bool:
    try:
        return {"yes": True, "no": False}[cell.casefold()]
    except KeyError:
        raise ValueError("Write yes or no, or leave it empty when it is not known.") from None


def choice(choices: type[TextChoices], empty: str = "") -> Kind:
    """One of the field's own words, in capitals or not."""
    values = {value.casefold(): value for value in choices.values}
    listed = ", ".join(choices.values)

    def read(cell: str) -> str:
        try:
            return values[cell.casefold()]
        except KeyError:
            raise ValueError(f"This is not one of {listed}.") from None

    return Kind(listed, read, empty)


def several(one: Kind) -> Kind:
    """Several values of one kind, separated by ";". Said twice counts once."""

    def read(cell: str) -> list[Any]:
        return list(dict.fromkeys(one.read(part) for part in map(str.strip, cell.split(";")) if part))

    return Kind(f"several, separated by “;”, each: {one.says}", read, [])


def _ages(cell: str) -> str:
    try:
        ages = AgeRange.parse(cell)
    except ValueError:
        ages = None
    if ages is None or not 0 <= ages.least <= ages.most:
        raise ValueError("These are no ages: write them like 13-17 or 18+.")
    return cell


def _payer(cell: str) -> str:
    payer, at, state = (part.strip() for part in cell.partition("@"))
    if not payer or (at and not state) or len(cell) > 120:
        raise ValueError("This is no payer: write Cigna, or CareFirst BCBS@MD when it is taken in that state only.")
    return f"{payer}@{state.upper()}" if at else payer


STATE = Kind("a state, such as MD", _state, "")
EMAIL = Kind("an e-mail address", _email, "")
DATE = Kind("a date, such as 2026-03-31", _day)
MOMENT_KIND = Kind("a time, such as 2026-03-31T14:30 (practice time) or 2026-03-31T14:30-04:00", _moment)
DOLLARS = Kind("dollars, such as 120.50", _money)
FEES = Kind("dollars, such as 120.50, not below zero", _fees)
YES_NO = Kind("yes, no", _yes_no)
AGES = Kind("ages, such as 13-17 or 18+", _ages)
PAYER = Kind("a payer, such as Cigna, or CareFirst BCBS@MD when taken in that state only", _payer)
