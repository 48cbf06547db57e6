"""Two people at the same moment on a change of clinician: real connections, real commits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Case, Draft, Tick
from lwg_intake.errors import Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Assignment, Handover, PlaceHold
from reassignment import sweeps
from reassignment.actions import offers, requests
from reassignment.models import Offer, Reassignment
from tests.at_once import at_once
from tests.checklists.test_races import one_done
from tests.factories.caseload import HandoverFactory
from tests.factories.records import AssignmentFactory
from tests.reassignment.requests_deeds import do, in_care, make_practice, start, up_to_assigned, up_to_match

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def practice():
    return make_practice()


def waits(practice):
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    Draft.objects.filter(case=case).delete()
    return actions.leave(case_id=case.pk, way="waitlist", because="Full", by=practice.csr)


def test_a_change_is_started_once_also_from_two_assignments_of_one_service(practice):
    assignment = in_care(practice)
    beside = AssignmentFactory(client=assignment.client, clinician=practice.new)
    told = one_done(at_once(
        lambda: start(practice, assignment), lambda: start(practice, assignment, by=practice.other_csr),
        lambda: start(practice, beside, by=practice.manager),
    ))  # fmt: skip
    assert all("open" in str(refusal) for refusal in told)
    assert (Reassignment.objects.count(), Case.objects.count()) == (1, 1)


def test_a_clinicians_request_is_taken_up_once(practice):
    asked = HandoverFactory(assignment=in_care(practice))
    people = (practice.csr, practice.other_csr)
    told = one_done(at_once(
        *(lambda by=by: requests.take_up(handover_id=asked.pk, reason="fit", by=by) for by in people)
    ))  # fmt: skip
    assert all(isinstance(refusal, Refusal) for refusal in told)
    assert Handover.objects.get().taken_up_by in people
    assert Case.objects.count() == 1


def test_two_on_one_case_the_second_is_told_who_was_first(practice):
    case = start(practice, in_care(practice))
    people = (practice.csr, practice.other_csr)
    told = one_done(at_once(*(lambda by=by: do(case, "reason", by, version=0) for by in people)))
    assert all(isinstance(refusal, Stale) for refusal in told)
    assert f"{Tick.objects.get().by} saved it" in str(told[0])


def test_the_last_place_is_given_once(practice):
    cases = [start(practice, in_care(practice)) for _ in range(2)]
    for case in cases:
        up_to_match(case, practice)
    told = one_done(at_once(
        *(lambda case=case: do(case, "match", practice.csr, clinician_id=practice.new.pk) for case in cases)
    ))  # fmt: skip
    assert "is full" in str(told[0])
    assert PlaceHold.objects.filter(released_at__isnull=True).count() == 1


def test_the_last_place_is_offered_once(practice):
    cases = [waits(practice) for _ in range(2)]
    told = one_done(at_once(
        *(lambda case=case: offers.offer(case_id=case.pk, clinician_id=practice.new.pk, by=practice.csr)
          for case in cases)
    ))  # fmt: skip
    assert "is full" in str(told[0])
    assert (Offer.objects.count(), PlaceHold.objects.filter(released_at__isnull=True).count()) == (1, 1)


def test_an_offer_is_answered_once(practice):
    made = offers.offer(case_id=waits(practice).pk, clinician_id=practice.new.pk, by=practice.csr)
    one_done(at_once(
        lambda: offers.accept(offer_id=made.pk, by=practice.csr),
        lambda: offers.decline(offer_id=made.pk, by=practice.other_csr),
    ))  # fmt: skip
    made.refresh_from_db()
    held = PlaceHold.objects.filter(released_at__isnull=True).count()
    assert (made.status, held) in (("accepted", 1), ("declined", 0))


def test_a_lapse_is_done_once_by_two_workers(practice):
    offers.offer(case_id=waits(practice).pk, clinician_id=practice.new.pk, by=practice.csr)
    Offer.objects.update(made_at=timezone.now() - timedelta(days=4), until_at=timezone.now() - timedelta(days=1))
    assert sorted(at_once(sweeps.lapse_offers, sweeps.lapse_offers)) == [0, 1]
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()


def test_two_workers_remind_each_clinician_once(practice):
    waits(practice)
    monday = dates.today() - timedelta(days=dates.today().weekday())
    at_once(lambda: sweeps.remind(monday), lambda: sweeps.remind(monday))
    assert Message.objects.filter(template="T28").count() == 1


def test_what_leaves_the_house_does_so_once(practice):
    case = start(practice, in_care(practice))
    up_to_assigned(case, practice)
    people = (practice.csr, practice.other_csr)
    one_done(at_once(*(lambda by=by: do(case, "notice", by, version=0) for by in people)))
    assert sorted(Message.objects.values_list("template", flat=True)) == ["T11", "T12"]
    assert Assignment.objects.filter(clinician=practice.new).count() == 1
