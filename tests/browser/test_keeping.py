"""Keeping a record, in a real browser."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from lwg_intake.access.models import User
from tests.browser.conftest import sign_in
from tests.factories.records import ClientFactory


def test_what_was_left_out_has_the_focus_when_a_form_comes_back(page: Page, staff: Callable[..., User]) -> None:
    client = ClientFactory()
    page.set_viewport_size({"width": 390, "height": 500})
    sign_in(page, staff("manager"))
    page.goto(f"/clients/{client.pk}/keeping/")
    page.get_by_role("button", name="Set a legal hold").click()
    why = page.get_by_label("Why")
    expect(why).to_be_focused()
    expect(why).to_be_in_viewport(ratio=1)
    expect(page.get_by_text("Say why: who asked for it")).to_be_visible()
