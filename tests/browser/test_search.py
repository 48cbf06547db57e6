"""The search box by keyboard alone, and without a script."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from lwg_intake.access.models import User
from lwg_intake.records.models import Client
from tests.browser.conftest import axe, fits, sign_in


@pytest.fixture
def people(live_server: object) -> dict[str, Client]:
    rows = (
        ("C-1", "Catherine", "Smith", "Cat", date(1988, 3, 7), "(410) 555-0123"),
        ("C-2", "Katharina", "Schmidt", "", date(1990, 1, 2), "(410) 555-0199"),
        ("C-3", "José", "Núñez", "Pepe", date(2012, 2, 29), "(301) 555-0177"),
        ("C-4", "María", "Núñez", "", date(2012, 2, 29), "(301) 555-0177"),
    )
    fields = ("ref", "first_name", "last_name", "preferred_name", "dob", "phone")
    return {
        row[0]: Client.objects.create(city="Laurel", state="MD", **dict(zip(fields, row, strict=True))) for row in rows
    }


@pytest.fixture
def desk(page: Page, staff: Callable[..., User]) -> Page:
    sign_in(page, staff("csr"))
    page.goto("/")
    return page


def test_slash_type_arrow_enter(desk: Page, people: dict[str, Client]) -> None:
    desk.keyboard.press("/")
    expect(desk.get_by_label("Find a client")).to_be_focused()
    desk.keyboard.type("nunez", delay=30)
    expect(desk.locator("[data-found-said]")).to_have_text("2 clients found")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".hit").first).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".hit").nth(1)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-4'].pk}/$"))


def test_enter_waits_for_the_answer_and_opens_the_best(desk: Page, people: dict[str, Client]) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("katherine smyth")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-1'].pk}/$"))


def test_escape_closes_and_keeps_the_text(desk: Page, people: dict[str, Client]) -> None:
    box = desk.get_by_label("Find a client")
    box.press_sequentially("nunez", delay=30)
    expect(desk.locator(".hit")).to_have_count(2)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Escape")
    expect(desk.locator(".hit")).to_have_count(0)
    expect(box).to_be_focused()
    expect(box).to_have_value("nunez")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_open_list_fits_and_pleases_axe(
    new_page: Callable[..., Page],
    staff: Callable[..., User],
    people: dict[str, Client],
    size: str,
) -> None:
    page = new_page(size)
    sign_in(page, staff("csr"))
    page.goto("/")
    page.get_by_label("Find a client").press_sequentially("nunez", delay=30)
    expect(page.locator(".hit")).to_have_count(2)
    axe(page)
    fits(page)


def test_without_a_script_it_is_a_page(
    browser: object,
    live_server: object,
    staff: Callable[..., User],
    people: dict[str, Client],
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    sign_in(page, staff("csr"))
    page.goto("/")
    page.get_by_label("Find a client").fill("smith 0123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Find a client")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/search/$"))
    page.get_by_role("link", name="Catherine Smith").click()
    expect(page).to_have_url(re.compile(rf"/clients/{people['C-1'].pk}/$"))
    context.close()
