"""Accounts: who may be opened, changed and closed, and what is refused."""

from datetime import date
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from lwg_intake.access.models import User
from lwg_intake.audit.models import Event
from lwg_intake.desk.actions import people as actions
from lwg_intake.desk.actions.people import seen
from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.records.models import Assignment, Clinician
from lwg_intake.records.models import Client as Patient

pytestmark = pytest.mark.django_db


def account(first: str, *roles: str) -> User:
    return User.objects.create_user(
        f"{first.lower()}@example.com", "pw", first_name=first, last_name="Lee", roles=roles
    )


@pytest.fixture
def ines() -> User:
    return account("Ines", "administrator")


@pytest.fixture
def amara() -> Clinician:
    return Clinician.objects.create(ref="K1", first_name="Amara", last_name="Okafor", kind="therapist")


@pytest.fixture
def office(client: Client, ines: User) -> Client:
    client.force_login(ines)
    return client


def details(user: User, **changes: object) -> dict[str, object]:
    return {
        "was": seen(user),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "roles": user.roles,
        "clinician": None,
        **changes,
    }


NEW = {"first_name": "Ana", "last_name": "Ruiz", "email": "Ana@example.com", "roles": ["csr", "billing"]}


def test_adding_a_person_mails_a_link_to_choose_a_password(office: Client) -> None:
    answer = office.post("/people/add/", NEW, follow=True)
    ana = User.objects.get(email="ana@example.com")
    assert f"mailed to {ana.email}" in answer.content.decode()
    link = next(line for line in mail.outbox[0].body.splitlines() if line.startswith("http"))
    page = Client().get(link, follow=True)
    words = {"password1": "four unrelated words", "password2": "four unrelated words"}
    Client.post(page.client, page.request["PATH_INFO"], words)
    assert User.objects.get(pk=ana.pk).check_password("four unrelated words")
    assert Event.objects.get(verb="person.added").values["roles"] == ["billing", "csr"]


def test_one_address_has_one_account(office: Client) -> None:
    account("Ana", "csr")
    answer = office.post("/people/add/", NEW)
    assert answer.status_code == 422
    assert b"has an account already" in answer.content
    assert b'value="Ruiz"' in answer.content


def test_the_form_says_what_is_missing(office: Client) -> None:
    answer = office.post("/people/add/", {"email": "not an address"})
    assert answer.status_code == 422
    assert answer.content.count(b"This field is required") == 3


@pytest.mark.parametrize("typed", ["Amara Okafor (K1)", "okafor", "amara okafor"])
def test_a_clinicians_account_is_tied_by_name_and_sees_that_caseload(
    office: Client, amara: Clinician, typed: str
) -> None:
    maria = Patient.objects.create(ref="C1", first_name="Maria", last_name="Garcia")
    Assignment.objects.create(client=maria, clinician=amara, service="therapy", started_on=date(2026, 1, 5))
    office.post("/people/add/", NEW | {"roles": ["clinician"], "clinician": typed})
    ana = User.objects.get(email="ana@example.com")
    assert ana.clinician == amara
    assert list(Patient.objects.visible_to(ana)) == [maria]


def test_a_name_that_nobody_or_two_bear_is_asked_again(office: Client, amara: Clinician) -> None:
    Clinician.objects.create(ref="K2", first_name="Ada", last_name="Okafor", kind="therapist")
    assert b"No clinician is called that" in office.post("/people/add/", NEW | {"clinician": "Zed"}).content
    assert b"2 clinicians match" in office.post("/people/add/", NEW | {"clinician": "okafor"}).content


def test_one_clinicians_record_has_one_account(ines: User, amara: Clinician) -> None:
    ana, ben = account("Ana", "clinician"), account("Ben", "clinician")
    actions.change_person(by=ines, person=ana.pk, **details(ana, clinician=amara))
    with pytest.raises(Refusal, match="tied to the account of Ana Lee already"):
        actions.change_person(by=ines, person=ben.pk, **details(ben, clinician=amara))
    ana = User.objects.get(pk=ana.pk)
    actions.change_person(by=ines, person=ana.pk, **details(ana, clinician=None))
    amara.refresh_from_db()
    assert amara.account is None


