"""The search box by keyboard alone, as a screen reader meets it, and without a script."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from lwg_intake.access.models import User
from lwg_intake.records.models import Client
from lwg_intake.records.search import SAYS_NOTHING
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


@pytest.fixture
def crowd(live_server: object) -> None:
    Client.objects.bulk_create(
        Client(ref=f"M{n}", first_name="Montgomery", last_name=f"Featherstonehaugh-{n}") for n in range(30)
    )


def box_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Find a client")


def active(page: Page) -> Locator:
    """The option that a screen reader reads while the focus is in the box; nothing where there is none."""
    return page.locator(f"#{box_of(page).get_attribute('aria-activedescendant') or 'none'}[aria-selected=true]")


def test_slash_type_arrow_enter(desk: Page, people: dict[str, Client]) -> None:
    desk.keyboard.press("/")
    expect(box_of(desk)).to_be_focused()
    desk.keyboard.type("nunez", delay=30)
    expect(desk.locator("[data-found-said]")).to_have_text("2 clients found")
    for name in ("José Núñez", "María Núñez"):
        desk.keyboard.press("ArrowDown")
        expect(active(desk)).to_contain_text(name)
        expect(box_of(desk)).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-4'].pk}/$"))


def test_a_screen_reader_meets_a_combobox_with_its_options(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_attribute("aria-autocomplete", "list")
    box.press_sequentially("nunez", delay=30)
    expect(box).to_have_attribute("aria-expanded", "true")
    options = desk.get_by_role("listbox", name="Clients found").get_by_role("option")
    expect(options).to_have_count(2)
    assert options.evaluate_all("all => all.map(one => [one.ariaPosInSet, one.ariaSetSize, one.ariaSelected])") == [
        ["1", "2", "false"],
        ["2", "2", "false"],
    ]
    controls = box.get_attribute("aria-controls")
    expect(desk.locator(f"#{controls}")).to_have_role("listbox")
    box.fill("zzzz")
    expect(desk.locator("[data-found-said]")).to_contain_text("Nobody found.")
    expect(box).to_have_attribute("aria-expanded", "false")


def test_arrows_go_round_and_one_types_on(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    box.press_sequentially("nunez", delay=30)
    expect(desk.get_by_role("option")).to_have_count(2)
    for key, name in (("ArrowUp", "María"), ("ArrowDown", "José"), ("ArrowDown", "María"), ("ArrowDown", "José")):
        desk.keyboard.press(key)
        expect(active(desk)).to_contain_text(name)
    desk.keyboard.type(" maria", delay=30)
    expect(box).to_have_value("nunez maria")
    expect(active(desk)).to_have_count(0)
    expect(desk.get_by_role("option").first).to_contain_text("María Núñez")


def test_home_and_end_move_in_the_text(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    box.press_sequentially("unez", delay=30)
    expect(desk.get_by_role("option").first).to_be_visible()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Home")
    expect(active(desk)).to_have_count(0)
    desk.keyboard.type("n")
    desk.keyboard.press("End")
    desk.keyboard.type(" j")
    expect(box).to_have_value("nunez j")


def test_enter_waits_for_the_answer_and_opens_the_only_one_who_fits(desk: Page, people: dict[str, Client]) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("catherine smith")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-1'].pk}/$"))


@pytest.mark.parametrize("text", ["nunez", "shevon nunez"])
def test_enter_opens_nobody_where_several_may_be_meant(desk: Page, people: dict[str, Client], text: str) -> None:
    box = box_of(desk)
    desk.keyboard.press("/")
    desk.keyboard.type(text)
    desk.keyboard.press("Enter")
    for said in (desk.locator("[data-found-said]"), desk.locator("#found [data-said]")):
        expect(said).to_have_text("Several clients: choose one.")
    expect(active(desk)).to_have_attribute("aria-posinset", "1")
    expect(box).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(active(desk)).to_have_attribute("aria-posinset", "2")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(r"/clients/\d+/$"))


def test_enter_says_that_the_only_one_found_is_not_on_record_just_so(desk: Page, people: dict[str, Client]) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("jose nunez 9999")
    desk.keyboard.press("Enter")
    said = "Nobody is on record just so. Enter again opens the nearest."
    expect(desk.locator("[data-found-said]")).to_have_text(said)
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-3'].pk}/$"))


def test_enter_opens_nobody_of_an_older_answer(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    box.press_sequentially("smith", delay=30)
    expect(desk.get_by_role("option").first).to_contain_text("Catherine Smith")
    held = hold(desk)
    box.fill("jose nunez")
    desk.keyboard.press("ArrowDown")
    expect(active(desk)).to_have_count(0)
    desk.keyboard.press("Enter")
    let_go(desk, held, 0)
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-3'].pk}/$"))


def test_escape_closes_and_keeps_the_text_then_clears_it(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    box.press_sequentially("nunez", delay=30)
    expect(desk.get_by_role("option")).to_have_count(2)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("option")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    expect(box).to_have_value("nunez")
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_role("option")).to_have_count(2)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_what_was_closed_stays_closed_whatever_is_still_answered(desk: Page, people: dict[str, Client]) -> None:
    held = hold(desk)
    box = box_of(desk)
    with desk.expect_request("**/search/"):
        box.press_sequentially("nunez")
    desk.keyboard.press("Escape")
    let_go(desk, held, 0)
    desk.wait_for_timeout(300)
    expect(desk.locator("#found")).to_be_empty()
    expect(box).to_have_value("nunez")


@pytest.mark.parametrize("click", [{"modifiers": ["ControlOrMeta"]}, {"button": "middle"}])
def test_a_client_opens_in_another_tab(desk: Page, people: dict[str, Client], click: dict[str, Any]) -> None:
    box = box_of(desk)
    box.press_sequentially("nunez", delay=30)
    with desk.context.expect_page() as opened:
        desk.get_by_role("option", name="María Núñez").click(**click)
    expect(opened.value).to_have_url(re.compile(rf"/clients/{people['C-4'].pk}/$"))
    expect(box).to_be_focused()
    expect(desk.get_by_role("option")).to_have_count(2)


def test_a_click_opens_and_the_tab_key_leaves(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    box.press_sequentially("nunez", delay=30)
    expect(desk.get_by_role("option")).to_have_count(2)
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("navigation", name="Main").get_by_role("link").first).to_be_focused()
    expect(desk.get_by_role("option")).to_have_count(0)
    box.click()
    desk.get_by_role("option", name="María Núñez").click()
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-4'].pk}/$"))


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_long_list_follows_the_arrows(
    new_page: Callable[..., Page], staff: Callable[..., User], crowd: None, size: str
) -> None:
    page = new_page(size)
    sign_in(page, staff("csr"))
    page.goto("/")
    box_of(page).press_sequentially("featherstonehaugh", delay=10)
    expect(page.locator("[data-found-said]")).to_contain_text("The first 20 clients")
    page.keyboard.press("ArrowUp")
    expect(active(page)).to_have_attribute("aria-posinset", "20")
    expect(active(page)).to_be_in_viewport(ratio=0.95)
    axe(page)
    fits(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("option")).to_have_count(0)
    assert page.evaluate("!document.querySelector('[data-find]').contains(document.activeElement)")


def test_one_letter_is_told_what_to_type(desk: Page, people: dict[str, Client]) -> None:
    box = box_of(desk)
    box.press_sequentially("n")
    desk.wait_for_timeout(300)
    expect(desk.locator("#found")).to_be_empty()
    desk.keyboard.press("Enter")
    expect(desk.locator("[data-found-said]")).to_have_text(SAYS_NOTHING)
    desk.keyboard.type("unez", delay=30)
    expect(desk.get_by_role("option")).to_have_count(2)


@pytest.mark.parametrize("wrong", ["away", "broken"])
def test_where_no_answer_comes_it_says_so_and_enter_asks_again(
    desk: Page, people: dict[str, Client], wrong: str
) -> None:
    desk.route("**/search/", lambda route: route.abort() if wrong == "away" else route.fulfill(status=500, body="no"))
    box = box_of(desk)
    box.press_sequentially("jose nunez", delay=30)
    expect(desk.locator("[data-found-said]")).to_contain_text("No answer just now.")
    expect(box).to_have_value("jose nunez")
    desk.unroute("**/search/")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(rf"/clients/{people['C-3'].pk}/$"))


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
    expect(page.get_by_role("option")).to_have_count(2)
    axe(page)
    page.keyboard.press("ArrowDown")
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
    page.get_by_role("searchbox", name="Find a client").fill("smith 0123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Find a client")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Find a client")).to_have_value("smith 0123")
    expect(page.get_by_role("option")).to_have_count(0)
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
    expect(desk.get_by_role("option")).to_have_count(0)
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
    expect(desk.get_by_role("option")).to_have_count(2)
    assert len(failed) == 1 and "smi" in failed[0]
    # Playwright complains of a request that it was never told about.
    held[0].abort()


def test_what_is_listed_looks_old_while_one_types_on(desk: Page, people: dict[str, Client]) -> None:
    box = desk.get_by_label("Find a client")
    box.press_sequentially("nun")
    expect(desk.get_by_role("option")).to_have_count(2)
    held = hold(desk)
    box.press_sequentially("x")
    expect(desk.locator("#found")).to_have_attribute("aria-busy", "true")
    let_go(desk, held, 0)
    expect(desk.locator("#found")).not_to_have_attribute("aria-busy", "true")


def test_nothing_typed_stands_in_an_address_or_is_passed_on(desk: Page, people: dict[str, Client]) -> None:
    asked: list[Request] = []
    desk.on("request", lambda request: asked.append(request))
    desk.get_by_label("Find a client").press_sequentially("nunez", delay=30)
    expect(desk.get_by_role("option")).to_have_count(2)
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
