"""Signing in and out, and what happens to a screen that was left."""

import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from lwg_intake.access.accounts import keep_address, password_path
from lwg_intake.access.models import User
from lwg_intake.audit.models import Event

pytestmark = pytest.mark.django_db
PASSWORD = "four unrelated words"


@pytest.fixture(autouse=True)
def _no_earlier_tries() -> None:
    cache.clear()


@pytest.fixture
def rosa() -> User:
    user = User.objects.create_user("rosa@example.com", PASSWORD, first_name="Rosa", last_name="Delgado", roles=["csr"])
    keep_address(user)
    return user


@pytest.fixture
def at_desk(client: Client, rosa: User) -> Client:
    client.force_login(rosa)
    return client


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    return client.post("/accounts/login/", {"login": "Rosa@Example.com", "password": password, **more})


def set_back(client: Client, **seconds: float) -> None:
    session = client.session
    for name, ago in seconds.items():
        session[name] = time.time() - ago
    session.save()


def verbs() -> list[str]:
    return list(Event.objects.filter(verb__startswith="session.").order_by("pk").values_list("verb", flat=True))


def test_signing_in_by_email_leads_home_whatever_the_case_of_the_letters(client: Client, rosa: User) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert verbs() == ["session.signed_in"]


def test_a_wrong_password_is_refused_and_recorded_without_it(client: Client, rosa: User) -> None:
    answer = sign_in(client, "not the password")
    assert answer.status_code == 200
    assert b"not correct" in answer.content
    event = Event.objects.get(verb__startswith="session.")
    assert (event.verb, event.record_id, event.actor_id) == ("session.refused", rosa.pk, None)
    assert "not the password" not in str(event.values)


def test_guessing_is_slowed_down(client: Client, rosa: User) -> None:
    for _ in range(6):
        answer = sign_in(client, "a guess")
    assert b"Too many" in answer.content
    assert b"Too many" in sign_in(client).content


def test_going_out_is_recorded(at_desk: Client) -> None:
    at_desk.post("/accounts/logout/")
    assert verbs()[-1] == "session.signed_out"
    assert at_desk.get("/accounts/").status_code == 302


def test_the_way_back_stays_on_this_site(client: Client, rosa: User) -> None:
    assert sign_in(client, next="/people/")["Location"] == "/people/"
    client.logout()
    assert sign_in(client, next="https://elsewhere.example/")["Location"] == "/"


def test_fifteen_minutes_without_a_deed_end_the_session_with_a_sentence(at_desk: Client) -> None:
    at_desk.get("/accounts/")
    set_back(at_desk, seen=settings.SESSION_IDLE_SECONDS + 1)
    answer = at_desk.get("/accounts/", follow=True)
    assert answer.redirect_chain == [("/accounts/login/?lapsed=1&next=%2Faccounts%2F", 302)]
    assert b"nothing was done here for a while" in answer.content
    assert "session.lapsed" in verbs()


def test_twelve_hours_end_it_even_for_the_busy(at_desk: Client) -> None:
    at_desk.get("/accounts/")
    set_back(at_desk, began=settings.SESSION_LONGEST_SECONDS + 1, seen=0)
    assert at_desk.get("/accounts/").status_code == 302


def test_a_deed_prolongs_the_session_and_a_poll_does_not(at_desk: Client) -> None:
    at_desk.get("/accounts/")
    set_back(at_desk, seen=600)
    left = at_desk.get("/accounts/time-left/", headers={"X-Poll": "1"}).json()["seconds"]
    assert 290 <= left <= 300
    left = at_desk.get("/accounts/time-left/").json()["seconds"]
    assert left >= 890


def test_a_fragment_that_comes_too_late_loads_the_sign_in_page_whole(at_desk: Client) -> None:
    at_desk.get("/accounts/")
    set_back(at_desk, seen=settings.SESSION_IDLE_SECONDS + 1)
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/7/"}
    for _ in range(2):  # lapsed, then no longer signed in
        answer = at_desk.post("/accounts/time-left/", headers=page)
        assert answer.status_code == 204
        assert answer["HX-Redirect"].startswith("/accounts/login/?")
        assert "next=%2Fcases%2F7%2F" in answer["HX-Redirect"]


