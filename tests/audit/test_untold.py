"""What was changed past the program becomes an event: it shows in the trail, and has its place in the chain."""

import pytest
from django.db import connection, transaction

from lwg_intake.audit.chain import seal, verify
from lwg_intake.audit.models import Event
from lwg_intake.audit.record import record
from lwg_intake.audit.untold import VERB, untold
from lwg_intake.records.models import Client
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory, ClientFactory

pytestmark = pytest.mark.django_db(transaction=True)


def by_hand(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def told():
    return Event.objects.filter(verb=VERB).order_by("pk")


def test_raw_sql_and_a_bulk_update_past_the_program_are_told_once_for_each_client():
    one, other = ClientFactory(), ClientFactory()
    seal()
    before = told().count()
    by_hand("UPDATE records_client SET city = 'Olney' WHERE id = %s", one.pk)
    Client.objects.filter(pk__in=[one.pk, other.pk]).update(city="Laurel")
    seal()
    new = list(told())[before:]
    assert sorted(event.client_id for event in new) == [one.pk, one.pk, other.pk]
    assert {event.actor_id for event in new} == {None} and "the database account" in new[0].actor_name
    assert seal() == 0 and untold().count() == 0 and verify().findings == []


def test_what_belongs_to_no_client_is_told_too():
    """An account given another role by raw SQL, a number of the practice changed by hand."""
    user = UserFactory()
    seal()
    by_hand("UPDATE access_user SET roles = '{manager}' WHERE id = %s", user.pk)
    seal()
    event = told().last()
    assert event.client_id is None and event.values == {"tables": ["access_user"]}


def test_what_an_event_tells_is_not_told_again():
    client = ClientFactory()
    seal()
    before = told().count()
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(city="Laurel")
        record("client.changed", by=None, client_id=client.pk)
        AssignmentFactory(client=client)
    seal()
    assert told().count() == before


def test_a_number_of_an_older_cluster_tells_nothing_of_a_new_one():
    """Restored from a copy, the database counts its transactions anew."""
    client = ClientFactory()
    seal()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            (xact,) = cursor.fetchone()
            cursor.execute(
                'INSERT INTO audit_event (at, actor_name, verb, record, client_id, origin, "values", xact) '
                "SELECT now() - interval '2 years', 'x', 'client.changed', '', %s, 'x', '{}', %s",
                [client.pk, xact],
            )
        Client.objects.filter(pk=client.pk).update(city="Laurel")
    before = told().count()
    seal()
    assert told().count() == before + 1
