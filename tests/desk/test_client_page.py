"""A client's page: what the record shows, to whom, and at what cost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.roles import Role
from lwg_intake.audit.models import Event
from lwg_intake.records.episodes import derive
from lwg_intake.records.models import Client
from lwg_intake.records.snapshot import snapshot
from tests.factories.access import UserFactory
from tests.factories.records import (
    AppointmentFactory,
    AssignmentFactory,
    BalanceFactory,
    ClientFactory,
    ClinicianFactory,
    ContactFactory,
    DocumentFactory,
    InsurancePolicyFactory,
    OmhcAssessmentFactory,
    TerminationFactory,
)
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import start

pytestmark = pytest.mark.django_db
TODAY = dates.today


def page(client):
    return reverse("client", args=[client.pk])


@pytest.fixture
def csr(practice):
    return signed_in(practice.csr)


def test_the_page_shows_the_record(csr, practice):
    client = former(preferred_name="Mari", guardian_name="", language="Spanish", flags=["risk"])
    AppointmentFactory(
        client=client, clinician=practice.osei, starts_at=timezone.now() + timedelta(days=3), state="scheduled"
    )
    ContactFactory(client=client, reason="Return request", note="Asked for Tuesdays")
    DocumentFactory(client=client)
    text = words(csr.get(page(client)))
    for said in ("Marisol Quintero", "Mari", "C-1", "marisol@example.com", "(410) 555-0142", "12 Elm Ct", "Spanish",
                 "Abena Osei", "Stopped coming", "Cigna", "Return request", "Asked for Tuesdays",
                 "Consent for treatment", "Start a return"):  # fmt: skip
        assert said in text, said


def test_an_empty_record_says_what_is_not_known(csr):
    client = ClientFactory(dob=None, email="", phone="", address="", city="", state="", postal_code="", portal="",
                           email_ok=None, text_ok=None)  # fmt: skip
    text = words(csr.get(page(client)))
    for said in ("unknown", "No clinician was ever assigned.", "No insurance is on record.", "none on record",
                 "No visit is on record.", "No case was opened."):  # fmt: skip
        assert said in text, said
    assert "Start a return" not in text, "who was never here is no returning client"


def test_an_open_return_is_gone_on_with(csr, practice):
    client = former()
    case = start(practice, client)
    text = words(csr.get(page(client)))
    assert reverse("case", args=[case.pk]) in text and "Start a return" not in text


@pytest.mark.parametrize("garbage", ["0", "x", "²", "9" * 5000])
def test_a_page_of_the_log_that_is_not_there_is_the_nearest(csr, garbage):
    client = ClientFactory()
    ContactFactory.create_batch(10, client=client)
    assert csr.get(page(client), {"contacts": garbage, "visits": garbage}).status_code == 200


def test_the_log_reads_in_its_last_correction(csr):
    first = ContactFactory(note="Spoke with the mother")
    ContactFactory(client=first.client, corrects=first, note="Spoke with the aunt")
    text = words(csr.get(page(first.client)))
    assert "the aunt" in text and "the mother" not in text


def test_the_address_says_what_is_missing_of_it(csr):
    for street, city, state, said in (
        ("12 Elm Ct", "Laurel", "MD", "12 Elm Ct, Laurel, MD"), ("", "Laurel", "MD", "street unknown, Laurel, MD"),
        ("12 Elm Ct", "", "", "12 Elm Ct"), ("", "", "", "unknown"),
    ):  # fmt: skip
        client = ClientFactory(address=street, city=city, state=state, postal_code="")
        assert f"<dt>Address</dt> <dd>{said}</dd>" in words(csr.get(page(client)))


# --- Who may open it ------------------------------------------------------------------------------------------------


def test_a_clinician_opens_their_own_clients_and_no_other(practice):
    own = ClinicianFactory(account=practice.clinician)
    mine, theirs = AssignmentFactory(clinician=own).client, AssignmentFactory().client
    browser = signed_in(practice.clinician)
    assert browser.get(page(mine)).status_code == 200
    other = browser.get(page(theirs))
    assert other.status_code == 404 and theirs.last_name not in words(other)
    asked = Event.objects.filter(client_id=theirs.pk, verb="client.withheld")
    assert [event.actor_id for event in asked] == [practice.clinician.pk]
    mine.assignments.update(ended_on=TODAY())
    assert browser.get(page(mine)).status_code == 404


def test_a_supervisor_opens_the_teams(practice):
    lead = UserFactory(roles=[Role.SUPERVISOR])
    team = ClinicianFactory(supervisor=ClinicianFactory(account=lead))
    client = AssignmentFactory(clinician=team).client
    assert signed_in(lead).get(page(client)).status_code == 200
    assert signed_in(UserFactory(roles=[Role.SUPERVISOR])).get(page(client)).status_code == 404


def test_an_administrator_opens_none():
    assert signed_in(UserFactory(roles=[Role.ADMINISTRATOR])).get(page(ClientFactory())).status_code == 403


def test_a_clinician_is_offered_neither_money_nor_cases(practice):
    client = former()
    start(practice, client)
    AssignmentFactory(client=client, clinician=ClinicianFactory(account=practice.clinician))
    text = words(signed_in(practice.clinician).get(page(client)))
    for offer in ("Set the balance", "Start a return", "Go on with the return"):
        assert offer not in text
    assert "No case was opened." in text


# --- What the record amounts to -------------------------------------------------------------------------------------


def test_active_former_or_never_here():
    client = ClientFactory()
    assert snapshot(client).status == "prospective"
    running = AssignmentFactory(client=client, started_on=TODAY() - timedelta(days=90))
    assert snapshot(client).status == "active"
    TerminationFactory(client=client, clinician=running.clinician, ended_on=TODAY())
    assert snapshot(client).status == "former", "terminated, though still on the Clinicians tab"
    assert snapshot(client).on_record == [running] and snapshot(client).running == []
    again = AssignmentFactory(client=client, started_on=TODAY())
    assert snapshot(client).running == [again]


def test_medicaid_in_force_keeps_fees_out_of_what_is_owed():
    client = ClientFactory()
    BalanceFactory(client=client, amount=Decimal(50), no_show_fees=Decimal(30))
    assert snapshot(client).owed == Decimal(50)
    over = InsurancePolicyFactory(client=client, payer_class="medicaid", ends_on=TODAY() - timedelta(days=1))
    assert not snapshot(client).is_medicaid
    over.ends_on = TODAY()
    over.save()
    assert snapshot(client).is_medicaid and snapshot(client).owed == Decimal(20)


def test_the_insurance_in_force_is_the_first_that_stands():
    client = ClientFactory()
    first = InsurancePolicyFactory(client=client, priority=1, active="no")
    second = InsurancePolicyFactory(client=client, priority=2, active="unknown")
    assert snapshot(client).primary == second
    second.ends_on = TODAY() - timedelta(days=1)
    second.save()
    assert snapshot(client).primary == first, "better an inactive one than none"


def test_the_last_intake_is_the_later_of_the_recorded_and_the_kept():
    client = ClientFactory(last_intake_on=TODAY() - timedelta(days=400))
    now = timezone.now()
    for state, kind, service, days in (
        ("kept", "intake", "therapy", 100), ("no_show", "intake", "therapy", 10), ("kept", "session", "therapy", 5),
        ("kept", "intake", "medication", 3),
    ):  # fmt: skip
        AppointmentFactory(client=client, state=state, kind=kind, service=service, starts_at=now - timedelta(days=days))
    assert snapshot(client).last_intake_on == dates.day_of(now - timedelta(days=100))
    client.last_intake_on = TODAY()
    assert snapshot(client).last_intake_on == TODAY()


def test_only_the_misses_of_the_last_episode_are_held_against_a_client():
    client = ClientFactory()
    long_ago, lately = TODAY() - timedelta(days=900), TODAY() - timedelta(days=300)
    for began, days in ((long_ago, 100), (lately, 100)):
        a = AssignmentFactory(client=client, started_on=began, ended_on=began + timedelta(days=days))
        TerminationFactory(client=client, clinician=a.clinician, ended_on=a.ended_on)
        for state in ("no_show", "late_cancel", "client_cancel", "kept"):
            seen_at = timezone.now() - (TODAY() - began) + timedelta(days=5)
            AppointmentFactory(client=client, state=state, starts_at=seen_at)
    derive([client.pk])
    assert len(snapshot(client).misses) == 2


def test_an_assessment_and_a_form_that_ran_out():
    client = ClientFactory()
    OmhcAssessmentFactory(client=client, completed_on=TODAY() - timedelta(days=50))
    OmhcAssessmentFactory(client=client, completed_on=TODAY() - timedelta(days=5))
    assert snapshot(client).omhc_on == TODAY() - timedelta(days=5)
    DocumentFactory(client=client, kind="In force", expires_on=TODAY())
    DocumentFactory(client=client, kind="Ran out", expires_on=TODAY() - timedelta(days=1))
    DocumentFactory(client=client, kind="Never signed", state="sent", signed_on=None)
    assert [d.kind for d in snapshot(client).open_documents] == ["Never signed", "Ran out"]


def test_a_client_is_a_minor_until_the_birthday():
    today = TODAY()
    eighteen = dates.months_before(today, 18 * 12)
    assert not snapshot(ClientFactory(dob=eighteen)).is_minor
    assert snapshot(ClientFactory(dob=eighteen + timedelta(days=1))).is_minor
    assert not snapshot(ClientFactory(dob=None)).is_minor


def test_the_page_costs_the_same_however_much_is_on_record(csr, practice):
    client = former()

    def cost():
        csr.get(page(client))
        with CaptureQueriesContext(connection) as done:
            csr.get(page(client))
        return len(done)

    ContactFactory.create_batch(2, client=client)
    AppointmentFactory.create_batch(2, client=client)
    DocumentFactory(client=client)
    few = cost()
    ContactFactory.create_batch(40, client=client, written_by=practice.csr)
    AppointmentFactory.create_batch(40, client=client)
    for n in range(10):
        AssignmentFactory(client=client)
        TerminationFactory(client=client)
        InsurancePolicyFactory(client=client)
        DocumentFactory(client=client, kind=f"Form {n}", clinician=practice.osei)
    assert Client.objects.count() == 1
    assert cost() - few <= 2, "a second page of visits and of the log each ask for their count, and nothing grows"
