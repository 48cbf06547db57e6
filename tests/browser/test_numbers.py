"""A number of the practice in a real browser: what a change would alter is read before it can be saved."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from lwg_intake.access.models import User
from tests.browser.conftest import sign_in
from tests.factories.records import AssignmentFactory

# Which of the texts within an element lie outside the screen, or beneath something else.
COVERED = """foreseen => [...foreseen.children].filter(part => {
    const { left, top, bottom } = part.getBoundingClientRect();
    return [top + 2, bottom - 2].some(y => !part.contains(document.elementFromPoint(left + 2, y)));
}).map(part => part.textContent)"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 650)])
def test_what_a_change_would_alter_has_the_focus_and_lies_beneath_no_bar(
    page: Page, staff: Callable[..., User], width: int, height: int
) -> None:
    AssignmentFactory()
    page.set_viewport_size({"width": width, "height": height})
    sign_in(page, staff("manager", first="Miriam"))
    page.goto("/numbers/return_intake_months/")
    page.get_by_label("New value").fill("9")
    page.get_by_label("Decided by whom").fill("Agreed in May")
    page.get_by_role("button", name="See what it would alter").click()
    foreseen = page.locator("#foreseen")
    expect(foreseen).to_be_focused()
    expect(foreseen).to_be_in_viewport(ratio=1)
    assert foreseen.evaluate(COVERED) == []
