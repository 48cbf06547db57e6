"""The practice's calendar: a day is a day where the practice is, and months are calendar months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.dates import Age
from lwg_intake.records.models import Client
from tests.factories.records import ClientFactory


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2028, 2, 29), 48, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 6, date(2026, 6, 30)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_are_calendar_months_and_end_where_the_month_ends(day, months, before):
    assert dates.months_before(day, months) == before


# Intake for a return: 12 months, that day included. For a reassignment: 6, that day excluded.
RETURN, REASSIGNMENT = Age(12, on_the_day=True), Age(6, on_the_day=False)


@pytest.mark.parametrize(
    ("age", "last", "today", "due"),
    [
        (RETURN, date(2025, 11, 23), date(2026, 11, 22), False),
        (RETURN, date(2025, 11, 22), date(2026, 11, 22), True),
        (RETURN, date(2025, 11, 21), date(2026, 11, 22), True),
        (RETURN, date(2024, 2, 29), date(2025, 2, 27), False),
        (RETURN, date(2024, 2, 28), date(2025, 2, 28), True),
        (RETURN, date(2024, 2, 29), date(2025, 3, 1), True),
        (REASSIGNMENT, date(2026, 5, 22), date(2026, 11, 22), False),
        (REASSIGNMENT, date(2026, 5, 21), date(2026, 11, 22), True),
        (REASSIGNMENT, date(2026, 2, 28), date(2026, 8, 31), False),
        (REASSIGNMENT, date(2026, 2, 27), date(2026, 8, 31), True),
        (RETURN, None, date(2026, 11, 22), True),
    ],
)
def test_an_age_is_reached_on_its_day_and_not_before(age, last, today, due):
    assert age.is_due(last, today) is due


@pytest.mark.django_db
@pytest.mark.parametrize("age", [RETURN, REASSIGNMENT])
def test_the_database_judges_every_day_of_three_years_as_python_does(age):
    """Intakes around each cutoff, leap day included, asked for on the days where months differ in length."""
    lasts = [date(2023, 8, 25) + timedelta(days=n) for n in range(200)] + [None]
    clients = {client.pk: client for client in ClientFactory.create_batch(len(lasts))}
    for client, last in zip(clients.values(), lasts, strict=True):
        client.last_intake_on = last
    Client.objects.bulk_update(clients.values(), ["last_intake_on"])
    for today in (date(2024, 2, 28), date(2024, 2, 29), date(2024, 8, 31), date(2025, 2, 28), date(2025, 3, 1)):
        found = set(Client.objects.filter(age.due("last_intake_on", today)).values_list("pk", flat=True))
        assert found == {pk for pk, client in clients.items() if age.is_due(client.last_intake_on, today)}


def test_late_in_the_evening_it_is_still_today(monkeypatch):
    """At 23:30 in New York it is the next day in Greenwich already."""
    late = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert dates.today() == dates.day_of(late) == date(2026, 11, 22)
    assert dates.local(late).hour == 23


def test_a_day_begins_at_the_practices_midnight_in_summer_and_winter():
    for utc in (datetime(2026, 7, 1, 4, 0, tzinfo=UTC), datetime(2026, 12, 1, 5, 0, tzinfo=UTC)):
        assert dates.day_of(utc) == utc.date()
        assert dates.day_of(utc - timedelta(seconds=1)) == utc.date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("dob", "day", "years"),
    [
        (date(2008, 11, 22), date(2026, 11, 21), 17),
        (date(2008, 11, 22), date(2026, 11, 22), 18),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_one_is_a_year_older_on_the_birthday(dob, day, years):
    assert dates.age_on(dob, day) == years


def test_what_is_kept_as_text_is_told_as_one_says_it():
    assert (dates.told("1988-03-07"), dates.told(""), dates.told("soon")) == ("Mar 7, 1988", "", "soon")
    assert (dates.told_time("16:05"), dates.told_time("00:05:00"), dates.told_time("")) == ("4:05 PM", "12:05 AM", "")
