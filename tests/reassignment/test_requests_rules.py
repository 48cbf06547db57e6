"""The rules of a request for another clinician, with no database: S1, R2, R4b and what the practice chose."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lwg_intake.checklists.gates import Blocked, Clear, Warn
from lwg_intake.placement.facts import Cover, OnRecord
from lwg_intake.placement.rules import intake_or_session, old_clinicians
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.records.matching import Needs
from reassignment import evidence
from reassignment.facts import Request
from reassignment.rules import requests as rules
from reassignment.rules.waiting import in_words, is_reminder_day, week_of

TODAY = date(2026, 11, 22)
POLICY = {key: number.default for key, number in NUMBERS.items()}


def facts(**given):
    policy = POLICY | given.pop("policy", {})
    base = Request(
        today=TODAY, policy=policy, answers={}, service="therapy", started_by=1, name="Ana Lima", called="Ana",
        demographics={"state": "MD"}, balance=Decimal(0), balance_as_of=TODAY, reason="fit",
        cover=Cover("Cigna", "commercial", "MD", "1", "yes", TODAY), old_assignment_id=5, old_clinician_id=7,
        old_clinician="Dr. Osei", old_email="osei@example.com",
    )  # fmt: skip
    return replace(base, **given)


# --- Intake or session (R2) -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (date(2026, 5, 23), "session"),
        (date(2026, 5, 22), "session"),
        (date(2026, 5, 21), "intake"),
        (None, "intake"),
    ],
)
def test_the_next_session_is_an_intake_when_the_last_is_more_than_six_months_old(last, kind):
    assert intake_or_session(facts(last_intake_on=last))[0] == kind


def test_the_intake_rule_is_judged_on_the_day_of_the_visit():
    one = facts(last_intake_on=date(2026, 5, 22))
    assert intake_or_session(one, date(2026, 11, 22))[0] == "session"
    assert intake_or_session(one, date(2026, 11, 23))[0] == "intake"


def test_six_months_are_calendar_months_also_at_a_months_end():
    one = facts(last_intake_on=date(2026, 8, 31))
    assert intake_or_session(one, date(2027, 2, 28))[0] == "session"
    assert intake_or_session(one, date(2027, 3, 1))[0] == "intake"


def test_the_intake_rule_is_for_therapy_only():
    assert intake_or_session(facts(service="medication", last_intake_on=None))[0] == "session"


def test_the_practice_can_go_by_twelve_months_instead():
    one = facts(last_intake_on=date(2025, 11, 22), policy={"transfer_intake_months": 12})
    assert intake_or_session(one)[0] == "session"


def test_the_page_says_which_rule_fired_and_what_a_return_would_go_by():
    one = facts(last_intake_on=date(2026, 5, 21))
    assert "more than 6 months before" in intake_or_session(one)[1]
    said = {line.label: line.value for line in evidence.schedule(one)}
    assert said["Were it a return"] == "A session, by 12 months"
    assert "Were it a return" not in {line.label for line in evidence.schedule(replace(one, service="medication"))}


# --- Starting -------------------------------------------------------------------------------------------------------


def test_a_running_service_can_change_its_clinician():
    assert isinstance(rules.may_start("therapy", "therapy", "Dr. Osei", True), Clear)


def test_an_ended_service_and_an_added_one_are_no_change():
    assert "return" in rules.may_start("therapy", "therapy", "Dr. Osei", False).until
    assert "referral" in rules.may_start("therapy", "medication", "Dr. Osei", True).until


@pytest.mark.parametrize(
    ("runs", "count"),
    [
        ([], 0),
        ([(date(2026, 1, 1), 1)], 0),
        ([(date(2025, 1, 1), 1), (date(2025, 11, 21), 2)], 0),
        ([(date(2025, 1, 1), 1), (date(2025, 11, 22), 2)], 1),
        ([(date(2025, 1, 1), 1), (date(2026, 3, 1), 2), (date(2026, 8, 1), 1)], 2),
        ([(date(2025, 1, 1), 1), (date(2026, 3, 1), 1)], 0),
    ],
)
def test_changes_count_within_twelve_months_that_day_included(runs, count):
    assert rules.changes_before(runs, TODAY, 12) == count


def test_the_third_change_is_flagged():
    assert [rules.is_flagged(changes, 3) for changes in (0, 1, 2, 3)] == [False, False, True, True]


# --- Money, insurance, notices --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "kind"), [(1, Warn), (2, Blocked)])
def test_a_cent_warns_or_blocks_by_the_practices_number(number, kind):
    one = facts(balance=Decimal("0.01"), policy={"transfer_balance": number})
    assert isinstance(rules.balance_gate(one), kind)
    assert rules.balance_counts(one)
    assert not rules.balance_counts(facts(policy={"transfer_balance": 0}))


def test_no_show_fees_never_block_a_medicaid_client():
    one = facts(balance=Decimal(50), fees=Decimal(50), medicaid=True, policy={"transfer_balance": 2})
    assert isinstance(rules.balance_gate(one), Clear)


def test_who_has_left_is_not_written_to():
    gone = facts(old_last_day=date(2026, 11, 21), old_email="")
    assert isinstance(rules.notice_gate(gone), Warn)
    assert isinstance(rules.notice_gate(facts(old_email="")), Blocked)
    assert isinstance(rules.notice_gate(facts(old_last_day=TODAY)), Clear)


def test_only_the_clinician_who_is_left_comes_off_the_record():
    stands = (
        OnRecord(5, 7, "Dr. Osei", "therapy", TODAY, ""),
        OnRecord(6, 8, "Group", "therapy", TODAY, ""),
        OnRecord(9, 7, "Dr. Osei", "medication", TODAY, ""),
    )
    assert [a.assignment_id for a in old_clinicians(facts(on_record=stands))] == [5]


@pytest.mark.parametrize("state", ["no_show", "late_cancel", "client_cancel", "clinician_cancel"])
def test_a_visit_that_did_not_take_place_is_booked_again(state):
    booked = {"match": {"clinician_id": 3}, "schedule": {"clinician_id": 3, "on": "2026-11-20"}}
    assert rules.schedule_stands(facts(answers=booked, visit_state="scheduled"))
    assert not rules.schedule_stands(facts(answers=booked, visit_state=state))
    assert rules.schedule_stands(facts(answers=booked, visit_state=state, kept_on=TODAY))


# --- Waiting --------------------------------------------------------------------------------------------------------


def test_needs_are_said_without_saying_who():
    needs = Needs(service="therapy", on=TODAY, state="MD", payer="Cigna", payer_state="MD", dob=date(2010, 1, 1),
                  language="Spanish", times=("Tue", "18:00"))  # fmt: skip
    assert in_words(needs, 18) == "Therapy; Cigna in MD; 13 or older, a minor; speaks Spanish; can come Tue, 18:00"


def test_the_reminders_week_is_the_iso_week_also_around_new_year():
    assert week_of(date(2026, 11, 23)) == "2026-W48"
    assert week_of(date(2027, 1, 1)) == week_of(date(2026, 12, 31)) == "2026-W53"


def test_a_reminder_is_made_good_later_in_its_week():
    monday = date(2026, 11, 23)
    assert [is_reminder_day(monday.replace(day=23 + n), 3) for n in range(4)] == [False, False, True, True]
