"""A client asks for another clinician: the deeds, from the request to the first kept visit (S1, part 2)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Question
from lwg_intake.desk.actions import removals
from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.policy.values import change
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Balance,
    Clinician,
    Document,
    Handover,
    InsurancePolicy,
    PlaceHold,
    Removal,
)
from reassignment.actions import requests
from reassignment.models import Reassignment
from tests.factories.caseload import HandoverFactory
from tests.factories.records import AssignmentFactory, DocumentFactory, TerminationFactory
from tests.reassignment.requests_deeds import (
    another,
    do,
    in_care,
    make_practice,
    now,
    start,
    up_to_assigned,
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


# --- Steps ----------------------------------------------------------------------------------------------------------


def test_the_whole_way_ends_at_the_first_kept_visit(practice):
    assignment = in_care(practice)
    case = start(practice, assignment)
    up_to_first_visit(case, practice)
    assert row(case).stage == "removal_pending"
    with pytest.raises(Refusal, match="How the first visit went"):
        actions.complete(case_id=case.pk, by=practice.csr)
    removals.mark_done(removal_id=Removal.objects.get().pk, by=practice.manager)
    do(case, "first_visit", practice.csr, how="kept", on=dates.today().isoformat())
    assert row(case).stage == "first_visit"
    done = actions.complete(case_id=case.pk, by=practice.csr)
    assert (done.status, row(case).stage, row(case).first_visit_on) == ("completed", "completed", dates.today())
    assert Assignment.objects.get(pk=assignment.pk).ended_on == dates.today()
    assert Assignment.objects.get(clinician=practice.new).ended_on is None


def test_it_is_not_complete_while_management_has_not_removed_the_old_clinician(practice):
    case = start(practice, in_care(practice))
    up_to_first_visit(case, practice)
    do(case, "first_visit", practice.csr, how="kept", on=dates.today().isoformat())
    with pytest.raises(Refusal, match="has not taken"):
        actions.complete(case_id=case.pk, by=practice.csr)


def test_the_clinician_who_is_left_is_not_offered_again(practice):
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    with pytest.raises(Refusal, match="the clinician the client is leaving"):
        do(case, "match", practice.csr, clinician_id=practice.old.pk)


def ranked(case, **fields):
    here = now(case)
    return [fit.offer.name for fit, _ in here.row("match").step.context(here.case, here.facts, fields)["fits"]]


def test_a_schedule_conflict_ranks_the_times_first(practice):
    early = another(practice, openings=["Mon 08:00"], specialties=["Grief", "Trauma"])
    late = another(practice, first_name="Evening", openings=["Thu 18:00"])
    wishes = {"specialties": "Grief, Trauma", "times": "18:00"}
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    assert ranked(case, **wishes)[0] == str(early)
    do(case, "reason", practice.csr, reason="schedule")
    assert ranked(case, **wishes)[0] == str(late)


def test_an_insurance_change_is_matched_by_the_new_payer(practice):
    takes = another(practice, payers=["Aetna"])
    case = start(practice, in_care(practice), reason="insurance")
    do(case, "reason", practice.csr, reason="insurance")
    assert "match goes by its payer" in now(case).row("insurance").sentence
    do(case, "insurance", practice.csr, changed="yes", payer="Aetna", member_id="A9", billing_updated=True)
    assert ranked(case) == [str(takes)]


def test_only_phone_and_email_are_asked(practice):
    case = start(practice, in_care(practice))
    do(case, "reason", practice.csr)
    do(case, "demographics", practice.csr, phone="(301) 555-0199")
    client = now(case).case.client
    assert (client.phone, client.address, client.demographics_on) == (
        "(301) 555-0199", "7 Foxglove Terrace", dates.today(),
    )  # fmt: skip


def owing(practice):
    assignment = in_care(practice)
    Balance.objects.filter(client=assignment.client).update(amount=80)
    return assignment


def test_a_balance_warns_and_holds_up_nothing(practice):
    case = start(practice, owing(practice))
    up_to_match(case, practice)
    assert "$80" in now(case).row("balance").sentence
    do(case, "match", practice.csr, clinician_id=practice.new.pk)


def test_the_note_on_a_balance_does_not_say_that_it_holds_anything_up(practice):
    case = start(practice, owing(practice))
    do(case, "balance", practice.csr, seen="80", told=True)
    assert "Client told of the balance." in now(case).facts.note
    assert "before scheduling" not in now(case).facts.note
    paid = start(practice, in_care(practice))
    do(paid, "balance", practice.csr, seen="0", told=True)
    assert "Client told" not in now(paid).facts.note


def test_a_balance_blocks_where_the_practice_says_so(practice):
    change(key="transfer_balance", value=2, effective_on=dates.today(), note="", by=practice.manager)
    case = start(practice, owing(practice))
    do(case, "reason", practice.csr)
    do(case, "insurance", practice.csr)
    with pytest.raises(Refusal, match="owed"):
        do(case, "balance", practice.csr, seen="80")
    with pytest.raises(Refusal, match="owed"):
        do(case, "match", practice.csr, clinician_id=practice.new.pk)


def test_a_balance_is_not_asked_for_where_the_practice_says_so(practice):
    change(key="transfer_balance", value=0, effective_on=dates.today(), note="", by=practice.manager)
    assert now(start(practice, owing(practice))).row("balance").state == "not needed"


def test_medicaid_waits_for_the_assessment_but_its_booking_is_never_blocked(practice):
    assignment = in_care(practice)
    InsurancePolicy.objects.update(payer="Maryland Medicaid", payer_class="medicaid")
    case = start(practice, assignment)
    do(case, "reason", practice.csr)
    do(case, "insurance", practice.csr, payer="Maryland Medicaid", payer_class="medicaid")
    empty = {"completed_on": None, "booked_on": None, "np": ""}
    with pytest.raises(Refusal, match="OMHC"):
        do(case, "match", practice.csr, clinician_id=practice.new.pk)
    do(case, "omhc", practice.csr, waiting=True, **empty | {"booked_on": dates.today().isoformat()})
    do(case, "omhc", practice.csr, **empty | {"completed_on": dates.today().isoformat()})
    do(case, "match", practice.csr, clinician_id=practice.new.pk)


def test_a_visit_that_breaks_the_intake_rule_needs_a_reason(practice):
    case = start(practice, in_care(practice, last_intake_on=dates.months_before(dates.today(), 9)))
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.new.pk)
    with pytest.raises(Refusal, match="an intake.*more than 6 months"):
        do(case, "schedule", practice.csr, **visit(kind="session"))
    do(case, "schedule", practice.csr, **visit(kind="intake"))
    assert "more than 6 months" in row(case).kind_because


def test_both_clinicians_are_told_by_record_number_only(practice):
    case = start(practice, in_care(practice))
    up_to_assigned(case, practice)
    do(case, "notice", practice.csr)
    letters = {m.template: m for m in Message.objects.all()}
    assert {t: m.to for t, m in letters.items()} == {"T11": practice.new.email, "T12": practice.old.email}
    for letter in letters.values():
        assert case.client.ref in letter.body
        assert case.client.last_name not in letter.subject + letter.body
        assert "grief" not in letter.body


def test_a_clinician_without_an_address_stops_the_letters_with_a_sentence(practice):
    Clinician.objects.filter(pk=practice.old.pk).update(email="")
    case = start(practice, in_care(practice))
    up_to_assigned(case, practice)
    with pytest.raises(Refusal, match="no e-mail address"):
        do(case, "notice", practice.csr)
    assert not Message.objects.exists()


def test_forms_of_the_old_clinician_are_asked_anew_and_the_practices_are_not(practice):
    assignment = in_care(practice)
    DocumentFactory(client=assignment.client, kind="Consent for treatment")
    DocumentFactory(client=assignment.client, clinician=practice.old, kind="About Me")
    case = start(practice, assignment)
    up_to_assigned(case, practice)
    assert now(case).facts.old_forms == ("About Me",)
    do(case, "new_forms", practice.csr, sent=["About Me"])
    assert Document.objects.get(clinician=practice.new).state == "sent"
    assert now(case).row("new_forms").state == "done"


def test_without_forms_of_a_clinician_there_is_no_such_step(practice):
    assert now(start(practice, in_care(practice))).row("new_forms").state == "not needed"


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
