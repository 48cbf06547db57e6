"""The pages of the caseload wing for a screen reader, a phone and 200 %; and a call logged without leaving the page."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from caseload import actions
from caseload.feeds import actions as feeds
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.models import Contact
from tests.browser.conftest import sign_in
from tests.browser.test_axe_returning import look
from tests.caseload import deeds
from tests.caseload.deeds import assigned, suggested, up_to_letter
from tests.caseload.test_calls import tomorrow
from tests.factories.access import UserFactory
from tests.factories.caseload import BackfillEntryFactory, FreedPlaceFactory, HandoverFactory
from tests.factories.records import ContactFactory, DocumentFactory

Practice = SimpleNamespace
Desk = Callable[[User], Page]


@pytest.fixture
def practice(live_server: Any) -> Practice:
    return deeds.make_practice()


@pytest.fixture(params=["desk", "phone"])
def desk(request: pytest.FixtureRequest, new_page: Callable[..., Page], practice: Practice) -> Desk:
    def at(user: User) -> Page:
        page = new_page(request.param)
        sign_in(page, user)
        return page

    return at


def crowd(practice: Practice) -> Any:
    """A minor with long names who missed, lacks everything, and whose number was wrong."""
    who = suggested(
        practice, "trying", client__first_name="Wilhelmina-Alexandrina",
        client__last_name="Fernández de la Vega-Papadopoulos", client__dob=deeds.ago(5000),
        client__guardian_name="Bartholomew Fernández de la Vega (father)", client__guardian_phone="(301) 555-0199",
    )  # fmt: skip
    tomorrow(who)
    for days in (30, 37, 44):
        deeds.visit(who, -days, "no_show")
    for n in range(5):
        DocumentFactory(client=who.client, kind=f"Treatment plan, part {n} of the yearly review", state="sent")
    ContactFactory(client=who.client, outcome="wrong_number", at=timezone.now() - timedelta(days=3))
    log_contact(client_id=who.client_id, channel="phone", outcome="no_answer", by=practice.casey, reason="Reminder")
    return who


def test_the_call_lists(desk: Desk, practice: Practice) -> None:
    crowd(practice)
    page = desk(practice.casey)
    for address in ("/calls/", "/calls/?show=all", "/calls/?show=remind", "/calls/?list=trying"):
        look(page, address)


def test_the_backfill_list(desk: Desk, practice: Practice) -> None:
    who = crowd(practice)
    BackfillEntryFactory(assignment=who, times=["Tue 10:00", "Thu 15:00-18:00", "Fri mornings"])
    BackfillEntryFactory(assignment=assigned(practice))
    FreedPlaceFactory(clinician=practice.clinician, starts_at=timezone.now() + timedelta(hours=2))
    page = desk(practice.casey)
    look(page, "/calls/places/")
    page.goto(f"/clients/{who.client_id}/sooner/")
    page.get_by_label("Days and times").fill("sometimes")
    page.get_by_role("button", name="Change the times").click()
    expect(page.get_by_text("is not understood")).to_be_visible()
    look(page)
    look(desk(practice.osei), "/calls/places/")


def test_the_overview_and_the_calendar(desk: Desk, practice: Practice) -> None:
    suggested(practice)
    look(desk(practice.morgan), "/caseload/overview/")
    page = desk(practice.marsh)
    look(page, "/caseload/overview/")
    look(page, "/caseload/calendar/")
    feeds.make(by=practice.marsh)
    look(page, "/caseload/calendar/")


def test_a_closing_that_was_asked_for(desk: Desk, practice: Practice) -> None:
    priya = UserFactory(roles=[Role.TRANSITION_MANAGER])
    handover = HandoverFactory(kind="close", assignment=assigned(practice))
    page = desk(priya)
    look(page, "/")
    look(page, f"/caseload/asked/{handover.pk}/")
    case = actions.take_up(handover_id=handover.pk, by=priya)
    up_to_letter(case, priya)
    log_contact(client_id=case.client_id, channel="phone", outcome="reached", by=practice.casey, reason="Scheduling",
                direction="in")  # fmt: skip
    look(page, f"/cases/{case.pk}/?step=letter")
    look(desk(practice.osei), f"/caseload/assignments/{assigned(practice).pk}/close/")


def test_the_letter_is_chosen_where_one_is_written(desk: Desk, practice: Practice) -> None:
    suggested(practice)
    page = desk(practice.osei)
    page.goto("/caseload/")
    expect(page.get_by_label("Letter", exact=True)).to_be_hidden()
    page.get_by_label("Write with a date").check()
    expect(page.get_by_label("Letter", exact=True)).to_be_visible()
    look(page)


def test_a_call_is_logged_and_taken_back_without_leaving_the_page(new_page: Any, practice: Practice) -> None:
    who = assigned(practice)
    tomorrow(who)
    page, other = new_page(), new_page()
    sign_in(page, practice.casey)
    sign_in(other, practice.morgan)
    for one in (page, other):
        one.goto("/calls/?show=all")
    page.get_by_role("button", name="Voicemail").click()
    expect(page.locator(".call__logged")).to_contain_text("left a voicemail · you")
    expect(page.get_by_role("button", name="Voicemail")).to_be_focused()
    other.get_by_role("button", name="Reached").click()
    expect(other.get_by_role("alert")).to_contain_text("Casey Of Staff logged something")
    expect(other.locator(".call__logged")).to_contain_text("left a voicemail · Casey")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator(".call__logged")).to_have_count(0)
    assert [contact.outcome for contact in Contact.objects.current()] == [""]
