"""The rules of a return, with no database: S0 and the practice's rules R1 to R7."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lwg_intake.checklists.gates import Blocked, Clear, NeedsApproval, Warn
from lwg_intake.placement import rules as placement
from lwg_intake.placement.facts import Cover, Ending, OnRecord, Place
from returning import rules
from returning.facts import Facts

TODAY = date(2026, 11, 22)
POLICY = {
    "return_intake_months": 12,
    "return_balance_threshold_cents": 0,
    "severe_misses": 6,
    "minor_until_years": 18,
    "verification_days": 14,
}


def facts(**given):
    base = Facts(
        today=TODAY, policy=POLICY, answers={}, service="therapy", started_by=1, name="Ana Lima", called="Ana",
        demographics={"state": "MD"}, balance=Decimal(0), balance_as_of=TODAY,
        cover=Cover("Cigna", "commercial", "MD", "1", "yes", TODAY),
    )  # fmt: skip
    return replace(base, **given)


def ended(category="none"):
    return (Ending(category, date(2026, 1, 5), "", "", 7, "Dr. Osei", "therapy"),)


def chose(category, severe=False):
    return {"ending": {"category": category, "severe": severe}}


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (date(2025, 11, 23), "session"),
        (date(2025, 11, 22), "intake"),
        (date(2025, 11, 21), "intake"),
        (None, "intake"),
    ],
)
def test_a_return_is_an_intake_from_twelve_months_on_that_day_included(last, kind):
    assert placement.intake_or_session(facts(last_intake_on=last))[0] == kind


def test_the_intake_rule_is_judged_on_the_day_of_the_visit():
    one = facts(last_intake_on=date(2025, 12, 1))
    assert placement.intake_or_session(one)[0] == "session"
    assert placement.intake_or_session(one, date(2026, 12, 1))[0] == "intake"


def test_the_intake_rule_is_for_therapy_only():
    assert placement.intake_or_session(facts(service="medication", last_intake_on=None))[0] == "session"


@pytest.mark.parametrize("category", ["C", "D"])
def test_c_and_d_wait_for_a_manager(category):
    assert isinstance(rules.eligibility(facts(answers=chose(category))), NeedsApproval)


def test_c_on_record_waits_for_a_manager_whatever_is_chosen():
    assert isinstance(rules.eligibility(facts(answers=chose("none"), endings=ended("C"))), NeedsApproval)
    assert isinstance(rules.ending_gate(facts(answers=chose("none"), endings=ended("C"))), Warn)


def test_a_category_once_chosen_cannot_be_edited_away_from_the_manager():
    changed = facts(answers=chose("none"), ever_categories=frozenset({"D"}))
    assert isinstance(rules.eligibility(changed), NeedsApproval)


def test_a_severe_mark_cannot_be_unticked_away_from_the_manager():
    assert rules.needs_management(facts(answers=chose("A"), ever_severe=True))


def test_a_decision_stands_for_the_category_it_judged():
    decided = {**chose("C"), "decision": {"decision": "accept", "judged": "C"}}
    assert rules.decision_stands(facts(answers=decided))
    assert not rules.decision_stands(facts(answers=decided | chose("D")))


def test_a_needs_a_commitment_and_a_manager_only_if_severe():
    assert isinstance(rules.eligibility(facts(answers=chose("A"))), Blocked)
    committed = {**chose("A"), "commitment": {"committed_on": "2026-11-22"}}
    assert isinstance(rules.eligibility(facts(answers=committed)), Clear)
    assert isinstance(rules.eligibility(facts(answers=committed | chose("A", severe=True))), NeedsApproval)


def test_another_ending_is_plainly_eligible():
    assert isinstance(rules.eligibility(facts(answers=chose("none"))), Clear)


def test_one_cent_blocks():
    assert isinstance(placement.balance_gate(facts(balance=Decimal("0.01"))), Blocked)


def test_an_arrangement_clears_what_it_covers():
    owing = facts(balance=Decimal(80), arranged=Decimal(80), arrangement="$20 a month")
    assert isinstance(placement.balance_gate(owing), Clear)
    assert isinstance(placement.balance_gate(replace(owing, balance=Decimal(81))), Blocked)


def test_no_show_fees_never_block_a_medicaid_client():
    owing = facts(balance=Decimal(50), fees=Decimal(50))
    assert isinstance(placement.balance_gate(owing), Blocked)
    assert isinstance(placement.balance_gate(replace(owing, medicaid=True)), Clear)
    assert isinstance(placement.balance_gate(replace(owing, medicaid=True, balance=Decimal("50.01"))), Blocked)


def test_a_csr_cannot_write_a_balance_down():
    typed = facts(balance=Decimal(80), answers={"balance": {"seen": "0"}})
    assert isinstance(placement.balance_gate(typed), Blocked)


def test_category_b_is_settled_before_anything_goes_on():
    owing = facts(balance=Decimal(80), answers=chose("B"))
    assert isinstance(rules.portal_gate(owing), Blocked)
    assert not isinstance(rules.portal_gate(replace(owing, balance=Decimal(0))), Blocked)


def test_medicaid_needs_the_assessment():
    assert isinstance(placement.omhc_gate(facts(medicaid=True)), Blocked)
    assert isinstance(placement.omhc_gate(facts(medicaid=True, omhc_on=date(2026, 5, 1))), Clear)
    assert not rules.needs_omhc(facts())


def test_a_change_to_medicaid_asks_for_the_assessment():
    said = {"insurance": {"payer": "Maryland Medicaid", "payer_class": "medicaid", "state": "MD", "changed": "yes"}}
    assert rules.needs_omhc(facts(answers=said))


def test_inactive_insurance_blocks_but_self_pay_does_not():
    said = {"active": "no", "changed": "no", "payer": "Cigna", "payer_class": "commercial", "billing_updated": False}
    assert isinstance(placement.insurance_gate(facts(answers={"insurance": said})), Blocked)
    own = said | {"payer": "Self-pay", "payer_class": "self_pay"}
    assert isinstance(placement.insurance_gate(facts(answers={"insurance": own})), Clear)


def test_a_changed_insurance_needs_the_billing_settings():
    said = {"active": "yes", "changed": "yes", "payer": "Cigna", "payer_class": "commercial", "billing_updated": False}
    assert isinstance(placement.insurance_gate(facts(answers={"insurance": said})), Blocked)
    assert isinstance(placement.insurance_gate(facts(answers={"insurance": said | {"billing_updated": True}})), Clear)


def test_the_matched_clinician_takes_the_insurance_in_that_state():
    place = Place(7, "Dr. Osei", "o@example.com", ("CareFirst BCBS@MD", "Cigna"), ("MD", "DC"))
    care_first = Cover("CareFirst BCBS", "commercial", "DC", "1", "yes", TODAY)
    assert placement.takes_insurance(place, facts())
    assert not placement.takes_insurance(place, facts(cover=care_first))
    assert placement.takes_insurance(place, facts(cover=replace(care_first, state="MD")))


def test_old_clinicians_are_those_of_the_same_service():
    here = (
        OnRecord(1, 7, "Dr. Osei", "therapy", TODAY, ""),
        OnRecord(2, 8, "N. Rahimi", "medication", TODAY, ""),
        OnRecord(3, 9, "L. Duarte", "therapy", TODAY, ""),
    )
    answers = {"match": {"clinician_id": 9}}
    assert [a.clinician_id for a in placement.old_clinicians(facts(on_record=here, answers=answers))] == [7]


def test_an_active_client_is_not_a_return():
    assert isinstance(rules.may_start([("therapy", "Dr. Osei")], True, "therapy"), Blocked)
    assert isinstance(rules.may_start([("medication", "N. Rahimi")], True, "therapy"), Clear)
    assert isinstance(rules.may_start([], False, "therapy"), Blocked)
