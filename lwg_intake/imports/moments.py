"""Days and times as other systems write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from lwg_intake import dates

EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day has no zone
# In one word, and in three.
DAYS = (
    "%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m-%d-%y", "%Y/%m/%d", "%d-%b-%Y", "%d-%b-%y",
)  # fmt: skip
WRITTEN = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[.,]? ", re.IGNORECASE)
TIMES = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%I %p", "%I%p")
HALF = re.compile(r"([AP])\.M\.?")
UNTIL = re.compile(r" *[-–—] *| TO ")
HALVED = re.compile(r"\d{1,2}(?::\d\d){0,2} ?([AP]M)")
# With its zone. Without seconds or the T it may as well be a span of time: 09:00-10:00.
ZONED = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d|[T ]\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:Z|[+-]\d\d:?\d\d)")
YEARS = range(1900, 2200)
HALF_A_MINUTE = timedelta(seconds=30)
SERIAL = re.compile(r"\d{4,5}(\.\d+)?")


def day_of(text: str) -> date | None:
    """A birth date in any usual notation, a spreadsheet's number included. Raises ValueError for what is none."""
    if not text.strip():
        return None
    today = dates.today()
    day, _, has_century = _moment(text, "")
    if day > today and not has_century:
        day = day.replace(year=day.year - 100)
    if day > today:
        raise ValueError(f"“{text.strip()[:40]}” lies in the future, where nobody is born yet: correct the date.")
    return day


def moment_of(text: str, clock: str = "") -> tuple[date, time | None]:
    """A day, and its time if one is told. Raises ValueError with the reason."""
    day, at, _ = _moment(text, clock)
    return day, at


def to_the_minute(at: datetime) -> datetime:
    """A spreadsheet's time, which is a part of a day and may lie a little beside its minute."""
    return (at + HALF_A_MINUTE).replace(second=0, microsecond=0)


# A report names the same days and times over and over, and strptime is slow.
@lru_cache(maxsize=20_000)
def _moment(text: str, clock: str) -> tuple[date, time | None, bool]:
    """The day, the time, and whether the year was written in full."""
    text, clock = " ".join(text.split()), " ".join(clock.split())
    if not text:
        raise ValueError("The date is empty.")
    if SERIAL.fullmatch(text):
        if text.isdigit() and int(text) in YEARS:
            raise ValueError(f"“{text}” is a year alone: write the whole date, like 2026-03-31 or 3/31/2026.")
        serial = to_the_minute(EXCEL_BEGINS + timedelta(days=float(text)))
        return serial.date(), serial.time() if "." in text else _clock(clock), True
    if ZONED.fullmatch(text):
        try:
            here = dates.local(datetime.fromisoformat(text.replace(" ", "T", 1).replace(" ", "")))
        except (ValueError, OverflowError):
            raise ValueError(_no_date(text)) from None
        return _possible(here.date(), text), here.time(), True
    plainer = re.sub(r"(?<=\d)T(?=\d)", " ", WEEKDAY.sub("", text, count=1) if WEEKDAY.match(text) else text)
    words = re.sub(r"[,.](?=\s|$)|(?<=\d),", " ", plainer).split()
    for parts, forms in ((1, DAYS), (3, WRITTEN)):
        day, rest = " ".join(words[:parts]), " ".join(words[parts:])
        for form in forms:
            try:
                found = datetime.strptime(day, form).date()  # noqa: DTZ007
            except ValueError:
                continue
            return _possible(found, day), _clock(rest or clock), form[-1] == "Y" or form.startswith("%Y")
    raise ValueError(_no_date(text))


def _no_date(text: str) -> str:
    return f"“{text[:40]}” is no date: write it like 2026-03-31 or 3/31/2026."


def _possible(day: date, written: str) -> date:
    if day.year not in YEARS:
        raise ValueError(f"“{written}” lies outside the years {YEARS[0]} to {YEARS[-1]}: correct the year.")
    return day


@lru_cache(maxsize=2_000)
def _clock(text: str) -> time | None:
    """The time at which a span begins, or the time alone: of 1:00-1:50 PM both are in the afternoon."""
    begin, *end = UNTIL.split(HALF.sub(r"\1M", text.upper()), maxsplit=1)
    if not begin.strip():
        return None
    half = HALVED.fullmatch(end[0].strip()) if end else None
    if half is None or HALVED.fullmatch(begin.strip()):
        return _time(begin.strip())
    same, other = (half[1], "AM" if half[1] == "PM" else "PM")
    starts = _time(f"{begin.strip()} {same}")
    return starts if starts <= _time(end[0].strip()) else _time(f"{begin.strip()} {other}")


def _time(text: str) -> time:
    for form in TIMES:
        try:
            return datetime.strptime(text, form).time()  # noqa: DTZ007
        except ValueError:
            continue
    raise ValueError(f"“{text[:40]}” is no time: write it like 14:30 or 2:30 PM.")
