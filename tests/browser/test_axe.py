"""axe-core finds nothing, and nothing is too wide, on a desk's screen and on a phone's."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.policy.values import change
from lwg_intake.records.models import Client
from tests.browser.conftest import axe, fits, sign_in
from tests.factories.imports import RunFileFactory

OPEN = ("/accounts/login/", "/accounts/login/?lapsed=1", "/accounts/password/reset/", "/accounts/password/reset/done/")
# Role and address of pages that need nothing on record; pages of a client or a case look after themselves.
PAGES = (
    ("csr", "/"),
    ("manager", "/"),
    ("billing", "/"),
    ("clinician", "/"),
    ("administrator", "/"),
    ("csr", "/accounts/"),
    ("csr", "/accounts/password/change/"),
    ("csr", "/accounts/2fa/"),
    ("csr", "/no/such/page/"),
    ("csr", "/people/"),
    ("administrator", "/people/"),
    ("administrator", "/people/add/"),
    ("administrator", "/imports/"),
    ("manager", "/retention/"),
    ("manager", "/retention/?show=held"),
    ("manager", "/trail/"),
    ("csr", "/trail/mine/"),
    ("manager", "/numbers/"),
    ("manager", "/numbers/return_intake_months/"),
)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("address", OPEN)
def test_before_the_door(new_page: Callable[..., Page], size: str, address: str) -> None:
    page = new_page(size)
    page.goto(address)
    axe(page)
    fits(page)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize(("role", "address"), PAGES)
def test_behind_the_door(
    new_page: Callable[..., Page], staff: Callable[..., User], size: str, role: str, address: str
) -> None:
    page = new_page(size)
    sign_in(page, staff(role))
    page.goto(address)
    axe(page)
    fits(page)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_history_of_a_number_is_not_cut(
    new_page: Callable[..., Page], staff: Callable[..., User], size: str
) -> None:
    manager = staff("manager")
    for years, note in ((9, "second thoughts of the meeting of all managers"), (8, "n" * 120)):
        change(key="keep_years", value=years, effective_on=dates.today(), note=note, by=manager)
    page = new_page(size)
    sign_in(page, manager)
    page.goto("/numbers/")
    page.get_by_text("2 changes").click()
    axe(page)
    fits(page)
    assert not page.eval_on_selector_all(
        ".table-wrap, .queue > li", "all => all.filter(e => e.scrollWidth > e.clientWidth).length"
    )


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_what_is_wrong_with_a_filter_shoves_no_other_out_of_line(
    new_page: Callable[..., Page], staff: Callable[..., User], size: str
) -> None:
    page = new_page(size)
    sign_in(page, staff("manager"))
    page.goto("/trail/")
    page.get_by_label("Record number").fill("LW-NOPE")
    page.get_by_label("From").fill("2026-11-05")
    page.get_by_label("Until").fill("2026-11-04")
    page.get_by_role("button", name="Show").click()
    for sentence in ("No client has this record number", "This day is before the first"):
        page.get_by_text(sentence).wait_for()
    axe(page)
    fits(page)
    beside = {"desk": ("client", "person", "first_on", "last_on"), "phone": ("client", "person")}[size]
    assert len({page.locator(f"[name={name}]").evaluate("e => e.getBoundingClientRect().top") for name in beside}) == 1


def test_the_status_of_an_import_is_not_cut_on_a_phone(
    new_page: Callable[..., Page], staff: Callable[..., User]
) -> None:
    run = RunFileFactory().run
    page = new_page("phone")
    sign_in(page, staff("administrator"))
    for address in ("/imports/", f"/imports/{run.pk}/"):
        page.goto(address)
        axe(page)
        pill = page.get_by_text("Checked, waits for you").bounding_box()
        assert pill and pill["x"] + pill["width"] <= 390 - 14


def test_a_person_with_errors_in_the_form(page: Page, staff: Callable[..., User]) -> None:
    sign_in(page, staff("administrator"))
    page.goto("/people/add/")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.locator("form.panel").evaluate("form => form.submit()")
    page.get_by_text("This field is required").first.wait_for()
    axe(page)


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_a_clients_record_and_the_search(new_page: Callable[..., Page], staff: Callable[..., User], size: str) -> None:
    maria = Client.objects.create(ref="C1", first_name="Maria", last_name="Garcia-Lopez", phone="301-555-0142")
    page = new_page(size)
    sign_in(page, staff("csr"))
    page.goto(f"/clients/{maria.pk}/")
    axe(page)
    fits(page)
    page.keyboard.press("/")
    page.keyboard.type("garcia")
    page.get_by_role("option", name="Garcia-Lopez").first.wait_for()
    axe(page)
    fits(page)
