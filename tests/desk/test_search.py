from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.audit.models import Event
from lwg_intake.records.models import Assignment, Client, Clinician

pytestmark = pytest.mark.django_db


@pytest.fixture
def cat() -> Client:
    return Client.objects.create(
        ref="C-1001", first_name="Catherine", last_name="Smith", preferred_name="Cat", dob=date(1988, 3, 7),
        phone="(410) 555-0123", city="Laurel", state="MD",
    )  # fmt: skip


@pytest.fixture
def csr(client: Browser) -> User:
    person = User.objects.create_user("csr@example.com", "x", roles=[Role.CSR])
    client.force_login(person)
    return person


def post(client: Browser, text: str, *, typing: bool = True) -> Any:
    headers = {"HX-Request": "true"} if typing else {}
    return client.post(reverse("search"), {"text": text}, headers=headers)


def test_a_line_tells_one_of_a_name_from_another(client: Browser, csr: User, cat: Client) -> None:
    page = post(client, "katherine smyth").content.decode()
    for said in (
        "Catherine Smith",
        "“Cat”",
        "Never a client",
        "Mar 7, 1988",
        "(410) 555-0123",
        "Laurel, MD",
        "C-1001",
    ):
        assert said in page
    assert "Nobody is on record just so. Nearest: 1 client" in page
    assert "1 client found" in post(client, "cat smith").content.decode()
    assert reverse("client", args=[cat.pk]) in page


def test_the_fragment_is_only_the_list_and_the_page_a_whole_page(client: Browser, csr: User, cat: Client) -> None:
    fragment, page = post(client, "smith"), post(client, "smith", typing=False)
    assert b"<html" not in fragment.content and b"Catherine Smith" in fragment.content
    assert b"<h1>Find a client</h1>" in page.content and b"Catherine Smith" in page.content


def test_the_empty_page_asks_nothing(client: Browser, csr: User) -> None:
    assert b"Find a client" in client.get(reverse("search")).content
    assert not Event.objects.filter(verb="clients.searched").exists()


def test_nothing_typed_stands_in_an_address_or_title(client: Browser, csr: User, cat: Client) -> None:
    page = post(client, "smith 0123", typing=False)
    assert "?" not in page.request["PATH_INFO"] and not page.request["QUERY_STRING"]
    assert b"smith" not in page.content.split(b"</title>")[0].lower()
    assert b"No client" not in client.get(reverse("search") + "?text=smith").content
    assert b"Catherine" not in client.get(reverse("search") + "?text=smith").content


def test_a_search_is_recorded_with_who_and_whom(client: Browser, csr: User, cat: Client) -> None:
    post(client, "smith 0123")
    event = Event.objects.get(verb="clients.searched")
    assert (event.actor_id, event.origin) == (csr.pk, "127.0.0.1")
    assert event.values == {
        "text": "smith 0123",
        "kinds": ["name", "number"],
        "shown": [cat.pk],
    }


@pytest.mark.parametrize(
    "text",
    ["", "s", "%", "x" * 5000, "<script>alert(1)</script>", "zzzz", "2/30/1988"],
)
def test_no_text_breaks_the_page(client: Browser, csr: User, cat: Client, text: str) -> None:
    for typing in (True, False):
        answer = post(client, text, typing=typing)
        assert answer.status_code == 200
        assert b"Catherine" not in answer.content and b"<script>alert" not in answer.content


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zzzz", "Nobody found. Try fewer letters"),
        ("xqzxqz 0124", "Nobody found. Try fewer letters"),
        ("s", "Type at least two letters or digits"),
        ("%_", "Type at least two letters or digits"),
        ("💥💥", "Type at least two letters or digits"),
        ("3/", "Type at least two letters or digits, or a whole date of birth."),
        ("smith 2/30/1988", "There is no such day. Try the year of birth beside a name"),
    ],
)
def test_where_nobody_is_found_it_says_what_to_try(
    client: Browser, csr: User, cat: Client, text: str, said: str
) -> None:
    for typing in (True, False):
        assert said in post(client, text, typing=typing).content.decode()


@pytest.mark.parametrize("text", ["", "   "])
def test_nothing_typed_needs_no_sentence(client: Browser, csr: User, text: str) -> None:
    for typing in (True, False):
        assert b"Type at least" not in post(client, text, typing=typing).content


def test_what_was_typed_stands_in_the_box_again(client: Browser, csr: User) -> None:
    assert 'value="o&#x27;brien &quot;0123"' in post(client, "o'brien \"0123", typing=False).content.decode()


def test_while_one_types_a_client_is_an_option_and_on_a_page_a_link(client: Browser, csr: User, cat: Client) -> None:
    assert b'role="option"' in post(client, "smith").content
    page = post(client, "smith", typing=False).content
    assert b'role="option"' not in page and b'role="listbox"' not in page


def test_who_sees_some_clients_only_is_told_so_where_nobody_is_found(client: Browser, cat: Client) -> None:
    person = User.objects.create_user("dr@example.com", "x", roles=[Role.CLINICIAN])
    client.force_login(person)
    assert "Only clients whom you may see are looked for." in post(client, "smith").content.decode()
    assert "Only clients" not in post(client, "2/30/1988").content.decode()


def test_a_clinician_finds_only_their_own(client: Browser, cat: Client) -> None:
    person = User.objects.create_user("who@example.com", "x", roles=[Role.CLINICIAN])
    client.force_login(person)
    who = Clinician.objects.create(ref="T1", first_name="Cora", last_name="Kline", kind="therapist", account=person)
    assert b"Catherine" not in post(client, "smith").content
    Assignment.objects.create(client=cat, clinician=who, service="therapy", started_on=date(2026, 1, 5))
    page = post(client, "smith").content.decode()
    assert "Catherine Smith" in page and "Active" in page and "Cora Kline" in page


def test_who_sees_no_client_cannot_search(client: Browser) -> None:
    client.force_login(User.objects.create_user("adm@example.com", "x", roles=[Role.ADMINISTRATOR]))
    assert post(client, "smith").status_code == 403


def test_the_list_costs_the_same_however_many_it_shows(
    client: Browser, csr: User, django_assert_max_num_queries: Any
) -> None:
    Client.objects.bulk_create(Client(ref=f"M{n}", first_name="Mo", last_name=f"Same{n}") for n in range(40))
    post(client, "mo")
    with django_assert_max_num_queries(7):
        assert "The first 20 clients" in post(client, "mo same").content.decode()


def test_no_log_says_what_was_typed(
    client: Browser, csr: User, cat: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level("DEBUG"):
        post(client, "katherine smyth")
        post(client, "katherine smyth", typing=False)
    said = caplog.text + "".join(capfd.readouterr())
    assert "katherine" not in said and "Catherine" not in said
