"""Which visit on record a row of a report is, and what it changes of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lwg_intake.records.models import Appointment
from tests.factories.access import UserFactory
from tests.factories.records import AppointmentFactory
from tests.imports import reports
from tests.imports.test_foreign import brought, checked, figures

HERE = ZoneInfo("America/New_York")


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"])
    client.force_login(user)
    return user


def visits(*rows):
    """Day, or day and time, and what became of it."""
    table = [["Client", "DOB", "Clinician", "Date of visit", "Attendance"]]
    return reports.as_csv([*table, *(["Ada Brightwater", "3/7/1988", "Naomi Clarke", *row] for row in rows)])


@pytest.fixture
def known(client, admin, ada, naomi):
    """The columns of such a file have been said."""
    run = checked(client, "v.csv", visits())
    said = {"makes": "appointments", "client": "0", "dob": "1", "clinician": "2", "date": "3", "state": "4"}
    client.post(f"/imports/files/{run.files.get().pk}/columns/", said)


def booked(ada, naomi, hour, minute=0, **also):
    at = datetime(2026, 3, 2, hour, minute, tzinfo=HERE)
    return AppointmentFactory(client=ada, clinician=naomi, starts_at=at, **also)


def states():
    return list(Appointment.objects.order_by("starts_at").values_list("state", flat=True))


def reasons(run):
    return [row["reason"] for row in run.files.get().listed]


def test_of_two_visits_of_a_day_none_is_taken_by_guess_where_no_hour_is_told(client, known, ada, naomi):
    booked(ada, naomi, 9, state="no_show")
    booked(ada, naomi, 15, state="unresolved")
    run = brought(client, "v.csv", visits(["3/2/2026", "Show"]))
    assert figures(run) == (0, 0, 0, 1) and states() == ["no_show", "unresolved"]
    assert reasons(run)[0].startswith("2 visits to this clinician are on record in that day, and the row does not")
    assert figures(brought(client, "v.csv", visits(["3/2/2026", ""]))) == (0, 0, 1, 0)
    brought(client, "v.csv", visits(["3/2/2026 3 PM", "Show"]))
    assert states() == ["no_show", "kept"]


def test_of_two_visits_of_an_hour_it_is_the_one_at_the_minute(client, known, ada, naomi):
    booked(ada, naomi, 9, state="unresolved")
    booked(ada, naomi, 9, 30, state="unresolved")
    brought(client, "v.csv", visits(["3/2/2026 9:30 AM", "No show"]))
    assert states() == ["unresolved", "no_show"]


def test_a_visit_that_went_in_without_its_time_takes_it_from_the_next_file(client, known):
    brought(client, "v.csv", visits(["3/2/2026", "Show"]))
    assert figures(brought(client, "v.csv", visits(["3/2/2026 9:00 AM", ""]))) == (0, 1, 0, 0)
    visit = Appointment.objects.get()
    assert visit.starts_at.astimezone(HERE).hour == 9 and visit.state == "kept"
    for again in ("3/2/2026 9:00 AM", "3/2/2026"):
        assert figures(brought(client, "v.csv", visits([again, "Show"]))) == (0, 0, 1, 0)


def test_a_visit_without_its_time_is_neither_of_two_of_its_day(client, known):
    brought(client, "v.csv", visits(["3/2/2026", "Show"]))
    assert figures(brought(client, "v.csv", visits(["3/2/2026 9 AM", ""], ["3/2/2026 3 PM", ""]))) == (2, 0, 0, 0)


def test_a_second_row_of_a_visit_that_alone_tells_its_attendance_is_not_lost(client, known):
    rows = visits(["3/2/2026 9 AM", ""], ["3/2/2026 9 AM", "No show"])
    run = brought(client, "v.csv", rows)
    assert figures(run) == (1, 0, 0, 1) and "does not tell what became of it" in reasons(run)[0]
    back = client.get(f"/imports/files/{run.files.get().pk}/rejected/").content
    assert figures(brought(client, "corrected.csv", back)) == (0, 1, 0, 0) and states() == ["no_show"]


def test_a_day_that_is_past_is_not_scheduled_any_more(client, known):
    brought(client, "v.csv", visits(["3/2/2020 9 AM", "Scheduled"], ["3/2/2099 9 AM", "Scheduled"]))
    assert states() == ["unresolved", "scheduled"]
