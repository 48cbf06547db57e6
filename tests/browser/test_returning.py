"""A return from the search box to the tracker, as the front desk, a manager and a second CSR walk it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Client, Clinician, InsurancePolicy
from tests.browser.conftest import sign_in
from tests.factories.records import AppointmentFactory
from tests.returning import deeds
from tests.returning.conftest import former, practice

__all__ = ["practice"]

Practice = SimpleNamespace


@pytest.fixture
def desk(new_page: Callable[..., Page], practice: Practice) -> Callable[[User], Page]:
    """Somebody at a browser of their own, at home."""

    def at(user: User) -> Page:
        page = new_page()
        sign_in(page, user)
        page.goto("/")
        return page

    return at


@pytest.fixture
def plain(browser: Browser, live_server: Any, practice: Practice) -> Iterator[Page]:
    """The CSR at a browser that runs no script."""
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, practice.csr)
    page.goto("/")
    yield page
    context.close()


def misser(practice: Practice, misses: int) -> Client:
    """A former client who missed so many visits of the last episode."""
    client = former(category="A")
    for week in range(misses):
        AppointmentFactory(
            client=client, clinician=practice.osei, state="no_show",
            starts_at=timezone.now() - timedelta(days=190 + 7 * week),
        )  # fmt: skip
    return client


def start(page: Page) -> None:
    """From the search box to the first step, by keyboard."""
    page.keyboard.press("/")
    page.keyboard.type("quintero")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Start a return").press("Enter")
    page.get_by_role("button", name="Start the return").press("Enter")
    at(page, "Past records")


def at(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=2, name=title, exact=True)).to_be_visible()


def go(page: Page, title: str) -> None:
    page.get_by_role("list", name="Steps").get_by_role("link", name=re.compile(f"^{title}")).click()
    at(page, title)


def tick(page: Page, title: str, button: str = "Done", said: str = "done") -> None:
    at(page, title)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#notices")).to_contain_text(f"{title}: {said}.")


def choose(page: Page, question: str, answer: str) -> None:
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def ending(page: Page, category: str = "") -> None:
    if category:
        page.get_by_role("radio", name=re.compile(f"^{category}")).check()
    tick(page, "Past records")


def record_steps(page: Page) -> None:
    """Demographics to portal, all as the record has it."""
    go(page, "Demographics")
    tick(page, "Demographics")
    go(page, "Insurance")
    choose(page, "Is the insurance active today?", "Yes")
    choose(page, "Has it changed since the last episode?", "No")
    tick(page, "Insurance")
    go(page, "Outstanding balance")
    tick(page, "Outstanding balance")
    go(page, "Portal and forms")
    choose(page, "Required forms", "All complete")
    tick(page, "Portal and forms")


def match_to_end(page: Page) -> None:
    page.get_by_role("radio", name="Abena Osei").check()
    tick(page, "Clinician match", "Hold this place")
    at(page, "Intake or session")
    page.get_by_label("Day", exact=False).first.fill((dates.today() + timedelta(days=7)).isoformat())
    page.get_by_label("Time", exact=False).first.fill("10:00")
    tick(page, "Intake or session")
    page.get_by_label("The clinician stands on the Clinicians tab").check()
    tick(page, "Clinician assignment")
    tick(page, "Clinician notification", "Send the e-mail")
    tick(page, "Tracker", "Add to the tracker")
    tick(page, "Interaction note", "Keep the note")
    complete(page)


def complete(page: Page) -> None:
    page.get_by_role("button", name="Complete the case").click()
    expect(page.locator("#notices")).to_contain_text("Complete.")


def row_in_tracker(page: Page) -> Any:
    page.get_by_role("link", name="Tracker", exact=True).click()
    return page.get_by_role("row", name="Quintero, Marisol")


def walk_a(page: Page) -> None:
    expect(page.get_by_text("8 missed visits in the last episode: consider marking it as severe.")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("^A"))).to_be_checked()
    ending(page)
    tick(page, "Attendance commitment", "Record the commitment")
    record_steps(page)
    at(page, "Clinician match")
    match_to_end(page)
    expect(row_in_tracker(page)).to_contain_text("Completed")


def test_no_shows_commitment_and_back(desk: Callable[[User], Page], practice: Practice) -> None:
    client = misser(practice, 8)
    page = desk(practice.csr)
    start(page)
    walk_a(page)
    assert client.assignments.filter(clinician=practice.osei, ended_on=None).exists()
    assert Message.objects.get().to == practice.osei.email


def test_the_same_without_a_script(plain: Page, practice: Practice) -> None:
    misser(practice, 8)
    plain.get_by_label("Find a client").fill("quintero")
    plain.keyboard.press("Enter")
    plain.get_by_role("link", name="Marisol Quintero").click()
    plain.get_by_role("link", name="Start a return").click()
    plain.get_by_role("button", name="Start the return").click()
    walk_a(plain)


def test_needs_beyond_outpatient_approved_with_conditions(desk: Callable[[User], Page], practice: Practice) -> None:
    former(category="C")
    csr = desk(practice.csr)
    start(csr)
    ending(csr, "C")
    record_steps(csr)
    go(csr, "Clinician match")
    expect(csr.get_by_text("A manager decides before anything is promised.")).to_be_visible()
    csr.get_by_role("radio", name="Abena Osei").check()
    csr.get_by_role("button", name="Hold this place").click()
    expect(csr.get_by_role("alert")).to_contain_text("The ending is category C. A manager decides")
    go(csr, "Management's decision")
    expect(csr.get_by_role("button", name="Decide")).to_have_count(0)

    manager = desk(practice.manager)
    waiting = manager.get_by_role("region", name="Decisions waiting")
    waiting.get_by_role("link", name="Quintero, Marisol").click()
    at(manager, "Management's decision")
    choose(manager, "Decision", "The client may return, with conditions")
    manager.get_by_label("Why*").fill("Stable for a year, with a psychiatrist.")
    manager.get_by_role("button", name="Decide").click()
    expect(manager.get_by_text("Write the conditions, or choose a plain yes.")).to_be_visible()
    manager.get_by_role("textbox", name="Conditions").fill("Keeps the psychiatrist.")
    tick(manager, "Management's decision", "Decide")

    go(csr, "Clinician match")
    match_to_end(csr)
    row = row_in_tracker(csr)
    expect(row).to_contain_text("Completed")
    expect(row).to_contain_text("Approved with conditions")


def test_who_started_a_return_does_not_decide_it(desk: Callable[[User], Page], practice: Practice) -> None:
    client = former(category="C")
    both = User.objects.create_user("both@example.com", "a-long-password", roles=["csr", "manager"])
    case = deeds.start(practice, client, by=both)
    deeds.do(case, "ending", both, category="C")
    page = desk(both)
    page.goto(f"/cases/{case.pk}/?step=decision")
    expect(page.get_by_text("and not who started this case")).to_be_visible()
    expect(page.get_by_role("button", name="Decide")).to_have_count(0)


def test_refused_and_referred_kindly(desk: Callable[[User], Page], practice: Practice) -> None:
    client = former(category="D")
    case = deeds.start(practice, client)
    deeds.do(case, "ending", practice.csr, category="D")
    manager = desk(practice.manager)
    manager.get_by_role("region", name="Decisions waiting").get_by_role("link", name="Quintero, Marisol").click()
    choose(manager, "Decision", "The client cannot return: refer out")
    manager.get_by_label("Why*").fill("Threats against staff.")
    tick(manager, "Management's decision", "Decide")

    csr = desk(practice.csr)
    csr.get_by_role("region", name="Your open returns").get_by_role("link", name="Quintero, Marisol").click()
    at(csr, "Referral")
    expect(csr.get_by_text("you can call or text 988 at any hour")).to_be_visible()
    csr.get_by_label("Psychology Today's directory was named").check()
    csr.get_by_label("The 988 crisis line was named").check()
    tick(csr, "Referral")
    tick(csr, "Tracker", "Add to the tracker")
    tick(csr, "Interaction note", "Keep the note")
    complete(csr)
    row = row_in_tracker(csr)
    expect(row).to_contain_text("Referred out")
    expect(row).to_contain_text("Refused")


def test_medicaid_waits_for_the_omhc_assessment(desk: Callable[[User], Page], practice: Practice) -> None:
    client = former()
    InsurancePolicy.objects.filter(client=client).update(payer="Maryland Medicaid", payer_class="medicaid")
    Clinician.objects.create(
        ref="N-1", first_name="Ngozi", last_name="Bello", kind="np", email="bello@example.com", states=["MD"],
        payers=["Maryland Medicaid"], services=["omhc"], capacity=20, accepting_new=True, employment="full_time",
    )  # fmt: skip
    page = desk(practice.csr)
    start(page)
    ending(page)
    record_steps(page)
    go(page, "Clinician match")
    expect(page.get_by_text("This Medicaid client has no completed OMHC assessment.")).to_be_visible()
    page.get_by_role("radio", name="Abena Osei").check()
    page.get_by_role("button", name="Hold this place").click()
    expect(page.get_by_role("alert")).to_contain_text("no completed OMHC assessment")

    go(page, "OMHC assessment")
    page.get_by_label("Or booked for").fill((dates.today() + timedelta(days=3)).isoformat())
    page.get_by_label("Nurse practitioner").select_option(label="Ngozi Bello")
    tick(page, "OMHC assessment", "Save, still waiting", "saved, still waiting")
    go(page, "OMHC assessment")
    expect(page.get_by_label("Nurse practitioner")).to_have_value(re.compile(r"\d+"))
    page.get_by_label("Completed on").fill(dates.today().isoformat())
    tick(page, "OMHC assessment")

    go(page, "Clinician match")
    match_to_end(page)
    expect(row_in_tracker(page)).to_contain_text("Completed")


def test_two_people_on_one_case(desk: Callable[[User], Page], practice: Practice) -> None:
    case = deeds.start(practice, former())
    address = f"/cases/{case.pk}/?step=demographics"
    casey, robin = desk(practice.csr), desk(practice.other_csr)
    robin.clock.install()
    casey.goto(address)
    robin.goto(address)
    robin.get_by_label("Phone").fill("(301) 555-0100")

    casey.get_by_label("Address").fill("99 Linden Way")
    tick(casey, "Demographics")
    robin.clock.run_for(6_000)
    expect(robin.get_by_role("list", name="Steps")).to_contain_text("Casey")
    expect(robin.get_by_text("This step changed while you had it open.")).to_be_visible()
    expect(robin.get_by_label("Phone")).to_have_value("(301) 555-0100")

    robin.get_by_role("button", name="Done").click()
    refused = robin.get_by_role("alert")
    expect(refused).to_contain_text("This step changed while you had it open: Casey")
    expect(refused).to_contain_text("99 Linden Way")
    expect(robin.get_by_label("Phone")).to_have_value("(301) 555-0100")
    assert Client.objects.get().phone == "(410) 555-0142"
    robin.get_by_label("Address").fill("99 Linden Way")
    tick(robin, "Demographics", "Save the change")
    assert Client.objects.get().phone == "(301) 555-0100"


def test_enter_ticks_and_the_next_step_takes_the_focus(desk: Callable[[User], Page], practice: Practice) -> None:
    case = deeds.start(practice, former())
    page = desk(practice.csr)
    page.goto(f"/cases/{case.pk}/?step=demographics")
    expect(page.get_by_role("heading", name="Demographics")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Past records")).to_be_focused()
    page.get_by_role("radio", name=re.compile("^None of A to D")).press("Enter")
    expect(page.get_by_role("heading", name="Insurance")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Say whether the insurance is active.")).to_be_visible()
    expect(page.get_by_label("Yes").first).to_be_focused()


def test_on_a_phone_the_step_stands_on_the_first_screen(new_page: Callable[..., Page], practice: Practice) -> None:
    case = deeds.start(practice, former())
    page = new_page("phone")
    sign_in(page, practice.csr)
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_role("heading", name="Past records")).to_be_in_viewport()
    expect(page.get_by_role("list", name="Steps")).to_be_hidden()
    page.get_by_text("Step 1 of 11: Past records").click()
    go(page, "Insurance")
    expect(page.get_by_text("Step 3 of 11: Insurance")).to_be_visible()


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_choice_is_focused_under_the_bar_of_buttons(new_page: Any, practice: Practice, size: str) -> None:
    case = deeds.start(practice, former())
    page = new_page(size)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 450})
    sign_in(page, practice.csr)
    page.goto(f"/cases/{case.pk}/?step=ending")
    for choice in page.get_by_role("radio").all()[:5]:
        choice.evaluate("e => scrollBy(0, e.getBoundingClientRect().top - innerHeight + 30)")
        over = choice.evaluate("e => { e.focus(); return e.getBoundingClientRect().bottom }")
        assert over <= page.locator(".deeds--main").evaluate("e => e.getBoundingClientRect().top")


def test_what_is_typed_outlives_leaving(desk: Callable[[User], Page], practice: Practice) -> None:
    case = deeds.start(practice, former())
    page = desk(practice.csr)
    page.goto(f"/cases/{case.pk}/?step=ending")
    page.get_by_label("What the record says").fill("Moved away")
    expect(page.locator("#draft-state")).to_have_text("Kept, not saved yet")
    go(page, "Demographics")
    page.get_by_label("Address").fill("99 Linden Way")
    with page.expect_response(re.compile("/draft/$")):
        page.get_by_label("Address").blur()
    page.get_by_role("link", name="Home").first.click()
    page.goto(f"/cases/{case.pk}/?step=demographics")
    expect(page.get_by_label("Address")).to_have_value("99 Linden Way")
    go(page, "Past records")
    expect(page.get_by_label("What the record says")).to_have_value("Moved away")


def test_a_question_that_was_typed_outlives_the_buttons_of_the_step(plain: Page, practice: Practice) -> None:
    case = deeds.start(practice, former())
    plain.goto(f"/cases/{case.pk}/?step=demographics")
    plain.get_by_text("Ask from this step").click()
    plain.get_by_role("textbox", name="Question").fill("Which address holds?")
    plain.get_by_label("Address").fill("99 Linden Way")
    plain.get_by_role("button", name="Save, still waiting").click()
    expect(plain.get_by_role("textbox", name="Question")).to_have_value("Which address holds?")
    plain.get_by_label("Management").check()
    plain.get_by_role("button", name="Ask", exact=True).click()
    expect(plain.locator("#questions")).to_contain_text("To management: Which address holds?")
    expect(plain.get_by_label("Address")).to_have_value("99 Linden Way")
    expect(plain.get_by_role("textbox", name="Question")).to_be_hidden()


def test_the_note_is_copied_by_one_click(desk: Callable[[User], Page], practice: Practice) -> None:
    case = deeds.start(practice, former())
    deeds.do(case, "ending", practice.csr, summary="Moved away")
    page = desk(practice.csr)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("button", name="Copy the note").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "Moved away" in page.evaluate("navigator.clipboard.readText()")


def test_onto_the_waitlist_and_back(desk: Callable[[User], Page], practice: Practice) -> None:
    case = deeds.start(practice, former())
    deeds.up_to_match(case, practice)
    page = desk(practice.csr)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_text("The client stops here").click()
    page.get_by_label("What happened").select_option("On the waitlist")
    page.get_by_role("button", name="Leave the case").click()
    expect(page.get_by_text("Say why.")).to_be_visible()
    page.get_by_label("Why").fill("No evening place before January.")
    page.get_by_role("button", name="Leave the case").click()
    expect(page.locator("#notices")).to_contain_text("On the waitlist")
    expect(row_in_tracker(page)).to_contain_text("Waitlist")
    page.get_by_role("link", name="Quintero, Marisol").click()
    page.locator("#reopen-because").fill("A place came free.")
    page.get_by_role("button", name="Reopen the case").click()
    at(page, "Clinician match")
    match_to_end(page)
    assert Case.objects.get().status == Case.Status.COMPLETED
