"""The backfill list: who waits to come sooner, which places came free, and who fits them best."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from caseload.backfill import actions, selectors
from caseload.backfill.rules import Place, Wish, best, fit, parse
from caseload.models import BackfillEntry, FreedPlace
from lwg_intake import dates
from lwg_intake.audit.models import Event
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.records.models import Contact
from tests.caseload import deeds
from tests.caseload.deeds import Practice, assigned
from tests.factories.caseload import BackfillEntryFactory, FreedPlaceFactory
from tests.factories.records import AppointmentFactory, AssignmentFactory, InsurancePolicyFactory
from tests.pages import signed_in, words

TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
PLACE = Place(clinician=1, at=TUESDAY, service="therapy", client=99)


def wish(**given: Any) -> Wish:
    return Wish(
        **{
            "entry": 1, "client": 1, "clinician": 1, "service": "therapy", "times": (), "added_on": date(2026, 11, 1),
            "next_at": TUESDAY + timedelta(days=7), "covered": True, "portal": True,
        } | given
    )  # fmt: skip


# --- The rules ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "at", "can"),
    [
        ("Tue", TUESDAY, True),
        ("tuesdays", TUESDAY, True),
        ("Wed", TUESDAY, False),
        ("Tue 10:00", TUESDAY, True),
        ("Tue 9:00", TUESDAY.replace(hour=9, minute=59), True),
        ("Tue 9:00", TUESDAY, False),
        ("Tue 9:00-10:00", TUESDAY, False),
        ("Tue 10:00-12:00", TUESDAY, True),
        ("mornings", TUESDAY.replace(hour=11, minute=59), True),
        ("mornings", TUESDAY.replace(hour=12), False),
        ("afternoon", TUESDAY.replace(hour=12), True),
        ("Tue evenings", TUESDAY.replace(hour=17), True),
        ("evenings", TUESDAY.replace(hour=16, minute=59), False),
        ("23:00", TUESDAY.replace(hour=23, minute=30), True),
    ],
)
def test_a_time_holds_from_its_beginning_to_before_its_end(text: str, at: datetime, can: bool) -> None:
    assert parse(text).holds(at) is can


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Tue 4:05 PM", time(16, 5), time(17, 5)),
        ("4 p.m.", time(16), time(17)),
        ("Thu 3-6 PM", time(15), time(18)),
        ("9 - 1pm", time(9), time(13)),
        ("11 AM-12:30 PM", time(11), time(12, 30)),
        ("12 am", time(0), time(1)),
        ("Thu 3–6 PM", time(15), time(18)),
        ("Tue after 5 PM", time(17), time.max),
        ("evenings after 18:00", time(18), time.max),
        ("mornings before 10 a.m.", time(0), time(10)),
        ("until 2:30 PM", time(0), time(14, 30)),
    ],
)
def test_a_time_is_read_as_americans_write_it(text: str, since: time, until: time) -> None:
    read = parse(text)
    assert (read.since, read.until) == (since, until)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Monet",
        "soon",
        "25:00",
        "Tue 12:00-10:00",
        "-10:00",
        "Tue 10",
        "Tue Wed",
        "13 PM",
        "0 am",
        "4 xm",
        "4-PM",
        "after 5",
        "after",
        "before 12 am",
    ],
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


@pytest.mark.parametrize(
    "given",
    [
        {"client": 99},
        {"next_at": TUESDAY},
        {"next_at": TUESDAY - timedelta(hours=1)},
        {"times": ("Wed", "evenings")},
        {"clinician": 2},
        {"clinician": 2, "elsewhere": True, "service": "couples"},
    ],
)
def test_who_does_not_fit(given: dict[str, Any]) -> None:
    assert fit(PLACE, wish(**given)) is None


def test_the_best_come_first_and_say_why() -> None:
    fits = best(
        PLACE,
        [
            wish(entry=1, clinician=2, elsewhere=True),
            wish(entry=2, service="couples"),
            wish(entry=3, added_on=date(2026, 11, 2)),
            wish(entry=4, added_on=date(2026, 10, 2)),
            wish(entry=5, covered=False),
            wish(entry=6, times=("Tue 10:00",), added_on=date(2026, 11, 20)),
            wish(entry=7, next_at=None, portal=False),
        ],
    )
    assert [found.wish.entry for found in fits] == [6, 4, 3, 5, 7, 2, 1]
    said = {found.wish.entry: found.reasons for found in fits}
    assert said[6][:3] == ("same clinician and service", "can come Tue 10:00", "waits since Nov 20")
    assert "check the insurance first" in said[5]
    assert said[7][-2:] == ("no visit booked", "portal not active")
    assert said[1][0] == "another clinician: ask first"


# --- The deeds ------------------------------------------------------------------------------------------------------
@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


def ahead(days: int, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(dates.today() + timedelta(days=days), time(hour)))


def freed_visit(practice: Practice, days: int = 3, **fields: Any) -> Any:
    """A visit ahead of another client of Osei's, cancelled."""
    other = assigned(practice)
    return AppointmentFactory(
        **{"client": other.client, "clinician": practice.clinician, "service": "therapy", "state": "client_cancel",
           "starts_at": ahead(days)} | fields
    )  # fmt: skip


