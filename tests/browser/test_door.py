"""Coming in and going out, with the keyboard alone."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from lwg_intake.access.models import User
from tests.browser.conftest import PASSWORD, sign_in


def test_in_and_out_by_keyboard(page: Page, staff: Callable[..., User]) -> None:
    rosa = staff("csr")
    page.goto("/accounts/")
    expect(page).to_have_url("/accounts/login/?next=/accounts/")
    page.get_by_label("E-mail").fill(rosa.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_first_tab_leads_to_the_content(page: Page, staff: Callable[..., User]) -> None:
    sign_in(page, staff("csr"))
    page.goto("/accounts/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_an_administrator_adds_a_clinician(page: Page, staff: Callable[..., User]) -> None:
    sign_in(page, staff("administrator"))
    page.goto("/people/")
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Last name").fill("Ruiz")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("CSR").check()
    page.get_by_role("button", name="Add and mail the link").click()
    expect(page.get_by_text("was mailed to ana@example.com")).to_be_visible()
    page.get_by_role("button", name="Close the account").click()
    expect(page.get_by_role("row", name="Ana Ruiz").get_by_text("Closed")).to_be_visible()


def test_a_screen_that_was_left_goes_to_the_door_by_itself(page: Page, staff: Callable[..., User]) -> None:
    sign_in(page, staff("csr"))
    page.clock.install()
    page.goto("/accounts/")
    session = Session.objects.get()
    store = SessionStore(session.session_key)
    store["seen"] = time.time() - settings.SESSION_IDLE_SECONDS - 1
    store.save()
    page.clock.fast_forward(61_000)
    expect(page.get_by_text("nothing was done here for a while")).to_be_visible()
    expect(page).to_have_url("/accounts/login/?lapsed=1&next=%2Faccounts%2F")
