"""The pictures of the figures in a real browser: drawn under our content policy, small or large, and told in words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from caseload.models import Suggestion
from lwg_intake.access.models import User
from tests.browser.conftest import axe, fits, sign_in
from tests.caseload import deeds
from tests.factories.records import TerminationFactory

DRAWN = {"caseload", "churn", "closing_days", "dropout", "misses", "misses_by_clinician", "retention", "sessions",
         "suggestions", "survival"}  # fmt: skip
# Whether a canvas has any mark on it.
INKED = """figures => figures.filter(f => {
    const canvas = f.querySelector("canvas");
    const pixels = canvas && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels && pixels.some(value => value);
}).map(f => f.id)"""


@pytest.fixture
def practice(live_server: object) -> deeds.Practice:
    """Thirty clients of one clinician: eighteen stayed, twelve came once or twice and were closed.

    They all do the same on the same day, so that the turn of no month leaves a group too small to be drawn.
    """
    practice = deeds.make_practice()
    began = 150
    for nth in range(30):
        mine = deeds.suggested(practice, started_on=deeds.ago(began))
        visits = 2 - nth % 2 if nth < 12 else 12
        for visit in range(visits):
            deeds.visit(mine, 7 * visit - began, "kept")
        for day in (20, 40):
            deeds.visit(mine, -day, "no_show" if nth % 2 else "late_cancel")
        if nth < 12:
            mine.ended_on = deeds.ago(60)
            mine.save()
            TerminationFactory(
                client=mine.client,
                clinician=mine.clinician,
                ended_on=mine.ended_on,
                category="A",
                ground="Missed visits",
            )
    Suggestion.objects.filter(assignment__ended_on__isnull=False).update(
        status="withdrawn", withdrawn_on=deeds.today(), withdrawn_because="The assignment has ended."
    )
    return practice


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_every_picture_is_drawn_and_nothing_is_wrong(
    new_page: Callable[..., Page], practice: deeds.Practice, size: str
) -> None:
    said: list[str] = []
    page = new_page(size)
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    sign_in(page, practice.morgan)
    page.goto("/figures/")
    assert set(page.locator("figure[data-chart]").evaluate_all(INKED)) == DRAWN
    axe(page)
    fits(page)
    for summary in page.locator("figure summary").all():
        summary.click()
    axe(page)
    fits(page)
    assert said == []


def test_each_picture_is_told_in_words_and_its_table_can_be_opened_by_keyboard(
    page: Page, practice: deeds.Practice
) -> None:
    sign_in(page, practice.osei)
    page.goto("/figures/")
    survival = page.locator("#survival")
    assert survival.get_by_role("img").get_attribute("aria-label").startswith("How long new clients stay. After visit")
    survival.locator("summary").focus()
    page.keyboard.press("Enter")
    assert survival.get_by_role("row").nth(1).inner_text().split() == ["1", "30", "6", "0", "0", "80.0"]


def test_choosing_the_window_and_ones_own(page: Page, practice: deeds.Practice) -> None:
    sign_in(page, practice.osei)
    page.goto("/figures/")
    page.get_by_label("Whose").select_option("You")
    page.get_by_label("Window").select_option("Last 3 months")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/figures/?of=*")
    assert page.get_by_label("Window").input_value() == "3"
    assert page.get_by_text("The practice:").count() > 0
    with page.expect_download() as file:
        page.locator("#misses summary").click()
        page.locator("#misses").get_by_role("link", name="Download as CSV").click()
    assert file.value.suggested_filename.startswith("misses-")


def test_without_a_script_the_tables_say_it_all(browser: object, live_server: object, practice: deeds.Practice) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    sign_in(page, practice.morgan)
    page.goto("/figures/")
    assert page.locator("canvas:visible").count() == 0
    page.locator("#survival summary").click()
    assert page.locator("#survival table").is_visible()
    context.close()


def test_a_manager_finds_the_page_from_home(page: Page, staff: Callable[..., User]) -> None:
    sign_in(page, staff("manager"))
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Figures").click()
    page.get_by_role("heading", name="How the practice is doing").wait_for()
    assert page.get_by_text("Nothing to draw").count() > 0
    axe(page)
    fits(page)


def test_a_day_of_the_window_is_said(page: Page, staff: Callable[..., User]) -> None:
    sign_in(page, staff("manager"))
    page.goto("/figures/?months=3")
    first = (deeds.today().replace(day=1) - timedelta(days=32)).replace(day=1)
    assert page.get_by_text(f"{first:%b} 1, {first:%Y} to").count() == 1