def waiting(practice: Practice, **fields: Any) -> BackfillEntry:
    assignment = assigned(practice)
    InsurancePolicyFactory(client=assignment.client)
    return BackfillEntryFactory(assignment=assignment, **fields)


def places() -> list[selectors.Freed]:
    return selectors.freed(timezone.now())


def test_a_client_is_put_on_the_list_once_and_their_times_change(practice: Practice) -> None:
    assignment = assigned(practice)
    first = actions.add(assignment_id=assignment.pk, times=["Tue"], by=practice.casey)
    again = actions.add(assignment_id=assignment.pk, times=["Wed"], by=practice.osei)
    assert first.pk == again.pk
    assert BackfillEntry.objects.get().times == ["Wed"]
    assert set(Event.objects.filter(verb__startswith="backfill").values_list("verb", flat=True)) == {
        "backfill.added", "backfill.changed",
    }  # fmt: skip


def test_a_clinician_keeps_the_list_for_their_own_clients_alone(practice: Practice) -> None:
    assignment, entry = assigned(practice), waiting(practice)
    with pytest.raises(NotThere):
        actions.add(assignment_id=assignment.pk, times=[], by=practice.duarte)
    with pytest.raises(NotThere):
        actions.take_off(entry_id=entry.pk, because="no_longer", by=practice.duarte)
    with pytest.raises(NotAllowed):
        actions.add(assignment_id=assignment.pk, times=[], by=practice.bo)
    actions.take_off(entry_id=entry.pk, because="no_longer", by=practice.marsh)
    with pytest.raises(Stale):
        actions.take_off(entry_id=entry.pk, because="no_longer", by=practice.osei)
    assert list(selectors.entries(practice.duarte)) == []


@pytest.mark.parametrize("state", ["client_cancel", "late_cancel", "clinician_cancel"])
def test_a_cancelled_visit_ahead_is_a_free_place(practice: Practice, state: str) -> None:
    visit, entry = freed_visit(practice, state=state), waiting(practice)
    place = places()[0]
    assert (place.key, [found.wish.entry for found, _ in place.fits]) == (f"visit-{visit.pk}", [entry.pk])
    assert ("ask whether the time is free" in place.because) is (state == "clinician_cancel")


def test_no_place_is_free_that_is_past_far_ahead_or_booked_again(practice: Practice) -> None:
    freed_visit(practice, days=-1)
    freed_visit(practice, days=15)
    freed_visit(practice, state="no_show")
    again = freed_visit(practice, days=4)
    AppointmentFactory(clinician=practice.clinician, starts_at=again.starts_at, state="scheduled")
    assert places() == []


def test_who_takes_a_place_leaves_the_list_and_the_place_with_them(practice: Practice) -> None:
    visit, entry = freed_visit(practice), waiting(practice)
    actions.give(key=f"visit-{visit.pk}", entry_id=entry.pk, after=0, by=practice.casey)
    entry.refresh_from_db()
    assert (entry.ended_because, entry.ended_by) == ("booked", practice.casey)
    contact = Contact.objects.get()
    assert (contact.outcome, contact.reason) == ("reached", "Earlier visit offered")
    assert f"with {practice.clinician}" in contact.note
    assert places() == []
    other = waiting(practice)
    with pytest.raises(Stale, match="taken already: Casey"):
        actions.give(key=f"visit-{visit.pk}", entry_id=other.pk, after=0, by=practice.morgan)
    other.refresh_from_db()
    assert other.ended_at is None and Contact.objects.count() == 1


