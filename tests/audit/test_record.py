"""The audit in the database: append-only, written with the deed, and no page of a client without it."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from lwg_intake.audit.models import Event
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Entry
from lwg_intake.records.models import Contact
from tests.factories.audit import EventFactory, HeadFactory, LinkFactory, RowChangeFactory
from tests.factories.cases import EntryFactory
from tests.factories.policy import SettingFactory
from tests.factories.records import ClientFactory, ContactFactory
from tests.owner import as_owner
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import start

pytestmark = pytest.mark.django_db
APPEND_ONLY = {
    "audit_event": EventFactory,
    "audit_link": LinkFactory,
    "audit_head": HeadFactory,
    "audit_rowchange": RowChangeFactory,
    "records_contact": ContactFactory,
    "checklists_entry": EntryFactory,
    "policy_setting": SettingFactory,
}
FIELDS = {
    "audit_event": "verb",
    "audit_link": "digest",
    "audit_head": "digest",
    "audit_rowchange": "db_user",
    "records_contact": "note",
    "checklists_entry": "words",
    "policy_setting": "note",
}


@contextmanager
def owner_refused(table):
    """The table itself says no, to its owner too."""
    with pytest.raises(IntegrityError, match=f"{table} is append-only"), as_owner() as cursor:
        yield cursor


@contextmanager
def program_refused(table):
    """The program's own account has not the right, whatever triggers there are."""
    says = "permission denied" if settings.DATABASE_OWNER else "append-only"
    with pytest.raises(DatabaseError, match=f"{says}.* {table}|{table} is {says}"), transaction.atomic():
        yield connection.cursor()


REFUSED = pytest.mark.parametrize("refused", [owner_refused, program_refused])


@REFUSED
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_row_is_neither_changed_nor_deleted_by_anyone(table, refused):
    row = APPEND_ONLY[table]()
    with refused(table) as sql:
        sql.execute(f"UPDATE {table} SET {FIELDS[table]} = 'something else'")
    with refused(table) as sql:
        sql.execute(f"DELETE FROM {table}")
    with refused(table):
        type(row).objects.filter(pk=row.pk).update(**{FIELDS[table]: "something else"})
    assert type(row).objects.get(pk=row.pk) == row


@REFUSED
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_table_is_not_emptied(table, refused):
    """Where tests that really commit are cleaned up by TRUNCATE, their run turns this trigger off; here it is on."""
    row = APPEND_ONLY[table]()
    with as_owner() as sql:
        sql.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_truncate")
    with refused(table) as sql:
        sql.execute(f"TRUNCATE {table} CASCADE")
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_contact_is_put_right_by_an_addendum_and_both_stay():
    first = ContactFactory(note="Spoke with the mother")
    second = ContactFactory(client=first.client, corrects=first, note="Spoke with the aunt")
    assert list(Contact.objects.current()) == [second]
    assert Contact.objects.count() == 2


def test_an_event_says_who_what_on_which_record_and_from_where(practice):
    client = ClientFactory()
    event = record("client.opened", by=practice.csr, on=client, client_id=client.pk, shown=3)
    assert (event.actor_id, event.actor_name) == (practice.csr.pk, str(practice.csr))
    assert (event.record, event.record_id, event.client_id) == ("records.client", client.pk, client.pk)
    assert (event.origin, event.values) == ("program", {"shown": 3})


def test_the_program_itself_acts_under_its_own_name():
    event = record("night.done", by=None)
    assert (event.actor_id, event.actor_name, event.record, event.client_id) == (None, "the program", "", None)


def open_pages(practice):
    client = former()
    case = start(practice, client)
    return {
        "client.opened": (reverse("client", args=[client.pk]), client.pk, client.name),
        "case.opened": (reverse("case", args=[case.pk]), client.pk, client.name),
    }


@pytest.mark.parametrize("verb", ["client.opened", "case.opened"])
def test_opening_a_record_writes_one_event_with_the_address_it_came_from(practice, verb):
    path, client_id, _ = open_pages(practice)[verb]
    before = Event.objects.count()
    assert signed_in(practice.csr).get(path, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert Event.objects.exclude(verb__startswith="session.").count() - before == 1
    event = Event.objects.get(verb=verb)
    assert (event.actor_id, event.client_id, event.origin) == (practice.csr.pk, client_id, "192.0.2.7")


@pytest.mark.parametrize("verb", ["client.opened", "case.opened"])
def test_where_the_audit_cannot_be_written_nothing_of_the_client_is_shown(practice, verb):
    path, _, name = open_pages(practice)[verb]
    browser = Browser(raise_request_exception=False)
    browser.force_login(practice.csr)
    assert name in words(browser.get(path))
    with as_owner() as sql:
        sql.execute("ALTER TABLE audit_event ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    answer = browser.get(path)
    assert answer.status_code == 500
    for word in name.split():
        assert word not in words(answer)


@pytest.mark.parametrize("role", ["clinician", "other_csr"])
def test_what_was_not_shown_is_not_recorded_as_opened(practice, role):
    """A client that is not theirs, or not there at all, answers alike and leaves no trace of an opening."""
    theirs = reverse("client", args=[former().pk if role == "clinician" else 10**6])
    assert signed_in(getattr(practice, role)).get(theirs).status_code == 404
    assert not Event.objects.filter(verb="client.opened").exists()


def test_a_history_line_and_its_event_stand_together_and_the_event_holds_no_free_text(practice):
    case = start(practice, former())
    assert Entry.objects.get(case=case).words == "Started: Marisol Quintero asks to return for therapy."
    event = Event.objects.get(verb="case.started")
    assert (event.record_id, event.client_id) == (case.pk, case.client_id)
    assert event.values == {"procedure": "returning", "step": ""}
