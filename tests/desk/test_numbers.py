"""The page of the practice's numbers: a manager reads and changes them, each with its day and its history."""

from datetime import timedelta

import pytest
from django.test import Client

from lwg_intake import dates
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.policy.values import values
from tests.factories.access import UserFactory

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
    return typed | {"seen": f"{typed['value']} {typed['effective_on']}"}


def test_every_number_stands_there_with_its_source(office: Client) -> None:
    page = text(office.get("/numbers/"))
    assert "12 calendar months" in page and "as the default (S0, R1)" in page
    assert all(f"/numbers/{key}/" in page for key in NUMBERS)


def test_a_change_holds_and_joins_the_history_with_who_and_why(office: Client) -> None:
    answer = office.post(PAGE, seen(), follow=True)
    assert values()[KEY] == 9
    assert "9 calendar months" in text(answer) and "by Miriam Okoye: Agreed in May" in text(answer)
    assert "as the default (S0, R1)" in text(answer)


def test_a_change_to_come_does_not_hold_yet(office: Client) -> None:
    office.post(PAGE, seen(effective_on=(dates.today() + timedelta(days=3)).isoformat()))
    assert (values()[KEY], values(dates.today() + timedelta(days=3))[KEY]) == (12, 9)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"value": 0}, "It cannot be less than 1 calendar months."),
        ({"value": 121}, "It cannot be more than 120 calendar months."),
        ({"effective_on": (dates.today() - timedelta(days=1)).isoformat()}, "A number cannot change in the past"),
        ({"note": ""}, "This field is required."),
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
    assert "Nothing that stands today" in page and "Agreed in May" in page and "Save: 9 from" in page


def test_another_value_than_the_one_shown_is_shown_first(office: Client) -> None:
    office.post(PAGE, said(value=8) | {"seen": f"9 {dates.today()}"})
    assert values()[KEY] == 12


def test_what_cannot_be_counted_says_so(office: Client) -> None:
    assert "This cannot be counted beforehand" in text(office.post("/numbers/text_from_hour/", said(value=9)))


def test_what_is_to_come_stands_beside_what_holds(office: Client) -> None:
    office.post(PAGE, seen(effective_on=(dates.today() + timedelta(days=3)).isoformat()))
    assert "9 from " in text(office.get("/numbers/")) and "To come" in text(office.get("/numbers/"))
