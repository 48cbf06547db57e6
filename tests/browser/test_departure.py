"""A clinician leaves with fourteen clients, from the notice to the last who is placed; and axe on all of it."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from caseload import actions as caseload
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Case
from lwg_intake.desk.actions import removals
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Handover, Removal
from reassignment.actions.departures import open_departure
from reassignment.models import Departure, RosterRow
from reassignment.rules.departures import Outcome
from reassignment.selectors import departures as selectors
from tests.browser.conftest import axe, fits, sign_in
from tests.factories.access import UserFactory
from tests.factories.departures import AttemptFactory
from tests.factories.records import (
    AppointmentFactory,
    ClientFactory,
    ClinicianFactory,
    InsurancePolicyFactory,
    OmhcAssessmentFactory,
    TerminationFactory,
)
from tests.reassignment import requests_deeds as deeds

NAMES = (
    "Abbot", "Birch", "Castle", "Dunn", "Ember", "Frost", "Grove", "Hale", "Ives", "Jarrow", "Kestrel", "Linden",
    "Moss", "Nettle",
)  # fmt: skip
Desk = Callable[..., Page]


@pytest.fixture
def practice(live_server: Any, settings: Any) -> SimpleNamespace:
    settings.TEXT_BACKEND = "console"
    made = deeds.make_practice()
    made.new.capacity = 40
    made.new.payers = ["CareFirst BCBS", "Maryland Medicaid@MD"]
    made.new.save()
    made.therapist = UserFactory(first_name="Abena", last_name="Osei", roles=["clinician"])
    made.old.account = made.therapist
    made.old.supervisor = ClinicianFactory(accepting_new=False)
    made.old.save()
    for name in NAMES:
        assignment = deeds.in_care(made, client__last_name=name)
        if name == "Ember":
            assignment.client.insurance.all().update(payer="Maryland Medicaid", payer_class="medicaid")
    made.forgotten = ClientFactory(last_name="Forgotten", last_intake_on=dates.today() - timedelta(days=60))
    InsurancePolicyFactory(client=made.forgotten, member_id="M1")
    AppointmentFactory(client=made.forgotten, clinician=made.old)
    return made


@pytest.fixture
def desk(new_page: Callable[..., Page]) -> Desk:
    def at(user: User, address: str, size: str = "desk") -> Page:
        page = new_page(size)
        sign_in(page, user)
        page.goto(address)
        return page

    return at


def said(page: Page, words: str) -> None:
    expect(page.locator("#notices")).to_contain_text(words)


def row(name: str) -> RosterRow:
    found: RosterRow = RosterRow.objects.select_related("assignment__client").get(assignment__client__last_name=name)
    return found


def part(page: Page, name: str) -> Any:
    """The line of a client on the roster."""
    return page.locator("#rows > li", has=page.get_by_role("link", name=f"{name}, Ada"))


def unfold(page: Page, name: str) -> Any:
    here = part(page, name)
    here.locator("summary").click()
    expect(here.get_by_role("button", name="Save")).to_be_visible()
    return here


def wish(page: Page, name: str, preference: str) -> Any:
    here = unfold(page, name)
    here.get_by_label("The client would like").select_option(label=preference)
    here.get_by_label("Talked on").fill(dates.today().isoformat())
    here.get_by_role("button", name="Save").click()
    expect(here.locator(".roster__wish")).to_contain_text(preference)
    return here


def tried(name: str, *rungs: str) -> None:
    """The attempts of the last days, so that the test need not wait for them."""
    begin = timezone.now() - timedelta(days=3)
    here = row(name)
    RosterRow.objects.filter(pk=here.pk).update(ladder_from_at=begin - timedelta(hours=1))
    for hours, rung in enumerate(rungs):
        AttemptFactory(row=here, rung=rung, at=begin + timedelta(hours=hours))


def place(name: str, made: SimpleNamespace) -> None:
    """The rest of a reassignment up to the first visit kept, as its own test walks it by hand."""
    case = Case.objects.get(procedure="reassignment", client__last_name=name)
    deeds.up_to_first_visit(case, made)
    if name == "Ember":
        deeds.do(case, "omhc", made.csr, completed_on=dates.today().isoformat(), booked_on=None, np="")
    removals.mark_done(removal_id=Removal.objects.get(client=case.client, status="asked").pk, by=made.manager)
    deeds.do(case, "first_visit", made.csr, how="kept", on=dates.today().isoformat())
    actions.complete(case_id=case.pk, by=made.csr)


def test_a_departure_of_fourteen_clients_to_the_last_who_is_placed(desk: Desk, practice: SimpleNamespace) -> None:
    # The transition manager opens it.
    page = desk(practice.transition, "/departures/")
    page.locator("summary", has_text="A clinician has given notice").click()
    page.get_by_label("Who leaves").select_option(label=str(practice.old))
    page.get_by_label("Last day here").fill((dates.today() + timedelta(days=9)).isoformat())
    page.get_by_role("button", name="Open the departure").click()
    said(page, "14 clients from the record")
    expect(page.locator("main")).to_contain_text("9 days of notice: less than 14")
    assert Message.objects.filter(template="T27").exists()
    departure = Departure.objects.get()

    # The clinician verifies: strikes two, adds one, and writes what the clients would like.
    own = desk(practice.therapist, f"/departures/{departure.pk}/")
    for name, why in (("Abbot", "Ended in summer"), ("Birch", "Moved away")):
        here = unfold(own, name)
        here.get_by_label("Why struck").fill(why)
        here.get_by_role("button", name="Strike").click()
        expect(here.locator(".roster__row")).to_contain_text("Struck")
    # The other page, left open, shows it by itself.
    expect(part(page, "Birch").locator(".roster__wish")).to_contain_text("Moved away", timeout=12_000)
    own.locator("summary", has_text="add a client").click()
    own.get_by_label("Record number").fill(practice.forgotten.ref)
    own.get_by_role("button", name="Add", exact=True).click()
    said(own, "is on the roster")
    own.get_by_role("button", name="The rest is right: confirm").click()
    said(own, "verified")
    here = wish(own, "Castle", "Follow the clinician")
    here.get_by_label("In a few words").fill("Release signed")
    here.get_by_role("button", name="Follow the clinician").click()
    expect(here.locator(".roster__where")).to_contain_text("Follows the clinician")
    staying = [*NAMES[5:], "Forgotten", "Ember"]
    for name in staying:
        wish(own, name, "Any clinician who fits")

    # The e-mail goes once to each.
    page.goto(f"/departures/{departure.pk}/mail/")
    expect(page.locator("main")).to_contain_text("is leaving")
    page.get_by_role("button", name="Send to all").click()
    said(page, "once to each client")
    assert Message.objects.filter(template="T15").count() == 12

    # One was called twice, written to and texted; of the other the text is missing.
    not_reached = "Dunn"
    tried(not_reached, "call", "call", "email")
    page.goto(f"/departures/rows/{row(not_reached).pk}/")
    expect(page.locator("main")).to_contain_text("the text still to be sent")
    expect(page.get_by_role("button", name="Ask for the closing")).to_have_count(0)
    calls = desk(practice.csr, "/departures/calls/")
    calls.locator(f"#call-{row(not_reached).pk}").get_by_role("button", name="Send the text").click()
    expect(calls.locator("#calls")).to_contain_text("is written to")
    Message.objects.filter(template="T19").update(status="sent", sent_at=timezone.now())
    page.reload()
    expect(page.locator("main")).to_contain_text("2 calls, an e-mail, a text, and no answer")
    page.get_by_role("button", name="Ask for the closing").click()
    said(page, "The closing is asked for")
    handover = Handover.objects.get(kind="close", assignment=row(not_reached).assignment)
    caseload.take_up(handover_id=handover.pk, by=practice.therapist)

    # The CSR opens a reassignment by hand, with all that is known; of the Medicaid client the OMHC is missing.
    calls.goto(f"/departures/rows/{row('Ember').pk}/")
    expect(calls.locator("main")).to_contain_text("OMHC missing")
    calls.get_by_role("button", name="Open the reassignment").click()
    expect(calls.locator("main")).to_contain_text("Ember")
    for name in staying[:-1]:
        calls.goto(f"/departures/rows/{row(name).pk}/")
        calls.get_by_role("button", name="Open the reassignment").click()
        calls.wait_for_url("**/cases/**")

    # Not before everybody is placed can it be closed.
    page.goto(f"/departures/{departure.pk}/")
    page.get_by_role("button", name="Close the departure").click()
    expect(page.get_by_role("alert")).to_contain_text("not settled yet")
    OmhcAssessmentFactory(client=row("Ember").assignment.client, completed_on=dates.today())
    for name in staying:
        place(name, practice)
    page.get_by_role("button", name="Close the departure").click()
    expect(page.get_by_role("alert")).to_contain_text("1 not settled yet: Dunn, Ada (being closed)")
    TerminationFactory(client=row(not_reached).assignment.client, clinician=practice.old, ended_on=dates.today())
    page.get_by_role("button", name="Close the departure").click()
    said(page, "The departure is closed")
    outcomes = [line.outcome for line in selectors.of(departure)]
    assert sorted(map(str, outcomes)) == sorted(
        [*[Outcome.STRUCK] * 2, Outcome.FOLLOWS, Outcome.UNRESPONSIVE, *[Outcome.PLACED] * 11]
    )


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_each_page_of_a_departure_is_accessible_and_fits(desk: Desk, practice: SimpleNamespace, size: str) -> None:
    departure = open_departure(
        clinician_id=practice.old.pk, kind="resignation", notice_on=dates.today(),
        last_day=dates.today() + timedelta(days=9), by=practice.transition,
    )  # fmt: skip
    tried("Dunn", "call", "call", "email", "text")
    page = desk(practice.transition, "/departures/", size)
    for address in (
        "", f"{departure.pk}/", f"{departure.pk}/watch/", f"{departure.pk}/mail/", f"{departure.pk}/sheet/",
        f"rows/{row('Dunn').pk}/", "calls/",
    ):  # fmt: skip
        page.goto(f"/departures/{address}")
        axe(page)
        fits(page)


def test_a_call_is_logged_with_one_key_and_the_next_client_has_the_focus(desk: Desk, practice: SimpleNamespace) -> None:
    open_departure(
        clinician_id=practice.old.pk, kind="resignation", notice_on=dates.today(),
        last_day=dates.today() + timedelta(days=9), by=practice.transition,
    )  # fmt: skip
    page = desk(practice.csr, "/departures/calls/")
    for key in ("j", "j", "v"):
        page.keyboard.press(key)
    expect(page.locator("#calls")).to_contain_text("left a voicemail")
    expect(page.locator("[data-call]:focus")).to_have_count(1)
    assert selectors.lines(RosterRow.objects.filter(attempts__outcome="voicemail"))[0].place.calls == 1