@pytest.mark.parametrize("lapsed", [True, False])
@pytest.mark.parametrize(("came_from", "back"), [("http://testserver/cases/7/?step=x", "/cases/7/"), ("", None)])
def test_a_form_that_comes_too_late_leads_back_to_its_page(at_desk: Client, lapsed: bool, came_from: str, back: str):
    set_back(at_desk, seen=15 * 60 + 1) if lapsed else at_desk.logout()
    answer = at_desk.post("/cases/7/leave/", headers={"Referer": came_from} if came_from else {})
    assert QueryDict(urlsplit(answer["Location"]).query).get("next") == back


def test_the_address_of_a_form_says_that_it_shows_nothing(at_desk: Client) -> None:
    answer = at_desk.get("/cases/7/leave/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Go back to the page that the form stands on." in answer.content.decode()


def test_signed_in_pages_are_kept_nowhere(at_desk: Client) -> None:
    assert at_desk.get("/accounts/")["Cache-Control"] == "no-store"


def test_a_page_may_load_nothing_from_elsewhere_nor_inline(at_desk: Client) -> None:
    policy = at_desk.get("/accounts/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_nobody_can_sign_up(client: Client) -> None:
    details = {"email": "new@example.com", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", details).status_code == 302
    assert not User.objects.exists()


def test_a_mailed_link_sets_the_password_once(client: Client, rosa: User) -> None:
    client.post("/accounts/password/reset/", {"email": rosa.email})
    link = next(line for line in mail.outbox[0].body.splitlines() if "/accounts/password/" in line)
    form = client.get(link, follow=True)
    new = {"password1": "a new set of words", "password2": "a new set of words"}
    assert client.post(form.request["PATH_INFO"], new, follow=True).status_code == 200
    assert sign_in(client, "a new set of words").status_code == 302
    assert b"no longer works" in Client().get(link, follow=True).content


def test_asking_for_an_unknown_address_tells_nothing(client: Client, rosa: User) -> None:
    known = client.post("/accounts/password/reset/", {"email": rosa.email}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.com"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain
    assert [m.to for m in mail.outbox] == [[rosa.email]]


def test_a_closed_account_is_out_at_once(at_desk: Client, rosa: User) -> None:
    assert at_desk.get("/accounts/").status_code == 200
    User.objects.filter(pk=rosa.pk).update(is_active=False)
    assert at_desk.get("/accounts/").status_code == 302


def test_a_removed_account_is_out_at_once(at_desk: Client, rosa: User) -> None:
    session = at_desk.session
    session["_auth_user_id"] = str(rosa.pk + 1)
    session.save()
    assert at_desk.get("/accounts/").status_code == 302


def test_a_session_ends_on_its_own_day(at_desk: Client) -> None:
    assert at_desk.get("/accounts/").status_code == 200
    Session.objects.update(expire_date=timezone.now())
    assert at_desk.get("/accounts/").status_code == 302


def test_a_cookie_that_no_session_can_have_is_nobodys(client: Client) -> None:
    for key in ("nul\0in the key", "é" * 400):
        client.cookies[settings.SESSION_COOKIE_NAME] = key
        assert client.get("/accounts/").status_code == 302


def test_the_link_to_choose_a_password_needs_no_sign_in(client: Client, rosa: User) -> None:
    assert b"Choose a password" in client.get(password_path(rosa), follow=True).content


def test_what_a_page_says_next_never_stands_in_a_cookie(at_desk: Client, rosa: User) -> None:
    """It may name a client, and a cookie stays in the browser's files."""
    answer = at_desk.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "five other unrelated words", "password2": "five other unrelated words"},
        follow=True,
    )
    assert "Password successfully changed." in answer.content.decode()
    assert "messages" not in at_desk.cookies
