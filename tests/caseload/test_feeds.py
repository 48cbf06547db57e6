"""The calendar feed: secret, revocable, valid, and with nothing about a client in it."""

from datetime import date

import pytest
from django.test import Client as Browser
from icalendar import Calendar

from caseload.feeds import actions, selectors
from caseload.feeds.selectors import first_weekday
from caseload.models import CalendarFeed
from lwg_intake.access.models import User
from lwg_intake.audit.models import Event
from lwg_intake.errors import NotAllowed, NotThere, Stale
from tests.caseload import deeds
from tests.caseload.deeds import Practice, suggested
from tests.caseload.practice import number
from tests.pages import signed_in, words


@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


def path(feed: CalendarFeed) -> str:
    return "/calendar/" + selectors.address(feed).rpartition("/calendar/")[2]


def test_a_calendar_opens_the_feed_without_signing_in(practice: Practice) -> None:
    who = suggested(practice, client__last_name="Secretname")
    answer = Browser().get(path(actions.make(by=practice.osei)))
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    assert "Secretname" not in text and who.client.ref not in text and "Set-Cookie" not in answer
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["summary"] == "Review your caseload" and event["url"].endswith("/caseload/")
    assert event["rrule"]["FREQ"] == ["MONTHLY"] and event["rrule"]["INTERVAL"] == [1]


def test_the_feed_keeps_to_the_standard(practice: Practice) -> None:
    text = selectors.calendar(actions.make(by=practice.osei)).decode()
    lines = text.split("\r\n")
    assert "\n" not in text.replace("\r\n", "") and all(len(line.encode()) <= 75 for line in lines)
    assert [lines[0], lines[-2], lines[-1]] == ["BEGIN:VCALENDAR", "END:VCALENDAR", ""]
    for name in ("PRODID:", "VERSION:2.0", "UID:", "DTSTAMP:", "DTSTART;VALUE=DATE:", "RRULE:"):
        assert any(line.startswith(name) for line in lines), name


def test_the_same_feed_says_the_same_twice_and_how_often_is_the_practices_number(practice: Practice) -> None:
    feed = actions.make(by=practice.osei)
    assert selectors.calendar(feed) == selectors.calendar(feed)
    number("roster_review_months", 3)
    assert b"INTERVAL=3" in selectors.calendar(feed)


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 11, 22), date(2026, 11, 2)),  # the first is a Sunday
        (date(2026, 8, 31), date(2026, 8, 3)),  # a Saturday
        (date(2026, 12, 1), date(2026, 12, 1)),
        (date(2026, 5, 20), date(2026, 5, 1)),  # a Friday
    ],
)
def test_the_review_is_on_the_first_weekday_of_the_month(day: date, first: date) -> None:
    assert first_weekday(day) == first


def test_a_wrong_or_revoked_address_is_not_there(practice: Practice) -> None:
    first = actions.make(by=practice.osei)
    second = actions.make(by=practice.osei)
    good = path(second)
    token = good.removeprefix("/calendar/").removesuffix(".ics")
    key, _, signature = token.partition(".")
    tampered = [
        path(first), f"/calendar/{key}.ics", f"/calendar/{key}.{signature[:-2]}xx.ics", "/calendar/x.ics",
        f"/calendar/{'0' * 32}.{signature}.ics", f"/calendar/{token.upper()}.ics", "/calendar/%00.ics",
    ]  # fmt: skip
    for address in tampered:
        assert Browser().get(address).status_code in (404, 422), address
    assert Browser().get(good).status_code == 200
    assert Browser().post(good).status_code in (403, 405)
    actions.revoke(by=practice.osei)
    assert Browser().get(good).status_code == 404


def test_an_account_that_is_closed_or_changed_has_no_feed(practice: Practice) -> None:
    feed = actions.make(by=practice.osei)
    User.objects.filter(pk=practice.osei.pk).update(is_active=False)
    assert Browser().get(path(feed)).status_code == 404
    User.objects.filter(pk=practice.osei.pk).update(is_active=True, roles=["csr"])
    with pytest.raises(NotThere):
        selectors.open_feed(path(feed).removeprefix("/calendar/").removesuffix(".ics"))


def test_one_address_at_a_time_and_each_deed_is_on_record(practice: Practice) -> None:
    actions.make(by=practice.osei)
    actions.make(by=practice.osei)
    assert CalendarFeed.objects.filter(revoked_at__isnull=True).count() == 1
    actions.revoke(by=practice.osei)
    with pytest.raises(Stale):
        actions.revoke(by=practice.osei)
    with pytest.raises(NotAllowed):
        actions.make(by=practice.casey)
    verbs = Event.objects.filter(verb__startswith="calendar").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["calendar.made", "calendar.revoked", "calendar.made", "calendar.revoked"]


def test_the_page_makes_shows_and_revokes(practice: Practice) -> None:
    browser = signed_in(practice.osei)
    assert "You have no calendar address" in words(browser.get("/caseload/calendar/"))
    page = browser.post("/caseload/calendar/", {"do": "make"}, follow=True)
    feed = CalendarFeed.objects.get()
    assert selectors.address(feed) in words(page) and "no-store" in page["Cache-Control"]
    assert selectors.address(feed) in words(browser.get("/caseload/calendar/"))
    assert "Revoked" in words(browser.post("/caseload/calendar/", {"do": "revoke"}, follow=True))
    again = browser.post("/caseload/calendar/", {"do": "revoke"}, follow=True)
    assert again.status_code == 409


def test_what_stands_in_the_database_opens_nothing(practice: Practice) -> None:
    feed = actions.make(by=practice.osei)
    assert Browser().get(f"/calendar/{feed.key.hex}.ics").status_code == 404
