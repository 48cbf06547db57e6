"""The one writer of the interaction log."""

import pytest

from lwg_intake.audit.models import Event
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.models import Contact
from tests.factories.access import UserFactory
from tests.factories.records import ClientFactory

pytestmark = pytest.mark.django_db


def test_an_entry_and_its_event_are_written_together():
    client, by = ClientFactory(), UserFactory()
    contact = log_contact(
        client_id=client.pk, channel="phone", outcome="voicemail", by=by, reason="Scheduling", minutes=2
    )
    assert (contact.direction, contact.outcome, contact.minutes, contact.written_by) == ("out", "voicemail", 2, by)
    event = Event.objects.get(verb="contact.written")
    assert (event.record_id, event.client_id, event.actor_id) == (contact.pk, client.pk, by.pk)
    assert event.values == {"reason": "Scheduling"}


@pytest.mark.parametrize("wrong", [{"channel": "fax"}, {"outcome": "hung_up"}, {"direction": "sideways"}])
def test_what_a_contact_note_does_not_know_is_refused_and_nothing_written(wrong):
    said = {"channel": "phone", "outcome": "reached", "direction": "out"} | wrong
    with pytest.raises(ValueError, match="is not a valid"):
        log_contact(client_id=ClientFactory().pk, by=UserFactory(), reason="Scheduling", **said)
    assert not Contact.objects.exists()
