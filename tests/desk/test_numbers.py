"""The page of the practice's numbers: a manager reads and changes them, each with its day and its history."""

from datetime import date, timedelta

import pytest
from django.test import Client

from lwg_intake import dates
from lwg_intake.dates import months_before
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.policy.values import change, newest, values
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory

pytestmark = pytest.mark.django_db
KEY = "return_intake_months"
PAGE = f"/numbers/{KEY}/"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(UserFactory(roles=["manager"], first_name="Miriam", last_name="Okoye"))
    return client


def text(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def said(**changes: object) -> dict[str, object]:
    return {"value": 9, "effective_on": dates.today().isoformat(), "note": "Agreed in May"} | changes


def seen(**changes: object) -> dict[str, object]:
    """As the form is sent once its writer has seen what it would alter."""
    typed = said(**changes)
    return typed | {"seen": f"{typed['value']} {typed['effective_on']} {newest(KEY)}"}


def test_every_number_stands_there_with_its_source(office: Client) -> None:
    page = text(office.get("/numbers/"))
    assert "12 calendar months" in page and "S0, R1" in page and "S0, the guide to the returning client" in page
    assert all(f"/numbers/{key}/" in page for key in NUMBERS)


def test_a_change_holds_and_joins_the_history_with_who_and_why(office: Client) -> None:
    answer = office.post(PAGE, seen(), follow=True)
    assert values()[KEY] == 9
    assert "9 calendar months" in text(answer) and "by Miriam Okoye: Agreed in May" in text(answer)
    assert "as the default (S0, R1)" in text(answer)
    assert f"{NUMBERS[KEY].meaning} 9 calendar months from" in text(answer)


def test_a_reason_is_asked_for_where_it_is_saved_and_not_for_a_look(office: Client) -> None:
    assert "What 9 calendar months would alter today" in text(office.post(PAGE, said(note="")))
    assert "Say who decided it, and why" in text(office.post(PAGE, seen(note="")))
    assert values()[KEY] == 12


def test_an_amount_is_typed_in_dollars(office: Client) -> None:
    page = "/numbers/return_balance_threshold_cents/"
    assert "New value, in dollars" in text(office.get(page)) and "between $0.00 and $10,000.00" in text(
        office.get(page)
    )
    assert "Save: $25.50 from" in text(office.post(page, said(value="25.50")))
    assert "Enter dollars and cents" in text(office.post(page, said(value="25.505")))
    refused = text(office.post(page, said(value="10000.01")))
    assert "This cannot be more than $10,000.00. Choose between $0.00 and $10,000.00." in refused


def test_a_change_to_come_does_not_hold_yet(office: Client) -> None:
    office.post(PAGE, seen(effective_on=(dates.today() + timedelta(days=3)).isoformat()))
    assert (values()[KEY], values(dates.today() + timedelta(days=3))[KEY]) == (12, 9)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value": 0}, "This cannot be less than 1 calendar month. Choose between 1 and 120 calendar months."),
        ({"value": 121}, "This cannot be more than 120 calendar months."),
        ({"effective_on": (dates.today() - timedelta(days=1)).isoformat()}, "A number cannot change in the past"),
        ({"note": ""}, "Say who decided it, and why"),
        ({"value": "many"}, "Enter a whole number."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(office: Client, changes, sentence) -> None:
    answer = office.post(PAGE, seen(**changes))
    assert answer.status_code == 422 and sentence in text(answer)
    assert "many" in text(answer) or "Agreed in May" in text(answer) or "9" in text(answer)
    assert Setting.objects.filter(key=KEY).count() == 1


def test_there_is_no_such_number(office: Client) -> None:
    assert office.get("/numbers/nothing/").status_code == 404


@pytest.mark.parametrize("role", ["csr", "billing", "administrator", "clinician", "transition_manager"])
def test_others_may_not_even_by_a_hand_made_request(client: Client, role: str) -> None:
    client.force_login(UserFactory(roles=[role]))
    assert client.get("/numbers/").status_code == 403
    assert client.post(PAGE, said()).status_code == 403
    assert values()[KEY] == 12


def test_nothing_is_saved_before_it_was_shown_what_it_would_alter(office: Client) -> None:
    page = text(office.post(PAGE, said()))
    assert values()[KEY] == 12
    assert "Nothing that stands today" in page and "Agreed in May" in page and "Save: 9 calendar months from" in page


def test_another_value_than_the_one_shown_is_shown_first(office: Client) -> None:
    office.post(PAGE, said(value=8) | {"seen": f"9 {dates.today()}"})
    assert values()[KEY] == 12


@pytest.mark.parametrize("last", ["²", "٣", "9" * 5000, "", "-1"])
def test_what_no_page_of_ours_says_was_seen_is_shown_first(office: Client, last: str) -> None:
    answer = office.post(PAGE, said() | {"seen": f"9 {dates.today()} {last}"})
    assert answer.status_code == 200 and "Save: 9 calendar months from" in text(answer)
    assert values()[KEY] == 12


def test_what_cannot_be_counted_says_so(office: Client) -> None:
    assert "This cannot be counted beforehand" in text(office.post("/numbers/text_from_hour/", said(value=9)))


def test_what_is_to_come_stands_beside_what_holds(office: Client) -> None:
    office.post(PAGE, seen(effective_on=(dates.today() + timedelta(days=3)).isoformat()))
    assert "9 calendar months from " in text(office.get("/numbers/")) and "To come" in text(office.get("/numbers/"))


def test_of_two_changes_for_one_day_the_earlier_is_said_to_be_replaced_and_both_when_they_were_made(
    office: Client,
) -> None:
    day = dates.today() + timedelta(days=28)
    rows = [change(key=KEY, value=n, effective_on=day, note="", by=UserFactory(roles=["manager"])) for n in (8, 9)]
    later, earlier, _ = text(office.get(PAGE)).partition("History")[2].split("<li ")[1:]
    assert "9 calendar months" in later and "To come" in later and "Replaced" not in later
    assert "8 calendar months" in earlier and "Replaced by a later change for that day" in earlier
    assert "To come" not in earlier
    made = dates.local(rows[0].changed_at)
    assert f"made on {made:%b} {made.day}, {made.year}, {made.hour % 12 or 12}:{made:%M}" in earlier


def test_of_two_managers_the_second_is_told_and_loses_nothing_typed(office: Client) -> None:
    mine = seen(value=8)
    other = UserFactory(roles=["manager"], first_name="Dana", last_name="Whitlock")
    change(key=KEY, value=9, effective_on=dates.today(), note="Agreed", by=other)
    answer = office.post(PAGE, mine)
    page = text(answer)
    assert answer.status_code == 409 and values()[KEY] == 9
    assert "Dana Whitlock changed this number meanwhile: 9 calendar months" in page
    assert "Agreed in May" in page and "See what it would alter" in page
    assert "Save: 8 calendar months" in text(office.post(PAGE, said(value=8)))


def test_a_day_to_come_is_reckoned_as_if_it_were_today_and_what_follows_is_said(office: Client) -> None:
    later, day = dates.today() + timedelta(days=30), dates.today() + timedelta(days=10)
    change(key=KEY, value=6, effective_on=later, note="", by=UserFactory(roles=["manager"]))
    page = text(office.post(PAGE, said(effective_on=day.isoformat())))
    assert "9 calendar months. What that would alter if it held today" in page
    assert f"Only until {later:%b} {later.day}, {later.year}: from then on 6 calendar months holds" in page


@pytest.mark.parametrize("days", [0, 10])
def test_a_value_that_holds_already_is_no_change(office: Client, days: int) -> None:
    day = (dates.today() + timedelta(days=days)).isoformat()
    for sent in (said(value=12, effective_on=day), seen(value=12, effective_on=day)):
        answer = office.post(PAGE, sent)
        assert answer.status_code == 422 and "It is 12 calendar months on that day already" in text(answer)
    assert Setting.objects.filter(key=KEY).count() == 1


def test_the_value_of_today_is_a_change_again_once_another_is_to_come(office: Client) -> None:
    first, then = ((dates.today() + timedelta(days=days)).isoformat() for days in (5, 10))
    office.post(PAGE, seen(value=9, effective_on=first))
    office.post(PAGE, seen(value=12, effective_on=then))
    assert [values(date.fromisoformat(day))[KEY] for day in (first, then)] == [9, 12]


def test_a_choice_is_chosen_by_its_words(office: Client) -> None:
    page = text(office.get("/numbers/transfer_balance/"))
    assert '<option value="2">block</option>' in page and "Today: warn." in page
    assert "Save: block from" in text(office.post("/numbers/transfer_balance/", said(value=2)))
    assert "Select a valid choice" in text(office.post("/numbers/transfer_balance/", said(value=3)))


def test_the_years_of_keeping_are_counted_in_records(office: Client) -> None:
    for years, count in ((6, 1), (8, 2)):
        for _ in range(count):
            last = months_before(dates.today(), 12 * years + 1)
            AssignmentFactory(client__dob=date(1960, 1, 1), started_on=last, ended_on=last)
    shorter = text(office.post("/numbers/keep_years/", said(value=5)))
    assert "1 record would be on the list of those past their date." in shorter
    longer = text(office.post("/numbers/keep_years/", said(value=9)))
    assert "2 records would no longer be on the list of those past their date." in longer
