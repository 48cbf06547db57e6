"""The transfer list: who waits, offers that keep a place and lapse, and the weekly reminder that names nobody."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Draft
from lwg_intake.errors import NotAllowed, Refusal
from lwg_intake.messages.models import Message
from lwg_intake.policy.values import change
from lwg_intake.records.models import Clinician, PlaceHold
from reassignment import sweeps
from reassignment.actions import offers
from reassignment.models import Offer, Reassignment
from reassignment.selectors.waiting import waiting
from tests.factories.access import UserFactory
from tests.reassignment.requests_deeds import another, in_care, make_practice, now, start, up_to_match

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 23)


@pytest.fixture
def practice():
    return make_practice()


def listed(practice, **wishes):
    """A client who was put on the list, with these wishes standing in the match."""
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    Draft.objects.create(case=case, step="match", by=practice.csr, fields={"times": "", **wishes})
    return actions.leave(case_id=case.pk, way="waitlist", because="Nobody has evenings", by=practice.csr)


def test_the_list_asks_what_the_client_needs_first(practice):
    case = start(practice, in_care(practice))
    with pytest.raises(Refusal, match="confirm the insurance first"):
        actions.leave(case_id=case.pk, way="waitlist", because="Full", by=practice.csr)


def test_who_waits_is_on_the_list_with_the_needs_and_no_name(practice):
    case = listed(practice, times="Tue 17:00", specialties="Grief")
    (one,) = waiting()
    assert Reassignment.objects.get(case=case).stage == "waitlist"
    assert one.words == "Therapy; CareFirst BCBS in MD; adult; for Grief; can come Tue 17:00"
    assert [fit.offer.name for fit in one.fits] == [str(practice.new)]


def test_an_offer_keeps_the_place_and_of_two_the_second_is_refused(practice):
    first, second = listed(practice), listed(practice)
    made = offers.offer(case_id=first.pk, clinician_id=practice.new.pk, by=practice.csr)
    assert made.until_at - timezone.now() > timedelta(days=2, hours=23)
    with pytest.raises(Refusal, match="is full"):
        offers.offer(case_id=second.pk, clinician_id=practice.new.pk, by=practice.other_csr)
    with pytest.raises(Refusal, match="offered to this client already"):
        offers.offer(case_id=first.pk, clinician_id=practice.new.pk, by=practice.other_csr)
    with pytest.raises(NotAllowed):
        offers.offer(case_id=second.pk, clinician_id=practice.new.pk, by=practice.billing)


def test_the_clinician_who_is_left_cannot_be_offered(practice):
    case = listed(practice)
    with pytest.raises(Refusal, match="is leaving"):
        offers.offer(case_id=case.pk, clinician_id=practice.old.pk, by=practice.csr)


def test_a_place_taken_goes_straight_on_to_the_visit(practice):
    case = listed(practice)
    made = offers.offer(case_id=case.pk, clinician_id=practice.new.pk, by=practice.csr)
    offers.accept(offer_id=made.pk, by=practice.csr)
    here = now(case)
    assert (here.case.status, here.row("match").state, here.next.step.key) == ("open", "done", "schedule")
    assert PlaceHold.objects.filter(released_at__isnull=True).count() == 1
    with pytest.raises(Refusal):
        offers.decline(offer_id=made.pk, by=practice.csr)


def test_a_place_declined_is_free_and_the_client_goes_on_waiting(practice):
    case = listed(practice)
    made = offers.offer(case_id=case.pk, clinician_id=practice.new.pk, by=practice.csr)
    offers.decline(offer_id=made.pk, by=practice.csr)
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()
    assert [one.offer for one in waiting()] == [None]


def test_an_offer_lapses_by_itself_and_gives_the_place_back_once(practice):
    case = listed(practice)
    made = offers.offer(case_id=case.pk, clinician_id=practice.new.pk, by=practice.csr)
    assert sweeps.lapse_offers() == 0
    Offer.objects.update(made_at=timezone.now() - timedelta(days=3), until_at=timezone.now())
    with pytest.raises(Refusal, match="has lapsed"):
        offers.accept(offer_id=made.pk, by=practice.csr)
    assert (sweeps.lapse_offers(), sweeps.lapse_offers()) == (1, 0)
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()
    (one,) = waiting()
    assert (one.offer, one.lapsed) == (None, made)
    assert Reassignment.objects.get(case=case).hold is None


def test_an_offer_ends_with_its_case(practice):
    case = listed(practice)
    offers.offer(case_id=case.pk, clinician_id=practice.new.pk, by=practice.csr)
    actions.leave(case_id=case.pk, way="withdrew", because="Stays", by=practice.csr)
    assert Offer.objects.get().status == "declined"
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()


def test_a_client_who_is_told_hears_the_clinician_and_the_day_and_no_more(practice):
    case = listed(practice)
    offers.offer(case_id=case.pk, clinician_id=practice.new.pk, tell=True, by=practice.csr)
    letter = Message.objects.get(template="T26")
    assert str(practice.new) in letter.body
    assert "herapy" not in letter.body + letter.subject


# --- The weekly reminder --------------------------------------------------------------------------------------------


def test_matching_clinicians_are_reminded_once_a_week_and_no_client_is_named(practice):
    another(practice, states=["VA"])
    case = listed(practice, times="Tue 17:00")
    Clinician.objects.filter(pk=practice.new.pk).update(capacity=0)
    assert sweeps.remind(MONDAY) == 1
    assert sweeps.remind(MONDAY) == 0
    assert sweeps.remind(MONDAY + timedelta(days=3)) == 0
    assert sweeps.remind(MONDAY + timedelta(days=7)) == 1
    letter = Message.objects.filter(template="T28").order_by("pk").first()
    assert letter.to == practice.new.email
    assert "Tue 17:00" in letter.body
    client = case.client
    for word in (client.last_name, client.first_name, client.ref, client.phone, client.email):
        assert word not in letter.subject + letter.body


def test_the_reminder_goes_by_the_practices_weekday_and_is_made_good_later(practice):
    listed(practice)
    change(key="transfer_reminder_weekday", value=3, effective_on=dates.today(), note="", by=practice.manager)
    assert sweeps.remind(MONDAY) == 0
    assert sweeps.remind(MONDAY + timedelta(days=3)) == 1


def test_the_reminder_can_be_turned_off(practice):
    listed(practice)
    change(key="transfer_reminder", value=0, effective_on=dates.today(), note="", by=practice.manager)
    assert sweeps.remind(MONDAY) == 0


# --- The page -------------------------------------------------------------------------------------------------------


def test_the_office_sees_who_waits_and_a_clinician_what_is_needed(practice, client):
    case = listed(practice, times="Tue 17:00")
    client.force_login(practice.csr)
    page = client.get(reverse("transfer-list")).content.decode()
    assert str(case.client) in page
    account = UserFactory(roles=["clinician"])
    Clinician.objects.filter(pk=practice.new.pk).update(account=account)
    client.force_login(account)
    page = client.get(reverse("transfer-list")).content.decode()
    assert "Tue 17:00" in page
    assert case.client.last_name not in page
    assert case.client.ref not in page


def test_the_list_takes_as_many_statements_for_many_as_for_few(practice, client, django_assert_max_num_queries):
    for _ in range(4):
        listed(practice)
    with django_assert_max_num_queries(6):
        waiting()


def test_a_place_is_offered_and_taken_from_the_page(practice, client):
    case = listed(practice)
    client.force_login(practice.csr)
    refused = client.post(reverse("transfer-offer", args=[case.pk]), {})
    assert refused.status_code == 422
    assert "Choose a clinician" in refused.content.decode()
    client.post(reverse("transfer-offer", args=[case.pk]), {"clinician_id": practice.new.pk})
    answer = client.post(reverse("transfer-answer", args=[Offer.objects.get().pk]), {"do": "accept"})
    assert answer["Location"] == reverse("case", args=[case.pk])
    again = client.post(reverse("transfer-answer", args=[Offer.objects.get().pk]), {"do": "decline"})
    assert again.status_code in (409, 422)
