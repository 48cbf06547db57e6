"""A clinician reviews ten suggestions by keyboard and closes one; the client returns one day. And axe on all of it."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from caseload.models import Suggestion
from caseload.sweeps import sweep
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Case
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Assignment, Client, Handover, Termination
from tests.browser.conftest import axe, fits, sign_in
from tests.browser.test_returning import at, choose, complete, start, tick
from tests.caseload import deeds
from tests.caseload.deeds import assigned
from tests.factories.records import ContactFactory, EpisodeFactory

Practice = SimpleNamespace
NAMES = ("Abbot", "Birch", "Castle", "Dunn", "Ember", "Frost", "Grove", "Hale", "Quintero", "Ives")


@pytest.fixture
def practice(live_server: Any) -> Practice:
    """Ten of Osei's clients have slipped away; Marisol Quintero missed three visits in a row."""
    made = deeds.make_practice()
    for name in NAMES:
        mine = assigned(made, client__last_name=name, client__first_name="Marisol" if name == "Quintero" else "Ada")
        deeds.visit(mine, -60, "kept")
        EpisodeFactory(client=mine.client, started_on=mine.started_on)
        ContactFactory(client=mine.client, outcome="no_answer")
        if name == "Quintero":
            for days in (50, 43, 36):
                deeds.visit(mine, -days, "no_show")
    sweep()
    return made


def open_caseload(page: Page, user: Any, address: str = "/caseload/") -> Page:
    sign_in(page, user)
    page.goto(address)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def to_review(page: Page, count: int) -> None:
    expect(page.get_by_role("heading", name="To review")).to_contain_text(str(count))


def said(page: Page, words: str) -> None:
    expect(page.locator("#notices")).to_contain_text(words)


def test_ten_are_reviewed_by_keyboard_one_is_closed_and_returns(
    new_page: Callable[..., Page], practice: Practice
) -> None:
    page = open_caseload(new_page(), practice.osei)
    to_review(page, 10)
    # Three are written to, two are kept, one is reassigned, three more are kept one by one, one is closed.
    press(page, "j", "x", "j", "x", "j", "x")
    expect(page.get_by_role("checkbox", name="Castle")).to_be_focused()
    press(page, "w", "Enter")
    said(page, "3 clients written to, with the date")
    press(page, "j", "x", "j", "x", "k")
    expect(page.get_by_role("checkbox", name="Dunn")).to_be_focused()
    press(page, "e")
    expect(page.get_by_role("textbox", name="Because")).to_be_focused()
    page.keyboard.type("Abroad until spring, as agreed")
    press(page, "Enter")
    said(page, "2 clients kept: asked again on")
    press(page, "j", "r")
    page.keyboard.type("Wants evenings")
    press(page, "Enter")
    said(page, "1 client to reassign: the request is made.")
    for left in (4, 3, 2):
        to_review(page, left)
        press(page, "j", "e")
        page.keyboard.type("In hospital")
        press(page, "Enter")
        said(page, "1 client kept: asked again on")
    to_review(page, 1)
    press(page, "j", "c", "Enter")
    at(page, "Visits ahead")
    assert Suggestion.objects.filter(status="open").count() == 0
    assert Message.objects.filter(template="T22").count() == 3 and Handover.objects.count() == 1

    close_by_checklist(page)
    termination = Termination.objects.get()
    assert (termination.client.last_name, termination.category) == ("Quintero", "A")
    assert Assignment.objects.get(client=termination.client).ended_on is not None
    assert Message.objects.get(template="T23").to == termination.client.email

    desk = new_page()
    sign_in(desk, practice.casey)
    desk.goto("/")
    start(desk)
    expect(desk.get_by_role("radio", name="A: no-shows")).to_be_checked()
    tick(desk, "Past records")
    at(desk, "Attendance commitment")
    assert Case.objects.get(procedure="returning").client == termination.client