def test_a_place_entered_by_hand_stands_once_and_is_closed(practice: Practice) -> None:
    place = actions.enter_place(clinician_id=practice.clinician.pk, starts_at=ahead(2), by=practice.casey)
    with pytest.raises(Refusal, match="on the list already"):
        actions.enter_place(clinician_id=practice.clinician.pk, starts_at=ahead(2), by=practice.morgan)
    AppointmentFactory(clinician=practice.clinician, starts_at=ahead(3), state="scheduled")
    with pytest.raises(Refusal, match="booked with"):
        actions.enter_place(clinician_id=practice.clinician.pk, starts_at=ahead(3), by=practice.casey)
    assert [found.key for found in places()] == [f"place-{place.pk}"]
    actions.close_place(key=f"place-{place.pk}", by=practice.casey)
    assert places() == []


def test_a_visit_cancelled_for_a_time_entered_by_hand_is_one_place(practice: Practice) -> None:
    visit = freed_visit(practice)
    FreedPlaceFactory(clinician=practice.clinician, starts_at=visit.starts_at)
    actions.close_place(key=f"visit-{visit.pk}", by=practice.casey)
    assert places() == []
    assert FreedPlace.objects.get().visit == visit


@pytest.mark.parametrize(
    "key", ["", "visit-", "visit-x", "place-999999", "visit-999999", "other-1", "visit-" + "9" * 30]
)
def test_a_place_that_no_page_offers_is_not_there(practice: Practice, key: str) -> None:
    with pytest.raises(NotThere):
        actions.close_place(key=key, by=practice.casey)


# --- The page -------------------------------------------------------------------------------------------------------
def test_the_desk_sees_places_and_a_clinician_their_own_list(practice: Practice) -> None:
    freed_visit(practice)
    entry = waiting(practice, times=["mornings"])
    desk = words(signed_in(practice.casey).get("/calls/places/"))
    assert "the client cancelled" in desk and "can come mornings" in desk and "Takes it" in desk
    own = words(signed_in(practice.osei).get("/calls/places/"))
    assert entry.assignment.client.last_name in own and "Takes it" not in own
    assert entry.assignment.client.last_name not in words(signed_in(practice.duarte).get("/calls/places/"))


def test_times_that_are_not_understood_are_kept_and_named(practice: Practice) -> None:
    assignment = assigned(practice)
    browser = signed_in(practice.casey)
    path = f"/clients/{assignment.client_id}/sooner/"
    answer = browser.post(path, {"assignment": assignment.pk, "times": "Tue; sometimes"})
    assert answer.status_code == 422
    assert words(answer).count("Write a day, a time, or both") == 1
    assert "“sometimes” is not understood" in words(answer) and 'value="Tue; sometimes"' in words(answer)
    browser.post(path, {"assignment": assignment.pk, "times": "Tue;  Wed 10:00, "})
    assert BackfillEntry.objects.get().times == ["Tue", "Wed 10:00"]


def test_of_two_clinicians_each_is_asked_for_by_a_link_of_its_own(practice: Practice) -> None:
    first = assigned(practice)
    second = AssignmentFactory(client=first.client, service="medication", clinician=practice.colleague)
    browser = signed_in(practice.casey)
    record = words(browser.get(f"/clients/{first.client_id}/"))
    for assignment in (first, second):
        path = f"/clients/{first.client_id}/sooner/?for={assignment.pk}"
        said = f": {assignment.get_service_display()} with {assignment.clinician}"
        assert f'href="{path}">Would come sooner<span class="visually-hidden">{said}</span>' in record
        assert f'<option value="{assignment.pk}" selected>' in words(browser.get(path))


def post(browser: Browser, **said: Any) -> Any:
    return browser.post("/calls/places/deal/", said, follow=True)


def test_one_click_gives_a_place_and_another_closes_one(practice: Practice) -> None:
    visit, entry = freed_visit(practice), waiting(practice)
    other = freed_visit(practice, days=5)
    browser = signed_in(practice.casey)
    said = post(browser, place=f"visit-{visit.pk}", entry=entry.pk, after=0, do="give")
    assert "Book it in TherapyNotes now." in words(said)
    assert "off the list" in words(post(browser, place=f"visit-{other.pk}", do="close"))
    gone = post(browser, place=f"visit-{other.pk}", do="close")
    assert gone.status_code == 409 and "taken already" in words(gone)


def test_a_place_is_entered_on_the_page(practice: Practice) -> None:
    browser = signed_in(practice.casey)
    said = {"clinician": practice.clinician.pk, "on": dates.today().isoformat(), "time": "00:00"}
    past = browser.post("/calls/places/add/", said)
    assert past.status_code == 422 and "ahead, within 90 days" in words(past)
    fine = said | {"on": ahead(2).date().isoformat(), "time": "10:00"}
    assert "is on the list" in words(browser.post("/calls/places/add/", fine, follow=True))
    assert FreedPlace.objects.get().starts_at == ahead(2)
