"""Two people at the same moment: one call is logged, one place is given, one closing is opened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from caseload import actions
from caseload.backfill import actions as backfill
from caseload.calls import actions as calls
from caseload.digest import send_digests
from caseload.feeds import actions as feeds
from caseload.models import BackfillEntry, CalendarFeed, FreedPlace
from lwg_intake.access.roles import Role
from lwg_intake.checklists.models import Case
from lwg_intake.errors import Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Contact
from tests.at_once import at_once
from tests.caseload import deeds
from tests.caseload.deeds import Practice, assigned, suggested
from tests.factories.access import UserFactory
from tests.factories.caseload import BackfillEntryFactory, HandoverFactory
from tests.factories.records import AppointmentFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def practice(transactional_db: None) -> Practice:
    return deeds.make_practice()


def one_of_two(answers: list[object]) -> bool:
    return sum(isinstance(answer, Stale) for answer in answers) == 1 and len(answers) == 2


def test_two_people_ring_the_same_client(practice: Practice) -> None:
    who = assigned(practice)

    def ring(by):
        return lambda: calls.log_call(client_id=who.client_id, outcome="reached", about="reminder", after=0, by=by)

    assert one_of_two(at_once(ring(practice.casey), ring(practice.morgan)))
    assert Contact.objects.count() == 1


def test_two_people_give_the_same_place(practice: Practice) -> None:
    other = assigned(practice)
    visit = AppointmentFactory(client=other.client, clinician=practice.clinician, state="client_cancel",
                               starts_at=timezone.now() + timedelta(days=2))  # fmt: skip
    first, second = (BackfillEntryFactory(assignment=assigned(practice)) for _ in range(2))

    def give(entry, by):
        return lambda: backfill.give(key=f"visit-{visit.pk}", entry_id=entry.pk, after=0, by=by)

    assert one_of_two(at_once(give(first, practice.casey), give(second, practice.morgan)))
    assert FreedPlace.objects.get().given_to in (first, second)
    assert BackfillEntry.objects.filter(ended_at__isnull=True).count() == 1 == Contact.objects.count()


def test_two_people_give_two_places_to_the_same_client(practice: Practice) -> None:
    entry = BackfillEntryFactory(assignment=assigned(practice))
    keys = [
        f"place-{backfill.enter_place(clinician_id=practice.clinician.pk, by=practice.casey, starts_at=at).pk}"
        for at in (timezone.now() + timedelta(days=1), timezone.now() + timedelta(days=2))
    ]

    def give(key, by):
        return lambda: backfill.give(key=key, entry_id=entry.pk, after=0, by=by)

    assert one_of_two(at_once(give(keys[0], practice.casey), give(keys[1], practice.morgan)))
    assert FreedPlace.objects.filter(closed_at__isnull=True).count() == 1


def test_two_people_take_up_the_same_request(practice: Practice) -> None:
    priya = UserFactory(roles=[Role.TRANSITION_MANAGER])
    handover = HandoverFactory(kind="close", assignment=assigned(practice))

    def take_up(by):
        return lambda: actions.take_up(handover_id=handover.pk, by=by)

    assert one_of_two(at_once(take_up(priya), take_up(practice.osei)))
    assert Case.objects.count() == 1


def test_two_workers_write_the_digest(practice: Practice) -> None:
    suggested(practice)
    answers = at_once(send_digests, send_digests)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Message.objects.count() == 1


def test_one_person_makes_a_calendar_twice(practice: Practice) -> None:
    def make():
        return feeds.make(by=practice.osei)

    answers = at_once(make, make)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert CalendarFeed.objects.filter(revoked_at__isnull=True).count() == 1