def close_by_checklist(page: Page) -> None:
    tick(page, "Visits ahead")
    page.get_by_label("I looked at the attempts on record").check()
    tick(page, "Outreach")
    choose(page, "One last session was offered", "The client could not be reached")
    tick(page, "One last session")
    choose(page, "Would the client go on with another clinician?", "The client could not be asked")
    tick(page, "Another clinician")
    expect(page.get_by_role("radio", name="A: no-shows")).to_be_checked()
    tick(page, "Category and ground")
    expect(page.get_by_role("textbox", name="Discharge summary")).to_have_value(re.compile("Visits kept: 1"))
    choose(page, "Was the summary talked over with the client?", "No")
    tick(page, "Discharge summary")
    expect(page.get_by_text("call or text 988 at any hour")).to_be_visible()
    tick(page, "Letter to the client", "Send the letter")
    page.get_by_label("The Termination Note is signed in TherapyNotes").check()
    tick(page, "Termination Note", "End the service")
    complete(page)


def test_a_mistake_keeps_the_ticks_and_takes_the_focus(page: Page, practice: Practice) -> None:
    open_caseload(page, practice.osei)
    press(page, "j", "x", "j", "x", "e")
    press(page, "Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Say why, for whoever asks again.")
    for name in NAMES[:2]:
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    expect(page.get_by_role("radio", name="Keep, because")).to_be_checked()


# --- Axe, at a desk and on a phone ----------------------------------------------------------------------------------
SIZE = pytest.mark.parametrize("size", ["desk", "phone"])


def look(page: Page, address: str = "") -> None:
    if address:
        page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    axe(page)
    fits(page)


@SIZE
def test_the_caseload_page(new_page: Callable[..., Page], practice: Practice, size: str) -> None:
    Client.objects.filter(last_name="Ember").update(
        last_name="Fernández de la Vega-Papadopoulos", first_name="Wilhelmina-Alexandrina", email_ok=False
    )
    Suggestion.objects.filter(assignment__client__last_name="Dunn").update(notes=["minor", "risk", "other_service"])
    of = f"/caseload/?of={practice.clinician.pk}"
    for user in (practice.osei, practice.marsh, practice.morgan):
        page = new_page(size)
        sign_in(page, user)
        look(page, of)
    page = open_caseload(new_page(size), practice.osei)
    page.get_by_role("checkbox", name="Abbot").check()
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose an answer.")
    look(page)
    page.get_by_label("Close", exact=True).check()
    page.get_by_role("button", name="Answer").click()
    at(page, "Visits ahead")
    look(page, "/caseload/")
    Suggestion.objects.all().delete()
    look(page, "/caseload/?show=missed")


@SIZE
def test_every_step_of_a_closing(new_page: Callable[..., Page], practice: Practice, size: str) -> None:
    mine = Assignment.objects.get(client__last_name="Quintero")
    deeds.visit(mine, 5, "scheduled")
    case = deeds.say(mine, "close", practice.osei)
    page = new_page(size)
    sign_in(page, practice.osei)
    for key in ("visits", "attempts", "last_session", "reassign", "ending", "letter", "note"):
        look(page, f"/cases/{case.pk}/?step={key}")
    page.goto(f"/cases/{case.pk}/?step=visits")
    page.get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("A visit is booked")
    look(page)
    deeds.do(case, "visits", practice.osei, cancelled=True)
    for key in deeds.FIRST[1:]:
        deeds.do(case, key, practice.osei)
    look(page, f"/cases/{case.pk}/?step=ending")
    deeds.do(case, "ending", practice.osei, category="A")
    look(page, f"/cases/{case.pk}/?step=summary")
    deeds.do(case, "summary", practice.osei)
    look(page, f"/cases/{case.pk}/?step=letter")
    deeds.do(case, "letter", practice.osei)
    look(page, f"/cases/{case.pk}/?step=note")
    deeds.do(case, "note", practice.osei)
    look(page, f"/cases/{case.pk}/?step=note")
    actions.complete(case_id=case.pk, by=practice.osei)
    look(page, f"/cases/{case.pk}/?step=ending")
