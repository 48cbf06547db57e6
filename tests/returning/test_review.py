"""What a second look at the returning wing found, each as somebody at the desk would meet it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.checklists.board import board
from lwg_intake.checklists.gates import Blocked
from lwg_intake.checklists.models import Case
from lwg_intake.desk.actions import money
from lwg_intake.errors import Refusal
from lwg_intake.placement import rules as placement
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Balance,
    Clinician,
    InsurancePolicy,
    PlaceHold,
    Removal,
)
from lwg_intake.records.snapshot import snapshot
from returning import rules
from returning.models import Return
from returning.worklists import waiting_for
from tests.returning.conftest import former
from tests.returning.deeds import do, finish, start, up_to_complete, up_to_match, visit
from tests.returning.test_rules import ended, facts


def now(case):
    return board(Case.objects.get(pk=case.pk))


def matched(practice, clinician=None, **client):
    case = start(practice, former(**client))
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=(clinician or practice.osei).pk)
    return case


# --- Management's decision ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", ["C", "D"])
@pytest.mark.parametrize("way", ["referred_out", "waitlist"])
def test_a_csr_does_not_refuse_alone_by_leaving_before_the_first_step(practice, category, way):
    case = start(practice, former(category=category))
    with pytest.raises(Refusal, match="manager decides"):
        actions.leave(case_id=case.pk, way=way, because="no", by=practice.csr)


def test_a_csr_does_not_refuse_alone_by_unticking_the_first_step(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr, category="D")
    actions.untick(case_id=case.pk, step_key="ending", because="hm", version=1, by=practice.csr)
    with pytest.raises(Refusal, match="manager decides"):
        actions.leave(case_id=case.pk, way="referred_out", because="no", by=practice.csr)


def test_a_refusal_after_the_match_gives_place_and_visit_back(practice):
    case = matched(practice)
    do(case, "schedule", practice.csr, **visit())
    do(case, "ending", practice.csr, category="D")
    do(case, "decision", practice.manager, decision="refuse", conditions="", because="Threats")
    assert not PlaceHold.objects.filter(released_at__isnull=True).exists()
    assert not Appointment.objects.filter(client=case.client, state="scheduled").exists()


def test_a_refusal_comes_too_late_once_the_clinician_is_assigned(practice):
    case = matched(practice)
    do(case, "schedule", practice.csr, **visit())
    do(case, "assignment", practice.csr, started_on=dates.today().isoformat())
    do(case, "ending", practice.csr, category="D")
    with pytest.raises(Refusal, match="assigned already"):
        do(case, "decision", practice.manager, decision="refuse", conditions="", because="Threats")


def test_a_decision_asked_for_after_the_match_is_on_the_managers_page(practice):
    case = matched(practice)
    do(case, "schedule", practice.csr, **visit())
    do(case, "ending", practice.csr, category="C")
    assert Return.objects.get(case=case).stage == "management_review"
    assert [w.total for w in waiting_for(practice.manager) if w.title == "Decisions waiting"] == [1]


def test_a_decision_waits_since_it_was_asked_for(practice):
    case = start(practice, former(category="C"))
    Case.objects.filter(pk=case.pk).update(opened_at=timezone.now() - timedelta(days=9))
    do(case, "ending", practice.csr, category="C")
    (decisions,) = (w for w in waiting_for(practice.manager) if w.title == "Decisions waiting")
    assert timezone.now() - decisions.items[0].since < timedelta(days=1)


def test_a_decision_taken_back_is_off_the_tracker(practice):
    case = start(practice, former(category="C"))
    do(case, "ending", practice.csr, category="C")
    do(case, "decision", practice.manager, decision="conditions", conditions="Weekly", because="Stable")
    actions.untick(case_id=case.pk, step_key="decision", because="wrong client", version=1, by=practice.manager)
    row = Return.objects.get(case=case)
    assert (row.decided_by, row.decided_at, row.conditions, row.eligibility) == (None, None, "", "open")


@pytest.mark.parametrize("chosen", [{}, {"ending": {"category": "none", "severe": False}}])
def test_c_or_d_on_record_is_said_from_the_first_look_on(chosen):
    one = facts(endings=ended("D"), answers=chosen)
    assert "The record says category D. A manager decides" in rules.ending_gate(one).because


# --- Money ----------------------------------------------------------------------------------------------------------


def test_a_balance_that_only_therapynotes_shows_reaches_billing(practice):
    case = start(practice, former())
    do(case, "ending", practice.csr)
    with pytest.raises(Refusal, match="owed"):
        do(case, "balance", practice.csr, seen="45.00")
    do(case, "balance", practice.csr, seen="45.00", waiting=True)
    assert Balance.objects.get(client=case.client).amount == 45
    assert Return.objects.get(case=case).stage == "blocked_balance"
    money.arrange(client_id=case.client_id, terms="$15 a month", by=practice.billing)
    do(case, "balance", practice.csr, seen="45.00")
    assert now(case).row("balance").state == "done"


def test_a_balance_that_grows_after_the_match_is_on_billings_page(practice):
    case = matched(practice)
    money.set_balance(client_id=case.client_id, amount=Decimal(30), no_show_fees=Decimal(0), by=practice.billing)
    assert Return.objects.get(case=case).stage == "blocked_balance"


@pytest.mark.parametrize(("record", "seen"), [("0", "-25.00"), ("-25.00", "-30.00")])
def test_a_credit_that_grew_blocks_nobody(record, seen):
    typed = facts(balance=Decimal(record), answers={"balance": {"seen": seen}})
    assert not isinstance(placement.balance_gate(typed), Blocked)


def test_fees_that_are_gone_block_no_medicaid_client():
    typed = facts(balance=Decimal(100), fees=Decimal(100), medicaid=True, answers={"balance": {"seen": "0"}})
    assert not isinstance(placement.balance_gate(typed), Blocked)


def test_a_part_paid_under_an_arrangement_blocks_nobody():
    typed = facts(balance=Decimal(80), arranged=Decimal(80), arrangement="$20", answers={"balance": {"seen": "60"}})
    assert not isinstance(placement.balance_gate(typed), Blocked)
    assert isinstance(placement.balance_gate(replace(typed, arranged=None)), Blocked)


# --- Insurance and the match ----------------------------------------------------------------------------------------


def test_an_insurance_that_changed_after_the_visit_was_booked_asks_for_another_match(practice):
    case = matched(practice)
    do(case, "schedule", practice.csr, **visit())
    do(case, "insurance", practice.csr, changed="yes", payer="Aetna", member_id="A9", billing_updated=True)
    with pytest.raises(Refusal, match="does not take Aetna"):
        do(case, "assignment", practice.csr, started_on=dates.today().isoformat())


def test_a_move_to_another_state_after_the_match_asks_for_another_match(practice):
    case = matched(practice)
    do(case, "demographics", practice.csr, state="VA")
    with pytest.raises(Refusal, match="not licensed in VA"):
        do(case, "schedule", practice.csr, **visit())


def test_the_old_clinician_kept_is_held_to_the_insurance_too(practice):
    client = former()
    Assignment.objects.filter(client=client).update(ended_on=None)
    case = start(practice, client)
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.osei.pk)
    do(case, "insurance", practice.csr, changed="yes", payer="Aetna", member_id="A9", billing_updated=True)
    with pytest.raises(Refusal, match="does not take Aetna"):
        do(case, "schedule", practice.csr, **visit())


def test_an_insurance_without_a_state_is_judged_where_the_client_lives(practice):
    Clinician.objects.filter(pk=practice.osei.pk).update(payers=["Cigna@MD"])
    case = start(practice, former())
    up_to_match(case, practice)
    do(case, "insurance", practice.csr, state="")
    do(case, "match", practice.csr, clinician_id=practice.osei.pk)
    do(case, "schedule", practice.csr, **visit())


def test_medicaid_as_second_insurance_still_asks_for_the_assessment(practice):
    client = former()
    InsurancePolicy.objects.create(
        client=client, payer="Maryland Medicaid", payer_class="medicaid", state="MD", member_id="X1", active="yes",
        priority=2,
    )  # fmt: skip
    case = start(practice, client)
    do(case, "insurance", practice.csr, changed="yes", payer="Aetna", member_id="A9", billing_updated=True)
    assert now(case).row("omhc").state == "open"


def test_medicaid_that_was_replaced_asks_for_nothing(practice):
    client = former()
    InsurancePolicy.objects.filter(client=client).update(
        payer="Maryland Medicaid", payer_class="medicaid", ends_on=dates.today() + timedelta(days=90)
    )
    case = start(practice, client)
    do(case, "insurance", practice.csr, changed="yes", payer="Cigna", member_id="A9", billing_updated=True)
    assert now(case).row("omhc").state == "not needed"


# --- Assignment and removal -----------------------------------------------------------------------------------------


def test_another_match_comes_too_late_once_the_clinician_is_assigned(practice):
    case = matched(practice)
    do(case, "schedule", practice.csr, **visit())
    do(case, "assignment", practice.csr, started_on=dates.today().isoformat())
    with pytest.raises(Refusal, match="reassignment"):
        do(case, "match", practice.csr, clinician_id=practice.duarte.pk)


def test_a_return_to_the_old_clinician_makes_the_client_active_again(practice):
    client = former()
    Assignment.objects.filter(client=client).update(ended_on=None)
    case = start(practice, client)
    up_to_match(case, practice)
    finish(case, practice, practice.osei)
    assert snapshot(client).status == "active"
    with pytest.raises(Refusal, match="reassignment"):
        start(practice, client)


def test_a_removal_asked_for_in_vain_is_withdrawn_when_the_old_clinician_is_chosen_after_all(practice):
    client = former()
    Assignment.objects.filter(client=client).update(ended_on=None)
    case = start(practice, client)
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.duarte.pk)
    do(case, "removal", practice.csr)
    up_to_complete(case, practice, practice.osei)
    assert not Removal.objects.filter(status="asked").exists()
    assert Assignment.objects.filter(client=client, clinician=practice.osei, ended_on=None).exists()


# --- Intake or session, tracker -------------------------------------------------------------------------------------


def test_the_reason_shown_is_the_one_for_the_day_that_was_chosen(practice):
    soon = dates.today() + timedelta(days=7)
    last = dates.months_before(soon, 12)
    case = matched(practice, last_intake_on=last)
    with pytest.raises(Refusal, match="an intake"):
        do(case, "schedule", practice.csr, **visit() | {"kind": "session"})
    do(case, "schedule", practice.csr, **visit())
    row = now(case).row("schedule")
    assert "months or more" in row.sentence
    assert "months or more" in row.step.evidence(now(case).facts)[0].source


def test_what_is_unticked_is_off_the_tracker(practice):
    case = start(practice, former(category="A"))
    do(case, "ending", practice.csr, category="A")
    do(case, "commitment", practice.csr)
    actions.untick(case_id=case.pk, step_key="commitment", because="not sure", version=1, by=practice.csr)
    assert Return.objects.get(case=case).committed_on is None


def test_who_withdrew_has_no_new_clinician_on_the_tracker(practice):
    case = matched(practice)
    actions.leave(case_id=case.pk, way="withdrew", because="Found someone", by=practice.csr)
    assert Return.objects.get(case=case).clinician is None
