"""Of every table of the program it is said how it is kept: a new one cannot be forgotten."""

import pytest
from django.apps import apps
from django.db import connection

from lwg_intake.audit.grants import append_only_tables
from lwg_intake.audit.models import RowChange
from tests.factories.caseload import HandoverFactory, SuggestionFactory
from tests.factories.messages import MessageFactory
from tests.factories.records import AppointmentFactory, ClientFactory, ContactFactory

pytestmark = pytest.mark.django_db

# Neither noted nor append-only, and why.
WHY_NOT = {
    "caseload_sweep": "what a night came to, in numbers: nothing about anybody",
    "checklists_draft": "what somebody is typing: nothing is on record before the step is saved",
    "checklists_savedview": "how somebody likes to look at a tracker",
    "imports_kind": "which column of a file is what",
    "imports_run": "how far an import is; its events tell who did what, and imports_change which rows",
    "imports_runfile": "a file as it was uploaded; what it brought is noted where it went",
    "imports_person": "whom a file may mean: written anew by each check; what a person decides is an event",
    "records_episode": "derived from assignments and terminations, which are noted",
}


def noted():
    """The tables with all that `tracked` makes."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            r"WHERE tgname ~ '_note_(made|changed|deleted)$' AND tgenabled = 'O' GROUP BY 1 HAVING count(*) = 3"
        )
        return {table for (table,) in cursor.fetchall()}


def test_every_table_is_noted_append_only_or_listed_with_a_reason():
    ours = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.partition(".")[0] in ("lwg_intake", "returning", "reassignment", "caseload")
    }
    assert ours - noted() - set(append_only_tables()) == WHY_NOT.keys()
    assert {"account_emailaddress", "mfa_authenticator"} < noted()


def of(row):
    return RowChange.objects.filter(record=row._meta.db_table, row_id=row.pk).order_by("pk")


@pytest.mark.parametrize("make", [SuggestionFactory, HandoverFactory])
def test_what_belongs_to_an_assignment_is_noted_for_its_client(make):
    row = make()
    type(row).objects.filter(pk=row.pk).update(because="Moved away.")
    client = row.assignment.client_id
    assert list(of(row).values_list("deed", "client_id")) == [("INSERT", client), ("UPDATE", client)]


def test_of_a_message_the_words_and_the_address_are_noted_and_not_each_attempt_to_send_it():
    message = MessageFactory()
    changing = type(message).objects.filter(pk=message.pk)
    changing.update(attempts=3, error="Attempt 3.")
    assert of(message).count() == 1
    changing.update(attempts=4, body="Something else.")
    assert of(message).last().changed == {"body": [message.body, "Something else."]}


def test_an_entry_of_the_log_is_noted_when_it_is_made():
    contact = ContactFactory()
    assert of(contact).get().client_id == contact.client_id


def test_a_row_that_goes_from_one_client_to_another_is_noted_for_both():
    visit, other = AppointmentFactory(), ClientFactory()
    first = visit.client_id
    type(visit).objects.filter(pk=visit.pk).update(client=other)
    made, *both = of(visit)
    assert [change.client_id for change in both] == [first, other.pk]
    assert {tuple(change.changed["client_id"]) for change in both} == {(first, other.pk)}
