"""A return as its actions do it: done, refused, stale; and an audit failure undoes the deed."""

from decimal import Decimal

import pytest

from lwg_intake import dates
from lwg_intake.audit.models import Event
from lwg_intake.checklists import actions
from lwg_intake.checklists.board import board
from lwg_intake.checklists.models import Case, Entry, Question, Tick
from lwg_intake.desk.actions import money, removals
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Appointment, Assignment, Contact, InsurancePolicy, PlaceHold, Removal
from returning.models import Return
from tests.returning.conftest import former
from tests.returning.deeds import do, finish, start, up_to_match, visit


def test_a_return_from_the_call_to_the_tracker(practice):
    client = former()
    case = start(practice, client)
    up_to_match(case, practice)
    finish(case, practice, practice.duarte)
    row = Return.objects.get(case=case)
    assert (row.stage, row.eligibility, row.clinician) == ("completed", "eligible", practice.duarte)
    assert row.appointment_kind == "intake"
    assert row.tracked_on == row.assigned_on == dates.today()
    assert Assignment.objects.filter(client=client, clinician=practice.duarte, ended_on__isnull=True).exists()
    assert Message.objects.get().to == "duarte@example.com"
    assert client.name not in Message.objects.get().body + Message.objects.get().subject
    assert Contact.objects.get(client=client).note == "All done."
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()


def test_the_result_keeps_the_numbers_it_used(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr)
    assert Tick.objects.get(case=case, step="ending").policy["return_intake_months"] == 12


def test_an_audit_failure_undoes_the_deed(practice, monkeypatch):
    case = start(practice, former())

    def broken(*args, **kwargs):
        raise RuntimeError("the audit is away")

    monkeypatch.setattr("lwg_intake.audit.record.Event", broken)
    with pytest.raises(RuntimeError):
        do(case, "ending", practice.csr)
    assert not Tick.objects.filter(case=case).exists()
    assert Entry.objects.filter(case=case).count() == 1


def test_only_a_csr_or_manager_starts_a_return(practice):
    with pytest.raises(NotAllowed):
        start(practice, former(), by=practice.billing)


def test_one_open_return_per_client(practice):
    client = former()
    start(practice, client)
    with pytest.raises(Refusal, match="already has an open case"):
        start(practice, client, by=practice.other_csr)


def test_an_active_client_is_reassigned_not_returned(practice):
    client = former()
    Assignment.objects.create(client=client, clinician=practice.duarte, service="therapy", started_on=dates.today())
    with pytest.raises(Refusal, match="reassignment"):
        start(practice, client)


def test_the_later_of_two_writes_is_told_what_changed(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr)
    with pytest.raises(Stale, match="Casey saved it"):
        do(case, "ending", practice.other_csr, version=0, category="B")
    assert Tick.objects.get(case=case, step="ending").fields["category"] == "none"


def test_a_tick_is_taken_back_with_a_reason_and_can_be_done_again(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr)
    with pytest.raises(Refusal, match="Say why"):
        actions.untick(case_id=case.pk, step_key="ending", because=" ", version=1, by=practice.csr)
    actions.untick(case_id=case.pk, step_key="ending", because="wrong client", version=1, by=practice.csr)
    assert board(Case.objects.get(pk=case.pk)).row("ending").state == "open"
    do(case, "ending", practice.csr)
    deeds = list(Entry.objects.filter(case=case).order_by("pk").values_list("deed", flat=True))
    assert deeds == ["started", "ticked", "unticked", "ticked"]


# --- Management's decision, and no side door ------------------------------------------------------------------------


@pytest.fixture
def c_case(practice):
    case = start(practice, former(category="C"))
    up_to_match(case, practice, category="C")
    return case


DECISION = {"decision": "conditions", "conditions": "Weekly visits", "because": "Stable since spring"}


def test_a_csr_can_neither_accept_nor_refuse_a_c_client(practice, c_case):
    with pytest.raises(Refusal, match="manager decides"):
        do(c_case, "match", practice.csr, clinician_id=practice.duarte.pk)
    with pytest.raises(NotAllowed):
        do(c_case, "decision", practice.csr, **DECISION)
    for way in ("referred_out", "waitlist"):
        with pytest.raises(Refusal, match="manager decides"):
            actions.leave(case_id=c_case.pk, way=way, because="no", by=practice.csr)
    with pytest.raises(Refusal):
        do(c_case, "referral", practice.csr, psychology_today=True, crisis_line=True, how="phone")


def test_a_manager_approves_with_conditions(practice, c_case):
    do(c_case, "decision", practice.manager, **DECISION)
    row = Return.objects.get(case=c_case)
    assert (row.eligibility, row.conditions, row.decided_by) == ("conditions", "Weekly visits", practice.manager)
    finish(c_case, practice, practice.duarte)


