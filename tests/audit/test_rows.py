"""Beneath the events: every row that is made, changed or deleted, by whatever program and in whatever number."""

import pytest
from django.db import connection, transaction

from lwg_intake import dates
from lwg_intake.access.adapter import Adapter
from lwg_intake.access.models import User
from lwg_intake.audit.models import Event, RowChange
from lwg_intake.audit.record import record
from lwg_intake.audit.triggers import MANY
from lwg_intake.policy.values import change
from lwg_intake.records.models import Client
from tests.factories.access import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.policy import SettingFactory
from tests.factories.records import (
    AppointmentFactory,
    AssignmentFactory,
    BalanceFactory,
    ClientFactory,
    ClinicianFactory,
    DocumentFactory,
    InsurancePolicyFactory,
    LegalHoldFactory,
    OmhcAssessmentFactory,
    PlaceHoldFactory,
    RemovalFactory,
    TerminationFactory,
)
from tests.owner import as_owner
from tests.returning.conftest import former
from tests.returning.deeds import do, start

pytestmark = pytest.mark.django_db
TRACKED = (
    AppointmentFactory, AssignmentFactory, BalanceFactory, CaseFactory, ClientFactory, ClinicianFactory,
    DocumentFactory, InsurancePolicyFactory, LegalHoldFactory, OmhcAssessmentFactory, PlaceHoldFactory,
    RemovalFactory, SettingFactory, TerminationFactory, UserFactory,
)  # fmt: skip


def of(row):
    return RowChange.objects.filter(record=row._meta.db_table, row_id=row.pk).order_by("pk")


@pytest.mark.parametrize("factory", TRACKED)
def test_a_row_that_is_made_is_noted_with_its_client(factory):
    row = factory()
    noted = of(row).get()
    client = row.pk if isinstance(row, Client) else getattr(row, "client_id", None)
    assert (noted.deed, noted.rows, noted.client_id, noted.changed) == ("INSERT", 1, client, {})
    assert noted.db_user


def test_a_save_a_bulk_update_and_raw_sql_are_all_noted_with_before_and_after():
    client = ClientFactory(city="Bowie", state="MD")
    client.city = "Laurel"
    client.save()
    Client.objects.filter(pk=client.pk).update(city="Severn", state="VA")
    with connection.cursor() as sql:
        sql.execute("UPDATE records_client SET city = 'Olney' WHERE id = %s", [client.pk])
    assert list(of(client).values_list("deed", "changed")) == [
        ("INSERT", {}),
        ("UPDATE", {"city": ["Bowie", "Laurel"]}),
        ("UPDATE", {"city": ["Laurel", "Severn"], "state": ["MD", "VA"]}),
        ("UPDATE", {"city": ["Severn", "Olney"]}),
    ]
    assert set(of(client).values_list("client_id", flat=True)) == {client.pk}


def test_what_changes_nothing_is_not_noted():
    client = ClientFactory()
    client.save()
    Client.objects.filter(pk=client.pk).update(city=client.city)
    assert of(client).count() == 1


def test_a_deleted_row_leaves_what_it_held():
    assignment = AssignmentFactory()
    with as_owner() as sql:
        sql.execute("ALTER TABLE records_assignment DISABLE TRIGGER records_assignment_never_deleted")
        sql.execute("DELETE FROM records_assignment WHERE id = %s", [assignment.pk])
    noted = of(assignment).last()
    assert (noted.deed, noted.client_id) == ("DELETE", assignment.client_id)
    assert noted.changed["service"] == ["therapy", None]


def test_rows_made_by_the_hundred_are_one_line_and_fewer_one_each():
    def made(count):
        last = RowChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        Client.objects.bulk_create(Client(ref=f"R{count}-{n}", first_name="A", last_name="B") for n in range(count))
        return list(RowChange.objects.filter(pk__gt=last, record="records_client").values_list("rows", flat=True))

    assert made(MANY - 1) == [1] * (MANY - 1)
    assert made(MANY) == [MANY]


def test_many_changed_at_once_are_noted_one_by_one():
    clients = [ClientFactory(city="Bowie") for _ in range(MANY + 20)]
    Client.objects.filter(pk__in=[c.pk for c in clients]).update(city="Laurel")
    assert RowChange.objects.filter(deed="UPDATE", changed={"city": ["Bowie", "Laurel"]}).count() == MANY + 20


def test_a_password_is_noted_without_its_hash_and_a_sign_in_not_at_all():
    user = UserFactory()
    User.objects.filter(pk=user.pk).update(last_login="2026-01-01T00:00Z")
    assert of(user).count() == 1
    User.objects.filter(pk=user.pk).update(roles=["manager"], password="x")
    assert of(user).last().changed == {"roles": [["csr"], ["manager"]], "password": "changed"}


@pytest.mark.django_db(transaction=True)
def test_a_password_that_is_chosen_or_hashed_anew_has_its_event_in_the_same_transaction(settings):
    user = UserFactory()
    told = Event.objects.filter(verb="account.password_written", record_id=user.pk).order_by("pk")
    Adapter().set_password(user, "another-long-password")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", *settings.PASSWORD_HASHERS]
    assert User.objects.get(pk=user.pk).check_password("another-long-password")
    assert [event.xact for event in told] == [
        change.xact for change in of(user).filter(deed="UPDATE", changed={"password": "changed"})
    ]
    assert told.count() == 2 and not User.objects.get(pk=user.pk).check_password("wrong")


@pytest.mark.django_db(transaction=True)
def test_the_event_of_the_same_transaction_says_who():
    client, csr = ClientFactory(), UserFactory()
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(city="Laurel")
        event = record("client.changed", by=csr, on=client, client_id=client.pk)
    Client.objects.filter(pk=client.pk).update(city="Olney")
    told, untold = of(client).filter(deed="UPDATE")
    assert told.xact == Event.objects.get(pk=event.pk).xact
    assert not Event.objects.filter(xact=untold.xact).exists()


def test_a_change_that_is_undone_leaves_no_line():
    client = ClientFactory(city="Bowie")
    with pytest.raises(RuntimeError), transaction.atomic():
        Client.objects.filter(pk=client.pk).update(city="Laurel")
        raise RuntimeError
    assert of(client).count() == 1


def test_a_deed_of_the_program_leaves_its_rows(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr)
    assert of(case).first().deed == "INSERT"
    row = change(key="severe_misses", value=4, effective_on=dates.today(), note="", by=practice.manager)
    assert of(row).get().deed == "INSERT"
