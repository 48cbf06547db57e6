"""Days and times as other systems write them. No database."""

import re
from datetime import date, time

import pytest

from lwg_intake import dates
from lwg_intake.imports.moments import day_of, moment_of

DAY = date(2026, 12, 9)


@pytest.mark.parametrize(
    "text",
    ["2026-12-09", "12/9/2026", "12/9/26", "12-9-26", "2026/12/09", "9-Dec-26", "9-DEC-2026", "Dec 9, 2026",
     "DECEMBER 9, 2026", "Dec. 9 2026", "9 Dec 2026", "Wed, Dec 9, 2026", "Wednesday 12/9/2026", "46365"],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_notation(text):
    assert moment_of(text) == (DAY, None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("12/9/2026 2:30 PM", time(14, 30)),
        ("12/9/2026, 2:30 p.m.", time(14, 30)),
        ("Dec 9, 2026 9am", time(9)),
        ("2026-12-09T14:30:00.000", time(14, 30)),
        ("2026-12-09T19:30:00Z", time(14, 30)),
        ("2026-12-09 11:30:00-08:00", time(14, 30)),
        ("2026-12-09 09:00-10:00", time(9)),
        ("46365.375", time(9)),
    ],
)
def test_a_time_is_read_in_every_usual_notation_and_with_its_zone_as_the_practice_has_it(text, at):
    assert moment_of(text) == (DAY, at)


@pytest.mark.parametrize(
    ("clock", "at"),
    [
        ("1:00-1:50 PM", time(13)),
        ("1:00 PM - 1:50 PM", time(13)),
        ("9:00 – 9:50 am", time(9)),
        ("11:30-12:20 PM", time(11, 30)),
        ("11 AM to 1 PM", time(11)),
        ("13:00-13:50", time(13)),
    ],
)
def test_a_span_of_time_begins_in_the_half_of_the_day_that_its_end_names(clock, at):
    assert moment_of("12/9/2026", clock) == moment_of(f"12/9/2026 {clock}") == (DAY, at)


def test_a_visit_to_come_with_a_short_year_is_not_a_hundred_years_past_and_a_birth_date_is(monkeypatch):
    monkeypatch.setattr(dates, "today", lambda: date(2026, 11, 26))
    assert moment_of("12/9/26 3:00 PM") == (DAY, time(15))
    assert day_of("12/9/26") == day_of("9-Dec-26") == date(1926, 12, 9)
    assert day_of("8/11/97") == date(1997, 8, 11)
    with pytest.raises(ValueError, match="^“12/9/2026” lies in the future, where nobody is born yet"):
        day_of("12/9/2026")


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("", "The date is empty."),
        ("soon", "“soon” is no date: write it like 2026-03-31 or 3/31/2026."),
        ("31/12/2026", "“31/12/2026” is no date: write it like 2026-03-31 or 3/31/2026."),
        ("1988", "“1988” is a year alone: write the whole date, like 2026-03-31 or 3/31/2026."),
        ("2999-01-01", "“2999-01-01” lies outside the years 1900 to 2199: correct the year."),
        ("01/01/0001", "“01/01/0001” lies outside the years 1900 to 2199: correct the year."),
        ("3/2/2026 noonish", "“NOONISH” is no time: write it like 14:30 or 2:30 PM."),
        ("2026-13-09T14:30:00Z", "“2026-13-09T14:30:00Z” is no date: write it like 2026-03-31 or 3/31/2026."),
    ],
)
def test_a_day_that_cannot_be_used_is_told_from_what_is_none(day, reason):
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        moment_of(day)