def test_new_roles_count_from_the_next_page_on(office: Client) -> None:
    ana = account("Ana", "csr")
    at_desk = Client()
    at_desk.force_login(ana)
    assert at_desk.get("/people/").status_code == 403
    posted = details(ana, roles=["csr", "administrator"])
    office.post(f"/people/{ana.pk}/", {key: value for key, value in posted.items() if value is not None})
    assert at_desk.get("/people/").status_code == 200


def test_the_second_of_two_administrators_is_told(ines: User) -> None:
    ana = account("Ana", "csr")
    both_saw = details(ana)
    actions.change_person(by=ines, person=ana.pk, **both_saw | {"roles": ["billing"]})
    with pytest.raises(Stale):
        actions.change_person(by=ines, person=ana.pk, **both_saw | {"roles": ["manager"]})
    assert User.objects.get(pk=ana.pk).roles == ["billing"]


def test_the_last_administrator_stays(ines: User) -> None:
    with pytest.raises(Refusal, match="is the last who can add accounts"):
        actions.change_person(by=ines, person=ines.pk, **details(ines, roles=["csr"]))
    account("Olu", "administrator")
    actions.change_person(by=ines, person=ines.pk, **details(ines, roles=["csr"]))
    assert User.objects.get(pk=ines.pk).roles == ["csr"]


def test_a_closed_account_is_out_and_stays_out_after_reopening(office: Client) -> None:
    ana = account("Ana", "csr")
    at_desk = Client()
    at_desk.force_login(ana)
    office.post(f"/people/{ana.pk}/close/")
    assert at_desk.get("/accounts/").status_code == 302
    office.post(f"/people/{ana.pk}/open/")
    assert at_desk.get("/accounts/").status_code == 302
    assert "choose the password" in mail.outbox[0].body
    assert User.objects.filter(pk=ana.pk, is_active=True).exists()


def test_nobody_closes_the_own_account(ines: User) -> None:
    account("Olu", "administrator")
    with pytest.raises(Refusal, match="your own account"):
        actions.close_account(by=ines, person=ines.pk)


def test_a_closed_account_gets_no_link(office: Client) -> None:
    ana = account("Ana", "csr")
    office.post(f"/people/{ana.pk}/close/")
    assert office.post(f"/people/{ana.pk}/link/").status_code == 422
    assert mail.outbox == []


@pytest.mark.parametrize("deed", [actions.close_account, actions.open_account, actions.reset_second_factor])
def test_only_administrators_touch_accounts(deed: object) -> None:
    manager, ana = account("Mo", "manager"), account("Ana", "csr")
    with pytest.raises(NotAllowed, match="Only Administrator"):
        deed(by=manager, person=ana.pk)  # type: ignore[operator]


def test_without_its_audit_event_nothing_is_done(ines: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **values: object) -> None:
        raise RuntimeError("the audit is down")

    monkeypatch.setattr(actions, "record", broken)
    with pytest.raises(RuntimeError):
        actions.add_person(by=ines, email="ana@example.com", first_name="Ana", last_name="Ruiz", roles=["csr"])
    assert not User.objects.filter(email="ana@example.com").exists()


def test_the_list_costs_the_same_for_many(office: Client, django_assert_max_num_queries: object) -> None:
    for number in range(12):
        account(f"Ana{number}", "clinician")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        assert office.get("/people/").content.count(b"Not tied") == 12


def test_the_first_administrator_comes_from_the_command_line(client: Client) -> None:
    said = StringIO()
    call_command("add_account", "Ana@Example.com", "--name", "Ana Ruiz", "--role", "administrator", stdout=said)
    path = said.getvalue().splitlines()[-1]
    assert b"Choose a password" in client.get(path, follow=True).content
    with pytest.raises(CommandError, match="has an account already"):
        call_command("add_account", "ana@example.com", "--name", "Ana Ruiz", "--role", "csr")
    with pytest.raises(CommandError, match="no e-mail address"):
        call_command("add_account", "ana", "--name", "Ana Ruiz", "--role", "csr")
