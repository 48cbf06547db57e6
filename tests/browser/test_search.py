"""The search box by keyboard alone, and without a script."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, Request, Route, expect

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


def hold(page: Page) -> list[Route]:
    """Keep each search waiting until it is let go: the answers come in the order that the test wants."""
    held: list[Route] = []
    page.route("**/search/", lambda route: held.append(route))
    return held


def let_go(page: Page, held: list[Route], number: int) -> None:
    """Let the server have a search that waits, the first being 0."""
    for _ in range(200):
        if len(held) > number:
            return held[number].continue_()
        page.wait_for_timeout(20)
    raise AssertionError(f"no search number {number} within 4 seconds")


def test_an_answer_that_comes_too_late_is_never_shown(desk: Page, people: dict[str, Client]) -> None:
    held = hold(desk)
    box = desk.get_by_label("Find a client")
    with desk.expect_request("**/search/"):
        box.press_sequentially("smi")
    # The text has changed, though the box has not asked for it yet: here comes the answer to the older text.
    box.evaluate("box => { box.value = 'nunez'; }")
    with desk.expect_response("**/search/"):
        let_go(desk, held, 0)
    expect(desk.locator(".hit")).to_have_count(0)
    box.dispatch_event("input")
    let_go(desk, held, 1)
    expect(desk.locator(".hit__name")).to_contain_text(["José Núñez", "María Núñez"])


def test_an_outdated_question_is_called_off(desk: Page, people: dict[str, Client]) -> None:
    held, failed = hold(desk), []
    desk.on("requestfailed", lambda request: failed.append(request.post_data))
    box = desk.get_by_label("Find a client")
    with desk.expect_request("**/search/"):
        box.press_sequentially("smi")
    box.fill("nunez")
    let_go(desk, held, 1)
    expect(desk.locator(".hit")).to_have_count(2)
    assert len(failed) == 1 and "smi" in failed[0]


def test_what_is_listed_looks_old_while_one_types_on(desk: Page, people: dict[str, Client]) -> None:
    box = desk.get_by_label("Find a client")
    box.press_sequentially("nun")
    expect(desk.locator(".hit")).to_have_count(2)
    held = hold(desk)
    box.press_sequentially("x")
    expect(desk.locator("#found")).to_have_class(re.compile("find__list--older"))
    let_go(desk, held, 0)
    expect(desk.locator("#found")).not_to_have_class(re.compile("find__list--older"))


def test_nothing_typed_stands_in_an_address_or_is_passed_on(desk: Page, people: dict[str, Client]) -> None:
    asked: list[Request] = []
    desk.on("request", lambda request: asked.append(request))
    desk.get_by_label("Find a client").press_sequentially("nunez", delay=30)
    expect(desk.locator(".hit")).to_have_count(2)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-3'].pk}/$"))
    searches = [request for request in asked if request.url.endswith("/search/")]
    assert searches and all(request.method == "POST" for request in searches)
    for request in asked:
        told = f"{request.url} {request.all_headers().get('referer', '')}".lower()
        assert "nunez" not in told and "?" not in told, told
    desk.go_back()
    expect(desk).to_have_url(re.compile(r"//[^/]+/$"))
    assert "nunez" not in desk.evaluate("JSON.stringify([history.state, sessionStorage, localStorage])").lower()