def test_who_started_a_case_does_not_decide_it(practice):
    case = start(practice, former(category="D"), by=practice.manager)
    do(case, "ending", practice.manager, category="D")
    with pytest.raises(NotAllowed, match="another manager"):
        do(case, "decision", practice.manager, **DECISION)


def test_the_category_cannot_be_edited_away(practice, c_case):
    do(c_case, "ending", practice.csr, category="none")
    with pytest.raises(Refusal, match="manager decides"):
        do(c_case, "match", practice.csr, clinician_id=practice.duarte.pk)


def test_a_category_entered_by_mistake_on_a_clean_record_still_asks_the_manager(practice):
    case = start(practice, former())
    up_to_match(case, practice, category="D")
    do(case, "ending", practice.csr, category="none")
    with pytest.raises(Refusal, match="chosen before"):
        do(case, "match", practice.csr, clinician_id=practice.duarte.pk)


def test_an_approval_does_not_carry_over_to_another_category(practice, c_case):
    do(c_case, "decision", practice.manager, **DECISION)
    do(c_case, "ending", practice.csr, category="D")
    assert board(Case.objects.get(pk=c_case.pk)).row("decision").state == "again"
    with pytest.raises(Refusal, match="manager decides"):
        do(c_case, "match", practice.csr, clinician_id=practice.duarte.pk)


def test_a_refusal_leads_to_the_referral_and_nowhere_else(practice, c_case):
    do(c_case, "decision", practice.manager, decision="refuse", conditions="", because="Needs day treatment")
    assert Return.objects.get(case=c_case).eligibility == "refused"
    with pytest.raises(Refusal, match="not needed"):
        do(c_case, "match", practice.csr, clinician_id=practice.duarte.pk)
    do(c_case, "referral", practice.csr, psychology_today=True, crisis_line=True, how="phone")
    do(c_case, "tracker", practice.csr)
    do(c_case, "note", practice.csr)
    assert actions.complete(case_id=c_case.pk, by=practice.csr).status == "referred_out"


def test_a_refused_return_is_not_reopened_by_a_csr(practice, c_case):
    do(c_case, "decision", practice.manager, decision="refuse", conditions="", because="Needs day treatment")
    actions.leave(case_id=c_case.pk, way="referred_out", because="told kindly", by=practice.csr)
    with pytest.raises(NotAllowed):
        actions.reopen(case_id=c_case.pk, because="called again", by=practice.csr)


def test_a_new_return_after_a_refusal_asks_the_manager_again(practice, c_case):
    do(c_case, "decision", practice.manager, decision="refuse", conditions="", because="Needs day treatment")
    actions.leave(case_id=c_case.pk, way="referred_out", because="told kindly", by=practice.csr)
    again = start(practice, c_case.client, by=practice.other_csr)
    up_to_match(again, practice, category="none")
    with pytest.raises(Refusal, match="manager decides"):
        do(again, "match", practice.csr, clinician_id=practice.duarte.pk)


# --- Money, Medicaid ------------------------------------------------------------------------------------------------


def owing(practice, amount, **fields):
    client = former(**fields)
    client.balance.amount = Decimal(amount)
    client.balance.save()
    return client


def test_a_balance_blocks_until_billing_arranges_it(practice):
    client = owing(practice, 80)
    case = start(practice, client)
    for key in ("ending", "demographics", "insurance", "portal"):
        do(case, key, practice.csr)
    with pytest.raises(Refusal, match="owed"):
        do(case, "balance", practice.csr, seen="80")
    with pytest.raises(NotAllowed):
        money.arrange(client_id=client.pk, terms="$20 a month", by=practice.csr)
    assert Return.objects.get(case=case).stage == "blocked_balance"
    money.arrange(client_id=client.pk, terms="$20 a month", by=practice.billing)
    assert Return.objects.get(case=case).stage != "blocked_balance"
    do(case, "balance", practice.csr, seen="80")
    finish(case, practice, practice.duarte)


def test_who_only_confirms_the_details_is_not_told_to_have_changed_them(practice):
    case = start(practice, former())
    do(case, "demographics", practice.csr, city="Bowie")
    do(case, "demographics", practice.csr, city="Bowie")
    verbs = Event.objects.filter(verb__startswith="client.c").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["client.changed", "client.confirmed"]


