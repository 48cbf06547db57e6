"""A client asks for another clinician: how a request starts, and how it ends (S1, part 2)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Question
from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.records.models import (
    Appointment,
    Clinician,
    Handover,
    PlaceHold,
)
from reassignment.actions import requests
from reassignment.models import Reassignment
from tests.factories.caseload import HandoverFactory
from tests.factories.records import AssignmentFactory, TerminationFactory
from tests.reassignment.requests_deeds import (
    another,
    do,
    in_care,
    make_practice,
    now,
    start,
    up_to_first_visit,
    up_to_match,
    visit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


def row(case):
    return Reassignment.objects.get(case=case)


# --- Starting -------------------------------------------------------------------------------------------------------


def test_a_request_waits_for_its_first_step(practice):
    case = start(practice, in_care(practice), because="Wants somebody else")
    assert (row(case).stage, row(case).old_clinician, row(case).because) == (
        "requested", practice.old, "Wants somebody else",
    )  # fmt: skip
    assert now(case).next.step.key == "reason"


def test_who_may_not_work_reassignments_is_refused(practice):
    with pytest.raises(NotAllowed):
        start(practice, in_care(practice), by=practice.billing)


def test_an_ended_client_returns_instead(practice):
    assignment = in_care(practice)
    TerminationFactory(client=assignment.client, clinician=practice.old, ended_on=dates.today())
    with pytest.raises(Refusal, match="start a return"):
        start(practice, assignment)


def test_a_service_that_is_added_is_no_change_of_clinician(practice):
    with pytest.raises(Refusal, match="an added service") as refused:
        start(practice, in_care(practice), service="medication")
    assert "referral" in str(refused.value)


def test_one_change_at_a_time_for_a_client_and_service(practice):
    assignment = in_care(practice)
    start(practice, assignment)
    with pytest.raises(Refusal, match="open for this client"):
        start(practice, assignment, by=practice.other_csr)
    beside = AssignmentFactory(client=assignment.client, clinician=practice.new)
    with pytest.raises(Refusal, match="open for this client"):
        start(practice, beside)


def test_two_services_may_change_at_once(practice):
    assignment = in_care(practice)
    start(practice, assignment)
    start(practice, AssignmentFactory(client=assignment.client, clinician=practice.old, service="medication"))
    assert Reassignment.objects.count() == 2


def test_the_database_itself_holds_one_open_change(practice):
    case = start(practice, in_care(practice))
    first = row(case)
    other = start(practice, in_care(practice))
    with pytest.raises(IntegrityError), transaction.atomic():
        Reassignment.objects.filter(case=other).update(client=first.client)


def test_what_is_known_stands_in_the_steps(practice):
    case = start(
        practice, in_care(practice), initiator="departure", reason="left", because="Is leaving in June",
        preference="Luis Duarte", wishes={"times": "Tue", "clinician_id": practice.new.pk},
    )  # fmt: skip
    here = now(case)
    reason = here.row("reason").step.form.from_record(here.facts)
    match = here.row("match").step.form.from_record(here.facts)
    shown = (reason["reason"], reason["clarified"], reason["preference"])
    assert shown == ("left", "", "Luis Duarte"), "what the client is looking for is still to be asked"
    assert "Is leaving in June" in {line.value for line in here.row("reason").step.evidence(here.facts)}
    assert (match["times"], match["clinician_id"]) == ("Tue", practice.new.pk)


# --- Asked for by clinicians ----------------------------------------------------------------------------------------


def test_a_clinicians_request_is_taken_up_once(practice):
    asked = HandoverFactory(assignment=in_care(practice), because="Wants evenings")
    case = requests.take_up(handover_id=asked.pk, reason="schedule", by=practice.csr)
    assert (row(case).initiator, row(case).because, row(case).handover) == ("clinician", "Wants evenings", asked)
    with pytest.raises(Stale, match="Casey"):
        requests.take_up(handover_id=asked.pk, reason="schedule", by=practice.other_csr)


def test_a_request_that_cannot_start_stays_open(practice):
    asked = HandoverFactory(assignment=in_care(practice, ended_on=dates.today()))
    with pytest.raises(Refusal):
        requests.take_up(handover_id=asked.pk, reason="fit", by=practice.csr)
    assert Handover.objects.get().taken_up_at is None
    requests.put_aside(handover_id=asked.pk, because="Ended meanwhile", by=practice.csr)
    assert Handover.objects.get().taken_up_by == practice.csr


# --- A third change -------------------------------------------------------------------------------------------------


def changed_twice(practice):
    current, today = in_care(practice, started_on=dates.today() - timedelta(days=20)), dates.today()
    for days in (60, 200):
        AssignmentFactory(
            client=current.client, clinician=another(practice), started_on=today - timedelta(days=days),
            ended_on=today - timedelta(days=days - 30),
        )  # fmt: skip
    return current


def test_a_third_change_within_a_year_is_put_to_management(practice):
    case = start(practice, changed_twice(practice))
    question = Question.objects.get(case=case)
    assert (row(case).changes, question.to, question.asked_by) == (2, "management", practice.csr)
    assert "change no. 3" in question.text
    assert "Change no. 3" in now(case).row("reason").sentence
    do(case, "reason", practice.csr)


def test_a_second_change_is_not(practice):
    current = in_care(practice, started_on=dates.today() - timedelta(days=20))
    AssignmentFactory(client=current.client, clinician=another(practice), started_on=dates.today() - timedelta(days=99))
    case = start(practice, current)
    assert row(case).changes == 1
    assert not Question.objects.exists()


# --- The first visit ------------------------------------------------------------------------------------------------


def test_a_missed_first_visit_opens_the_booking_again(practice):
    case = start(practice, in_care(practice))
    up_to_first_visit(case, practice, on=dates.today().isoformat())
    do(case, "first_visit", practice.csr, how="missed", on=dates.today().isoformat())
    here = now(case)
    assert (here.row("schedule").state, here.row("first_visit").state) == ("again", "later")
    assert Appointment.objects.get().state == "no_show"
    do(case, "schedule", practice.csr, **visit(days=3))
    assert Appointment.objects.filter(state="scheduled").count() == 1
    do(case, "first_visit", practice.csr, how="kept", on=dates.today().isoformat())
    assert now(case).row("first_visit").state == "done"


def test_a_no_show_that_an_import_brings_opens_the_booking_again(practice):
    case = start(practice, in_care(practice))
    up_to_first_visit(case, practice)
    Appointment.objects.update(state="no_show", ref="AP-1")
    assert now(case).row("schedule").state == "again"


def test_a_kept_visit_that_an_import_brings_stands_in_the_step(practice):
    case = start(practice, in_care(practice))
    up_to_first_visit(case, practice, on=dates.today().isoformat())
    Appointment.objects.update(state="kept", ref="AP-1")
    here = now(case)
    assert here.row("first_visit").verdict.kind == "clear"
    assert here.row("first_visit").step.form.from_record(here.facts) == {"how": "kept", "on": dates.today()}


# --- Ways out -------------------------------------------------------------------------------------------------------


def test_a_request_that_is_withdrawn_gives_the_place_back(practice):
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.new.pk)
    actions.leave(case_id=case.pk, way="withdrew", because="Stays after all", by=practice.csr)
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()
    assert row(case).stage == "withdrew"


def test_closed_instead_is_handed_to_the_closing(practice):
    assignment = in_care(practice)
    case = start(practice, assignment)
    actions.leave(case_id=case.pk, way="closed_instead", because="Wants to stop", by=practice.csr)
    asked = Handover.objects.get()
    assert (asked.kind, asked.assignment, row(case).stage) == ("close", assignment, "closed_instead")


def test_a_withdrawn_request_is_not_reopened_beside_a_newer_one(practice):
    assignment = in_care(practice)
    case = start(practice, assignment)
    actions.leave(case_id=case.pk, way="withdrew", because="Stays", by=practice.csr)
    start(practice, assignment)
    with pytest.raises(Refusal):
        actions.reopen(case_id=case.pk, because="After all", by=practice.csr)


def test_the_old_clinician_does_not_read_why(practice):
    from lwg_intake.checklists.models import Case
    from tests.factories.access import UserFactory

    account = UserFactory(roles=["clinician"])
    Clinician.objects.filter(pk=practice.old.pk).update(account=account)
    start(practice, in_care(practice))
    assert not Case.objects.visible_to(account).exists()
