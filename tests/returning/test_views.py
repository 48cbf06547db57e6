"""Starting a return from a client's record."""

import pytest
from django.urls import reverse

from lwg_intake import dates
from lwg_intake.access.roles import Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists.models import Case
from returning.models import Return
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory, ClientFactory
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import start

pytestmark = pytest.mark.django_db
ASKED = {"service": "therapy", "channel": "phone"}


@pytest.fixture
def csr(practice):
    return signed_in(practice.csr)


def address(client):
    return reverse("return-start", args=[client.pk])


def test_a_return_is_started_and_opens(practice, csr):
    client = former()
    assert "Marisol Quintero asks to return" in words(csr.get(address(client)))
    answer = csr.post(address(client), {"service": "therapy", "channel": "voicemail"})
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("case", args=[case.pk]))
    row = Return.objects.get()
    assert (row.channel, row.asked_on, case.opened_by) == ("voicemail", dates.today(), practice.csr)
    assert row.category == "none" and row.old_clinician == practice.osei
    assert Event.objects.get(verb="case.started").client_id == client.pk


def test_looking_at_the_form_starts_nothing(csr, practice):
    csr.get(address(former()))
    assert not Case.objects.exists()


def test_a_return_that_is_open_is_gone_on_with(practice, csr):
    client = former()
    case = start(practice, client, by=practice.other_csr)
    for answer in (csr.get(address(client)), csr.post(address(client), ASKED)):
        assert (answer.status_code, answer["Location"]) == (302, reverse("case", args=[case.pk]))
    assert Case.objects.count() == 1


def test_an_active_client_is_refused_with_what_to_do(csr, practice):
    client = former()
    AssignmentFactory(client=client, clinician=practice.duarte, started_on=dates.today())
    answer = csr.post(address(client), ASKED)
    assert answer.status_code == 422
    text = words(answer)
    assert "active with Luis Duarte" in text and "reassignment, not a return" in text
    assert not Case.objects.exists()


def test_who_was_never_here_is_no_returning_client(csr, practice):
    answer = csr.post(address(ClientFactory()), ASKED)
    assert answer.status_code == 422
    assert "Take the call as a new client." in words(answer)


@pytest.mark.parametrize(
    "data",
    [{}, {"service": "therapy"}, {"service": "omhc", "channel": "phone"}, {"service": "\x00", "channel": "9" * 5000}],
)
def test_half_a_request_starts_nothing(csr, practice, data):
    assert csr.post(address(former()), data).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CSR, Role.MANAGER)])
def test_others_do_not_start_one(practice, role):
    client = former()
    browser = signed_in(UserFactory(roles=[role]))
    assert browser.get(address(client)).status_code == 403
    assert browser.post(address(client), ASKED).status_code == 403
    assert not Case.objects.exists()


def test_a_client_who_is_not_there_is_not_found(csr, practice):
    for number in (10**6, 10**30):
        assert csr.get(reverse("return-start", args=[number])).status_code == 404