def test_medicaid_waits_for_the_assessment_but_its_booking_is_never_blocked(practice):
    client = former()
    InsurancePolicy.objects.update(payer="Maryland Medicaid", payer_class="medicaid")
    case = start(practice, client)
    insured = {"payer": "Maryland Medicaid", "payer_class": "medicaid"}
    do(case, "ending", practice.csr)
    do(case, "demographics", practice.csr)
    do(case, "insurance", practice.csr, **insured)
    do(case, "balance", practice.csr)
    do(case, "portal", practice.csr)
    empty = {"completed_on": None, "booked_on": None, "np": ""}
    with pytest.raises(Refusal, match="OMHC"):
        do(case, "match", practice.csr, clinician_id=practice.duarte.pk)
    with pytest.raises(Refusal, match="OMHC"):
        do(case, "omhc", practice.csr, **empty | {"booked_on": dates.today().isoformat()})
    do(case, "omhc", practice.csr, waiting=True, **empty | {"booked_on": dates.today().isoformat()})
    assert Return.objects.get(case=case).stage == "blocked_omhc"
    do(case, "omhc", practice.csr, **empty | {"completed_on": dates.today().isoformat()})
    finish(case, practice, practice.duarte)
    assert client.omhc_assessments.exists()


# --- Places, visit, old clinician -----------------------------------------------------------------------------------


def test_the_last_place_is_held_for_one_client_only(practice):
    first, second = start(practice, former("C-1")), start(practice, former("C-2"))
    for case in (first, second):
        up_to_match(case, practice)
    do(first, "match", practice.csr, clinician_id=practice.duarte.pk)
    with pytest.raises(Refusal, match="full"):
        do(second, "match", practice.csr, clinician_id=practice.duarte.pk)
    actions.leave(case_id=first.pk, way="withdrew", because="changed their mind", by=practice.csr)
    do(second, "match", practice.csr, clinician_id=practice.duarte.pk)


def test_a_reopened_case_has_to_match_again(practice):
    case = start(practice, former())
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.duarte.pk)
    actions.leave(case_id=case.pk, way="unreached", because="three calls", by=practice.csr)
    actions.reopen(case_id=case.pk, because="rang back", by=practice.csr)
    here = board(Case.objects.get(pk=case.pk))
    assert here.row("match").state == "again"
    assert here.row("demographics").state == "done"


def test_a_visit_that_breaks_the_intake_rule_needs_a_reason(practice):
    case = start(practice, former())
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.duarte.pk)
    with pytest.raises(Refusal, match="an intake"):
        do(case, "schedule", practice.csr, **visit() | {"kind": "session"})
    do(case, "schedule", practice.csr, **visit() | {"kind": "session", "because": "Insurer allows one a year"})
    assert Appointment.objects.get(client=case.client).state == "scheduled"


def test_moving_the_visit_moves_the_one_that_was_booked(practice):
    case = start(practice, former())
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.duarte.pk)
    do(case, "schedule", practice.csr, **visit())
    do(case, "schedule", practice.csr, **visit() | {"time": "15:30:00"})
    assert dates.local(Appointment.objects.get(client=case.client).starts_at).hour == 15


def test_the_old_clinician_is_removed_by_a_manager_only(practice):
    client = former()
    Assignment.objects.filter(client=client).update(ended_on=None)
    case = start(practice, client)
    up_to_match(case, practice)
    finish(case, practice, practice.duarte)
    removal = Removal.objects.get()
    with pytest.raises(NotAllowed):
        removals.mark_done(removal_id=removal.pk, by=practice.csr)
    removals.mark_done(removal_id=removal.pk, by=practice.manager)
    with pytest.raises(Refusal):
        removals.mark_done(removal_id=removal.pk, by=practice.manager)
    assert Assignment.objects.get(client=client, clinician=practice.osei).ended_on == dates.today()


# --- Questions, ways out --------------------------------------------------------------------------------------------


def test_a_question_is_answered_once_by_those_it_was_put_to(practice):
    case = start(practice, former())
    question = actions.ask(case_id=case.pk, step_key="balance", to="billing", text="Is this settled?", by=practice.csr)
    with pytest.raises(NotAllowed):
        actions.answer(question_id=question.pk, text="yes", by=practice.manager)
    actions.answer(question_id=question.pk, text="Yes, today.", by=practice.billing)
    with pytest.raises(Stale):
        actions.answer(question_id=question.pk, text="No.", by=practice.billing)
    assert Question.objects.get().answer == "Yes, today."


def test_a_case_is_left_with_a_reason_and_nothing_is_lost(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr)
    with pytest.raises(Refusal, match="Say why"):
        actions.leave(case_id=case.pk, way="withdrew", because="", by=practice.csr)
    left = actions.leave(case_id=case.pk, way="withdrew", because="Found someone closer", by=practice.csr)
    assert (left.status, Return.objects.get(case=case).stage) == ("withdrew", "withdrew")
    assert Tick.objects.filter(case=case, outcome="done").count() == 1


def test_a_case_is_not_complete_before_its_steps_are(practice):
    case = start(practice, former())
    with pytest.raises(Refusal, match="Past records"):
        actions.complete(case_id=case.pk, by=practice.csr)


def test_a_clinician_sees_no_case(practice):
    case = start(practice, former())
    with pytest.raises((NotThere, NotAllowed)):
        do(case, "ending", practice.clinician)
