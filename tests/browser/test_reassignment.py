"""A client asks for another clinician: from the call to the first kept visit, as the desk and management walk it."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Assignment, Clinician
from reassignment.models import Reassignment
from tests.browser.conftest import axe, fits, sign_in
from tests.browser.test_returning import at, choose, complete, tick
from tests.factories.access import UserFactory
from tests.factories.caseload import HandoverFactory
from tests.factories.records import AppointmentFactory, DocumentFactory
from tests.reassignment.requests_deeds import in_care, make_practice, start
from tests.reassignment.requests_deeds import up_to_first_visit as ticked

Desk = Callable[..., Page]


@pytest.fixture
def practice(live_server: object) -> SimpleNamespace:
    return make_practice()


@pytest.fixture
def desk(new_page: Callable[..., Page]) -> Desk:
    def at_home(user: User, size: str = "desk") -> Page:
        page = new_page(size)
        sign_in(page, user)
        page.goto("/")
        return page

    return at_home


def begin(page: Page, assignment: Assignment, why: str = "Not a good fit") -> None:
    page.goto(f"/clients/{assignment.client_id}/")
    page.get_by_role("link", name="Change the clinician").click()
    choose(page, "Why", why)
    page.get_by_role("button", name="Start the change").click()
    at(page, "What the client needs")


def up_to_match(page: Page) -> None:
    page.get_by_label("What the client is looking for").fill("Somebody who works with grief")
    tick(page, "What the client needs")
    tick(page, "Phone and e-mail")
    choose(page, "Is the insurance active today?", "Yes")
    choose(page, "Has it changed?", "No")
    tick(page, "Insurance")
    tick(page, "Outstanding balance")
    choose(page, "Required forms", "All complete")
    tick(page, "Portal and documents")


def book(page: Page, days: int) -> None:
    at(page, "Next session")
    page.get_by_label("Day", exact=False).first.fill((dates.today() + timedelta(days=days)).isoformat())
    page.get_by_label("Time", exact=False).first.fill("10:00")
    tick(page, "Next session")


def up_to_first_visit(page: Page, clinician: Clinician) -> None:
    page.get_by_role("radio", name=clinician.first_name).check()
    tick(page, "Clinician match", "Hold this place")
    book(page, 0)
    page.get_by_label("The clinician stands on the Clinicians tab").check()
    tick(page, "Clinician assignment")
    at(page, "E-mail to both clinicians")
    expect(page.get_by_role("region", name="E-mail to the previous clinician")).to_contain_text("Abena Osei")
    tick(page, "E-mail to both clinicians", "Send both e-mails")
    page.get_by_label("About Me").check()
    tick(page, "New clinician's forms")
    tick(page, "Previous clinician", "Ask management")
    tick(page, "Tracker", "Add to the tracker")
    tick(page, "Interaction note", "Keep the note")


def test_from_the_call_to_the_first_kept_visit(desk: Desk, practice: SimpleNamespace) -> None:
    assignment = in_care(practice)
    DocumentFactory(client=assignment.client, clinician=practice.old, kind="About Me")
    page = desk(practice.csr)
    begin(page, assignment)
    up_to_match(page)
    at(page, "Clinician match")
    left_out = page.get_by_text("left out, and why")
    left_out.click()
    expect(page.get_by_text("is the clinician the client is leaving")).to_be_visible()
    up_to_first_visit(page, practice.new)
    assert {m.template for m in Message.objects.all()} == {"T11", "T12"}

    # The client did not come: the booking opens again, and the second visit is kept.
    at(page, "How the first visit went")
    choose(page, "How the visit went", "It did not take place: book again")
    page.get_by_role("button", name="Save", exact=True).click()
    book(page, 0)
    at(page, "How the first visit went")
    choose(page, "How the visit went", "The client came")
    tick(page, "How the first visit went", "Save")
    page.get_by_role("button", name="Complete the case").click()
    expect(page.get_by_role("alert")).to_contain_text("Management has not taken Abena Osei, LCPC off the record yet.")

    manager = desk(practice.manager)
    asked = manager.get_by_role("region", name="Removals asked for")
    asked.get_by_role("button", name="Removed in TherapyNotes").click()

    page.goto("/")
    done = page.get_by_role("region", name="Changes of clinician to complete")
    done.get_by_role("link", name=str(assignment.client)).click()
    complete(page)
    page.get_by_role("link", name="Tracker", exact=True).click()
    page.get_by_role("link", name="Reassignments", exact=True).click()
    row = page.get_by_role("row", name=str(assignment.client))
    expect(row).to_contain_text("Completed")
    expect(row).to_contain_text("Luis Duarte")
    assert Assignment.objects.get(pk=assignment.pk).ended_on == dates.today()


def test_a_no_show_that_an_import_brought_waits_on_the_home_page(desk: Desk, practice: SimpleNamespace) -> None:
    case = start(practice, in_care(practice))
    ticked(case, practice)
    visit = Reassignment.objects.get(case=case).appointment
    assert visit is not None
    type(visit).objects.filter(pk=visit.pk).update(state="no_show", ref="AP-1")
    page = desk(practice.csr)
    waits = page.get_by_role("region", name="First visits to look after")
    expect(waits).to_contain_text("No-show: book again with Luis Duarte")
    waits.get_by_role("link").click()
    expect(page.get_by_role("list", name="Steps")).to_contain_text("Next session")


def test_what_a_clinician_asked_for_is_taken_up(desk: Desk, practice: SimpleNamespace) -> None:
    assignment = in_care(practice)
    HandoverFactory(assignment=assignment, because="Would do better with couples work", asked_by=practice.manager)
    page = desk(practice.csr)
    asked = page.get_by_role("region", name="Changes asked for by clinicians")
    asked.get_by_role("link", name=str(assignment.client)).click()
    expect(page.get_by_label("In the client's words")).to_have_value("Would do better with couples work")
    page.get_by_role("button", name="Start the change").click()
    at(page, "What the client needs")
    expect(page.get_by_label("What the client is looking for")).to_have_value("Would do better with couples work")
    assert Case.objects.get().assignment == assignment


def test_an_added_service_is_said_to_be_none_and_nothing_typed_is_lost(desk: Desk, practice: SimpleNamespace) -> None:
    assignment = in_care(practice)
    page = desk(practice.csr)
    page.goto(f"/clients/{assignment.client_id}/reassign/")
    page.get_by_label("Which service the client wants").select_option("medication")
    choose(page, "Why", "Another reason")
    page.get_by_label("In the client's words").fill("Wants a prescription too")
    page.get_by_role("button", name="Start the change").click()
    expect(page.get_by_role("alert")).to_contain_text("is an added service, not a change of clinician")
    expect(page.get_by_label("In the client's words")).to_have_value("Wants a prescription too")
    assert not Case.objects.exists()


def test_the_transfer_list_from_waiting_to_the_visit(desk: Desk, practice: SimpleNamespace) -> None:
    assignment = in_care(practice)
    page = desk(practice.csr)
    begin(page, assignment, "Schedule conflict")
    up_to_match(page)
    at(page, "Clinician match")
    page.get_by_text("The client stops here, or waits", exact=True).click()
    page.get_by_label("What happened").select_option("waitlist")
    page.get_by_label("Why", exact=False).last.fill("Nobody has evenings")
    page.get_by_role("button", name="Leave").click()
    page.goto("/transfer-list/")
    axe(page)
    page.get_by_role("radio", name="Luis Duarte").check()
    page.get_by_role("button", name="Keep this place").click()
    expect(page.get_by_text("Offered: Luis Duarte, LCPC, kept until")).to_be_visible()
    page.get_by_role("button", name="The client takes it").click()
    at(page, "Next session")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_pages_fit_and_axe_finds_nothing(desk: Desk, practice: SimpleNamespace, size: str) -> None:
    assignment = in_care(practice)
    AppointmentFactory(client=assignment.client, clinician=practice.old)
    case = start(practice, assignment)
    in_care(practice)
    page = desk(practice.csr, size)
    other = in_care(practice)
    for address in (
        f"/cases/{case.pk}/", f"/clients/{other.client_id}/reassign/", "/tracker/reassignments/?reason=fit",
        "/transfer-list/", f"/cases/{case.pk}/?step=insurance",
    ):  # fmt: skip
        page.goto(address)
        fits(page)
        axe(page)


def test_a_clinician_reads_what_is_needed_and_no_name(desk: Desk, practice: SimpleNamespace) -> None:
    account = UserFactory(roles=["clinician"])
    Clinician.objects.filter(pk=practice.new.pk).update(account=account)
    page = desk(account)
    page.goto("/transfer-list/")
    expect(page.get_by_role("heading", name="Waiting for an opening")).to_be_visible()
    axe(page)
