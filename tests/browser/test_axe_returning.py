"""axe-core finds nothing on any state of a return, and nothing is too wide: desk, twice the size, phone."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists import actions
from lwg_intake.records.models import Balance, Client, InsurancePolicy
from tests.browser.conftest import axe, fits, sign_in
from tests.factories.records import AppointmentFactory, ContactFactory, DocumentFactory, TerminationFactory
from tests.returning import deeds
from tests.returning.conftest import former, practice

__all__ = ["practice"]

Practice = SimpleNamespace
Desk = Callable[[User], Page]


@pytest.fixture(params=["desk", "phone"])
def desk(request: pytest.FixtureRequest, new_page: Callable[..., Page], practice: Practice) -> Desk:
    def at(user: User) -> Page:
        page = new_page(request.param)
        sign_in(page, user)
        return page

    return at


def look(page: Page, address: str = "") -> None:
    """With everything unfolded; at a desk also as wide as the screen is at 200 %."""
    if address:
        page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    axe(page)
    fits(page)
    wide = page.viewport_size
    if wide and wide["width"] > 640:
        page.set_viewport_size({"width": 640, "height": 450})
        fits(page)
        page.set_viewport_size(wide)


def crowded(practice: Practice) -> Client:
    """A client with long names, six endings, 25 misses, many forms and a long log."""
    client = former(
        category="A", first_name="Wilhelmina-Alexandrina", last_name="Fernández de la Vega-Papadopoulos",
        preferred_name="Alexandrina", dob=dates.today() - timedelta(days=365 * 16), language="Amharic",
        guardian_name="Bartholomew Fernández de la Vega-Papadopoulos", guardian_phone="(301) 555-0199",
        email="wilhelmina.alexandrina.fernandez.de.la.vega.papadopoulos@example.com",
        address="12345 Old Georgetown Road, Building C, Apartment 1407", flags=["risk", "hold"],
        availability=["Tue", "Wed 10:00"],
    )  # fmt: skip
    for n in range(5):
        TerminationFactory(
            client=client, clinician=practice.osei, ended_on=date(2023, 1, 5) - timedelta(days=200 * n), category="B",
            ground="Stopped coming after a change at work", note="Called three times and wrote twice. " * 8,
        )  # fmt: skip
    for n in range(25):
        AppointmentFactory(client=client, clinician=practice.osei, state=("no_show", "late_cancel")[n % 2],
                           starts_at=timezone.now() - timedelta(days=185 + 5 * n))  # fmt: skip
        ContactFactory(client=client, note="Left a message with the number to call back. " * 10)
    for n in range(12):
        DocumentFactory(client=client, kind=f"Treatment plan, part {n} of the yearly review", state="sent")
    Balance.objects.filter(client=client).update(amount=Decimal("1240.00"), no_show_fees=Decimal("200.00"))
    return client


def test_a_crowded_record(desk: Desk, practice: Practice) -> None:
    client = crowded(practice)
    csr, billing = desk(practice.csr), desk(practice.billing)
    look(csr, f"/clients/{client.pk}/")
    look(csr, f"/clients/{client.pk}/return/")
    case = deeds.start(practice, client)
    actions.ask(case_id=case.pk, step_key="balance", to="billing", text="May she pay in three parts?", by=practice.csr)
    look(csr, "/")
    look(billing, "/")
    look(billing, f"/clients/{client.pk}/")
    look(billing, f"/cases/{case.pk}/?step=balance")
    for key in ("ending", "demographics", "balance", "portal", "match"):
        look(csr, f"/cases/{case.pk}/?step={key}")


def test_every_step_open_and_done(desk: Desk, practice: Practice) -> None:
    case = deeds.start(practice, former(category="A"))
    page = desk(practice.csr)
    deeds.do(case, "ending", practice.csr, category="A")
    for key in ("commitment", "demographics", "insurance", "balance", "portal", "match", "schedule", "note"):
        look(page, f"/cases/{case.pk}/?step={key}")
    deeds.do(case, "commitment", practice.csr)
    for key in ("demographics", "insurance", "balance", "portal"):
        deeds.do(case, key, practice.csr)
    look(page, f"/cases/{case.pk}/?step=match")
    deeds.do(case, "match", practice.csr, clinician_id=practice.osei.pk)
    look(page, f"/cases/{case.pk}/?step=schedule")
    deeds.do(case, "schedule", practice.csr, **deeds.visit())
    look(page, f"/cases/{case.pk}/?step=assignment")
    deeds.do(case, "assignment", practice.csr, started_on=dates.today().isoformat())
    look(page, f"/cases/{case.pk}/?step=notice")
    deeds.do(case, "notice", practice.csr)
    look(page, f"/cases/{case.pk}/?step=tracker")
    deeds.do(case, "tracker", practice.csr)
    look(page, f"/cases/{case.pk}/?step=note")
    deeds.do(case, "note", practice.csr)
    for key in ("ending", "insurance", "match", "note"):
        look(page, f"/cases/{case.pk}/?step={key}")
    actions.complete(case_id=case.pk, by=practice.csr)
    look(page, f"/cases/{case.pk}/")
    look(page, f"/cases/{case.pk}/?step=insurance")


def test_what_stops_a_case(desk: Desk, practice: Practice) -> None:
    client = former(category="D")
    InsurancePolicy.objects.filter(client=client).update(payer="Maryland Medicaid", payer_class="medicaid")
    Balance.objects.filter(client=client).update(amount=Decimal("75.00"))
    case = deeds.start(practice, client)
    deeds.do(case, "ending", practice.csr, category="D")
    csr, manager = desk(practice.csr), desk(practice.manager)
    for key in ("decision", "balance", "omhc", "match"):
        look(csr, f"/cases/{case.pk}/?step={key}")
    look(manager, "/")
    look(manager, f"/cases/{case.pk}/?step=decision")
    deeds.do(case, "omhc", practice.csr, waiting=True, booked_on=dates.today().isoformat(), completed_on=None, np="")
    look(csr, f"/cases/{case.pk}/?step=omhc")
    deeds.do(case, "decision", practice.manager, decision="refuse", because="Threats.", conditions="")
    look(csr, f"/cases/{case.pk}/?step=referral")
    look(csr, f"/cases/{case.pk}/?step=decision")
    look(csr, "/tracker/?stage=management_review&stage=new&category=D")


def test_mistakes_and_refusals(desk: Desk, practice: Practice) -> None:
    case = deeds.start(practice, former(category=""))
    page = desk(practice.csr)
    page.goto(f"/cases/{case.pk}/?step=ending")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Choose how the last episode ended.")).to_be_visible()
    look(page)
    page.goto(f"/cases/{case.pk}/?step=demographics")
    deeds.do(case, "demographics", practice.other_csr, address="99 Linden Way")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page)
    page.goto(f"/cases/{case.pk}/?step=insurance")
    page.get_by_role("group", name="Is the insurance active today?").get_by_label("No").check()
    page.get_by_role("group", name="Has it changed since the last episode?").get_by_label("No").check()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("alert")).to_contain_text("not active")
    look(page)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Write the question first.")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Leave the case").click()
    expect(page.get_by_text("Say why.")).to_be_visible()
    look(page)
    look(page, "/cases/999999/")


def test_waitlist_and_search_page(desk: Desk, practice: Practice) -> None:
    client = former()
    case = deeds.start(practice, client)
    actions.leave(case_id=case.pk, way="waitlist", because="No evening place.", by=practice.csr)
    page = desk(practice.csr)
    look(page, f"/cases/{case.pk}/")
    look(page, "/tracker/")
    page.get_by_label("Find a client").fill("quintero")
    page.locator("[data-find]").evaluate("form => form.submit()")
    page.wait_for_url("**/search/")
    look(page)
    clinician = desk(practice.clinician)
    look(clinician, f"/clients/{client.pk}/")
