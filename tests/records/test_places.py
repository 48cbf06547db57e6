"""A clinician's places: counted, held, given back, and the last never given twice."""

from datetime import timedelta

import pytest

from lwg_intake import dates
from lwg_intake.errors import Refusal
from lwg_intake.records.matching import Needs
from lwg_intake.records.models import PlaceHold
from lwg_intake.records.places import hold, offers, release
from tests.at_once import at_once
from tests.factories.records import (
    AssignmentFactory,
    ClientFactory,
    ClinicianFactory,
    PlaceHoldFactory,
    TerminationFactory,
)

pytestmark = pytest.mark.django_db


def needs(**wishes):
    return Needs(**{"service": "therapy", "on": dates.today(), "state": "MD"} | wishes)


def taken(clinician):
    (offer,) = offers(clinician.pk)
    return offer.taken


def test_open_assignments_and_held_places_are_taken():
    clinician = ClinicianFactory()
    AssignmentFactory(clinician=clinician)
    AssignmentFactory(clinician=clinician, ended_on=dates.today())
    PlaceHoldFactory(clinician=clinician)
    assert taken(clinician) == 2


def test_a_terminated_client_takes_no_place_though_still_on_the_clinicians_tab():
    assignment = AssignmentFactory()
    TerminationFactory(client=assignment.client, clinician=assignment.clinician, ended_on=dates.today())
    assert taken(assignment.clinician) == 0


def test_a_place_is_held_and_given_back():
    clinician, client = ClinicianFactory(capacity=1), ClientFactory()
    held = hold(client=client, clinician_id=clinician.pk, needs=needs())
    assert taken(clinician) == 1
    release(held)
    assert taken(clinician) == 0
    at = PlaceHold.objects.get().released_at
    release(held)
    release(None)
    assert PlaceHold.objects.get().released_at == at


def test_another_choice_gives_the_first_place_back():
    first, second, client = ClinicianFactory(), ClinicianFactory(), ClientFactory()
    hold(client=client, clinician_id=first.pk, needs=needs())
    hold(client=client, clinician_id=second.pk, needs=needs())
    assert (taken(first), taken(second)) == (0, 1)


def test_the_same_choice_again_keeps_the_last_place():
    clinician, client = ClinicianFactory(capacity=1), ClientFactory()
    for _ in range(2):
        hold(client=client, clinician_id=clinician.pk, needs=needs())
    assert taken(clinician) == 1


def test_who_stands_on_the_record_already_needs_no_place():
    assignment = AssignmentFactory(clinician__capacity=1)
    assert hold(client=assignment.client, clinician_id=assignment.clinician_id, needs=needs()) is None
    assert not PlaceHold.objects.exists()


@pytest.mark.parametrize(
    ("clinician", "why"),
    [
        ({"capacity": 0}, "is full (0 of 0)"),
        ({"accepting_new": False}, "takes no new clients"),
        ({"services": ["medication"]}, "does not offer"),
        ({"states": ["VA"]}, "is not licensed in MD"),
        ({"last_day": dates.today()}, "leaves on"),
        ({"last_day": dates.today() - timedelta(days=1)}, "has left"),
    ],
)
def test_who_cannot_be_offered_is_refused_with_the_reason(clinician, why):
    wrong = ClinicianFactory(**clinician)
    with pytest.raises(Refusal) as refusal:
        hold(client=ClientFactory(), clinician_id=wrong.pk, needs=needs())
    assert why in str(refusal.value) and "Choose another" in str(refusal.value)


def test_a_refused_choice_leaves_the_place_that_was_held():
    kept, full, client = ClinicianFactory(), ClinicianFactory(capacity=0), ClientFactory()
    hold(client=client, clinician_id=kept.pk, needs=needs())
    with pytest.raises(Refusal):
        hold(client=client, clinician_id=full.pk, needs=needs())
    assert taken(kept) == 1


def test_a_clinician_who_is_not_there():
    with pytest.raises(Refusal, match="no such clinician"):
        hold(client=ClientFactory(), clinician_id=10**6, needs=needs())


def test_all_places_are_counted_in_one_statement(django_assert_num_queries):
    for _ in range(5):
        clinician = ClinicianFactory()
        AssignmentFactory.create_batch(2, clinician=clinician)
        PlaceHoldFactory(clinician=clinician)
    with django_assert_num_queries(1):
        assert [offer.taken for offer in offers()] == [3] * 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("places", [1, 3])
def test_of_eight_who_take_the_last_places_at_once_only_so_many_get_one(places):
    clinician = ClinicianFactory(capacity=places)
    clients = ClientFactory.create_batch(8)
    answers = at_once(
        *(lambda client=client: hold(client=client, clinician_id=clinician.pk, needs=needs()) for client in clients)
    )
    got = [answer for answer in answers if isinstance(answer, PlaceHold)]
    told = [str(answer) for answer in answers if isinstance(answer, Refusal)]
    assert (len(got), len(told)) == (places, 8 - places), answers
    assert all(f"is full ({places} of {places})" in sentence for sentence in told)
    assert taken(clinician) == places


@pytest.mark.django_db(transaction=True)
def test_one_client_at_two_desks_holds_one_place():
    client, clinicians = ClientFactory(), ClinicianFactory.create_batch(2)
    answers = at_once(
        *(lambda pk=c.pk: hold(client=client, clinician_id=pk, needs=needs()) for c in clinicians for _ in range(2))
    )
    assert PlaceHold.objects.filter(released_at__isnull=True).count() == 1, answers
