"""What holds a suggestion back, what only informs, and why one is withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from caseload.models import Suggestion
from caseload.sweeps import sweep
from lwg_intake.records.models import Assignment
from tests.caseload.practice import TODAY, ago, assigned, at, grounds, guards, judged, number, rang, visit, why
from tests.factories.access import UserFactory
from tests.factories.caseload import ClosureFactory, DeadlineLetterFactory, HandoverFactory, SnoozeFactory
from tests.factories.cases import CaseFactory
from tests.factories.records import TerminationFactory

pytestmark = pytest.mark.django_db

LATER = TODAY + timedelta(days=1)


# ---- Held back ---------------------------------------------------------------------------------------------------
def missed_and_inactive(**fields: Any) -> Assignment:
    mine = assigned(**fields)
    for days in (60, 50, 40):
        visit(mine, ago(days), "no_show")
    return mine


BOTH = {"inactive", "missed"}


def held_by(guard: str) -> None:
    found = sweep(TODAY)
    assert (grounds(found), guards(found)) == (set(), {(ground, guard) for ground in BOTH})
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize("procedure", ["returning", "reassignment"])
@pytest.mark.parametrize("status", ["open", "waitlist"])
def test_an_open_return_or_reassignment_of_the_client_holds_all(procedure: str, status: str) -> None:
    mine = missed_and_inactive()
    CaseFactory(client=mine.client, procedure=procedure, status=status, opened_at=at(ago(3)))
    held_by("open_case")


def test_a_case_holds_only_while_it_is_open_as_of_that_day() -> None:
    mine = missed_and_inactive()
    case = CaseFactory(client=mine.client, opened_at=at(LATER))
    assert judged() == BOTH
    Suggestion.objects.all().delete()
    closing = {"status": "completed", "closed_by": UserFactory(), "closed_at": at(LATER)}
    type(case).objects.filter(pk=case.pk).update(opened_at=at(ago(3)), **closing)
    held_by("open_case")
    type(case).objects.filter(pk=case.pk).update(closed_at=at(ago(1)))
    assert judged() == BOTH


def test_a_handover_holds_until_it_is_taken_up() -> None:
    mine = missed_and_inactive()
    handover = HandoverFactory(assignment=mine, asked_at=at(ago(2)))
    held_by("open_case")
    handover.taken_up_by, handover.taken_up_at = UserFactory(), at(ago(1))
    handover.save()
    assert judged() == BOTH


def test_a_closing_holds_its_own_assignment_only() -> None:
    mine = missed_and_inactive()
    other = assigned(client=mine.client, service="medication")
    ClosureFactory(assignment=mine, case__opened_at=at(ago(1)))
    found = sweep(TODAY)
    assert grounds(found, other) == {"inactive"}
    assert guards(found, mine) == {(ground, "open_case") for ground in BOTH}


def test_a_legal_hold_holds_all() -> None:
    missed_and_inactive(client__flags=["hold", "risk"])
    held_by("hold")


def test_a_snooze_holds_its_own_ground_until_its_day() -> None:
    mine = missed_and_inactive()
    SnoozeFactory(assignment=mine, ground="inactive", until_on=LATER, at=at(ago(5)))
    found = sweep(TODAY)
    assert (grounds(found), guards(found)) == ({"missed"}, {("inactive", "snooze")})
    assert judged(LATER) == {"inactive"}


def test_all_that_holds_one_back_is_listed() -> None:
    mine = assigned(client__flags=["hold"])
    visit(mine, LATER, "scheduled")
    CaseFactory(client=mine.client, opened_at=at(ago(3)))
    assert guards(sweep(TODAY)) == {("inactive", guard) for guard in ("visit_ahead", "open_case", "hold")}


@pytest.mark.parametrize(
    "dob, notes", [(date(2008, 9, 30), ["risk"]), (date(2008, 10, 1), ["minor", "risk"]), (None, ["risk"])]
)
def test_minor_and_risk_only_inform(dob: date | None, notes: list[str]) -> None:
    assigned(client__dob=dob, client__flags=["risk", "part2"])
    assert judged() == {"inactive"}
    assert Suggestion.objects.get().notes == notes


def test_another_open_service_only_informs() -> None:
    therapy = assigned()
    visit(assigned(client=therapy.client, service="medication"), ago(1))
    alone = assigned()
    assigned(ago(300), client=alone.client, service="medication", ended_on=ago(200))
    found = sweep(TODAY)
    assert (grounds(found, therapy), grounds(found, alone)) == ({"inactive"}, {"inactive"})
    assert Suggestion.objects.get(assignment=therapy).notes == ["other_service"]
    assert Suggestion.objects.get(assignment=alone).notes == []


# ---- Withdrawn ---------------------------------------------------------------------------------------------------
def test_the_client_came() -> None:
    mine = assigned()
    assert judged() == {"inactive"}
    visit(mine, LATER)
    assert why(sweep(LATER)) == {"inactive": "The client came."}


def test_the_client_booked() -> None:
    mine = assigned()
    rang(mine, ago(2))
    assert judged() == {"trying"}
    visit(mine, LATER + timedelta(days=9), "scheduled")
    assert why(sweep(LATER)) == {"trying": "A visit is booked ahead."}


def test_the_client_rang() -> None:
    mine = assigned(date(2025, 1, 6))
    assert judged() == {"inactive", "lapsed"}
    rang(mine, LATER)
    found = sweep(LATER)
    assert grounds(found) == {"trying"}
    assert why(found) == dict.fromkeys(["inactive", "lapsed"], "The client was in contact.")


def test_the_client_fell_silent_again() -> None:
    rang(assigned(), ago(29))
    assert judged() == {"trying"}
    found = sweep(LATER)
    assert grounds(found) == {"inactive"}
    assert why(found) == {"trying": "The client is no longer in contact."}


def test_the_assignment_ended() -> None:
    mine = missed_and_inactive()
    assert judged() == BOTH
    Assignment.objects.filter(pk=mine.pk).update(ended_on=LATER)
    assert why(sweep(LATER)) == dict.fromkeys(BOTH, "The assignment has ended.")


def test_what_begins_to_hold_it_back_is_the_reason() -> None:
    mine = assigned()
    judged()
    SnoozeFactory(assignment=mine, until_on=LATER + timedelta(days=9), at=at(LATER))
    assert why(sweep(LATER))["inactive"].startswith("The clinician keeps this client for now")


def test_a_booking_answers_lapsed_and_a_passed_deadline() -> None:
    mine = assigned(date(2025, 1, 6))
    DeadlineLetterFactory(assignment=mine, deadline_on=ago(1), written_at=at(ago(15)))
    assert judged() == {"inactive", "lapsed", "deadline_passed"}
    visit(mine, LATER, "scheduled")
    assert set(why(sweep(LATER)).values()) == {"A visit is booked ahead."}


def test_a_visit_booked_and_not_kept_answers_the_letter_all_the_same() -> None:
    mine = assigned()
    DeadlineLetterFactory(assignment=mine, deadline_on=ago(1), written_at=at(ago(15)))
    judged()
    visit(mine, LATER, "no_show")
    assert why(sweep(LATER)) == {"deadline_passed": "A visit was booked."}


def test_a_letter_that_was_replaced() -> None:
    mine = assigned()
    letter = DeadlineLetterFactory(assignment=mine, deadline_on=ago(1), written_at=at(ago(15)))
    judged()
    letter.ended_on = LATER
    letter.save()
    assert why(sweep(LATER)) == {"deadline_passed": "The letter no longer stands."}
    Suggestion.objects.update(status="open", withdrawn_on=None)
    DeadlineLetterFactory(assignment=mine, deadline_on=LATER + timedelta(days=9), written_at=at(LATER))
    assert why(sweep(LATER)) == {"deadline_passed": "The letter has a later date."}


def test_a_plan_becomes_overdue_and_is_updated() -> None:
    mine = assigned(date(2026, 1, 5), client__plan_updated_on=date(2026, 3, 31))
    visit(mine, ago(1))
    assert judged() == {"plan_due"}
    found = sweep(LATER)
    assert (grounds(found), why(found)) == ({"plan_overdue"}, {"plan_due": "The plan is overdue now."})
    type(mine.client).objects.update(plan_updated_on=LATER)
    assert why(sweep(LATER)) == {"plan_overdue": "The plan was updated."}


def test_a_past_visit_got_its_outcome() -> None:
    mine = assigned()
    open_visit = visit(mine, ago(3), "scheduled")
    assert judged() == {"inactive", "unresolved"}
    open_visit.state = "kept"
    open_visit.save()
    assert why(sweep(TODAY)) == {"inactive": "The client came.", "unresolved": "Every past visit has an outcome."}


def test_a_lapse_is_settled_by_a_termination() -> None:
    mine = assigned(date(2025, 1, 6))
    judged()
    TerminationFactory(client=mine.client, clinician=mine.clinician, service=mine.service, ended_on=LATER)
    assert why(sweep(LATER)) == {"lapsed": "A termination is on record."}


def test_misses_that_were_corrected() -> None:
    mine = missed_and_inactive()
    visit(mine, ago(1))
    assert judged() == {"missed"}
    mine.client.appointments.filter(state="no_show").update(state="clinician_cancel")
    assert why(sweep(TODAY)) == {"missed": "The record or the practice's numbers have changed."}


def test_a_changed_number_withdraws_and_says_so() -> None:
    visit(assigned(), ago(45))
    judged()
    number("inactive_days", 60, LATER)
    assert why(sweep(LATER)) == {"inactive": "The record or the practice's numbers have changed."}


# ---- History -----------------------------------------------------------------------------------------------------
def test_history_stays_and_a_new_reason_is_a_new_row() -> None:
    mine = assigned()
    judged()
    booked = visit(mine, LATER, "scheduled")
    sweep(TODAY)
    booked.state = "no_show"
    booked.save()
    assert judged(LATER) == {"inactive"}
    rows = Suggestion.objects.filter(assignment=mine).order_by("pk").values_list("status", "opened_on", "withdrawn_on")
    assert list(rows) == [("withdrawn", TODAY, TODAY), ("open", LATER, None)]


def test_a_second_run_changes_nothing() -> None:
    missed_and_inactive()
    first, before = sweep(TODAY), list(Suggestion.objects.values())
    again = sweep(TODAY)
    assert len(first.opened) == 2
    assert (again.opened, again.withdrawn) == ([], [])
    assert list(Suggestion.objects.values()) == before


def test_an_answered_suggestion_is_left_alone() -> None:
    mine = assigned()
    judged()
    answered = {"status": "answered", "answer": "keep", "answered_at": timezone.now(), "answered_by": UserFactory()}
    Suggestion.objects.update(**answered)
    SnoozeFactory(assignment=mine, until_on=LATER + timedelta(days=30), at=at(TODAY))
    visit(mine, LATER)
    found = sweep(LATER)
    assert (found.opened, found.withdrawn) == ([], [])
    assert Suggestion.objects.get().status == "answered"


def test_a_missed_week_works_the_next_night() -> None:
    stays, comes = assigned(ago(29)), assigned(ago(29))
    assert judged(TODAY) == set()
    visit(comes, TODAY + timedelta(days=4))
    rang(stays, ago(80))
    found = sweep(TODAY + timedelta(days=8))
    assert (grounds(found, stays), grounds(found, comes)) == ({"inactive"}, set())


def test_a_sweep_of_the_past_leaves_later_suggestions_alone() -> None:
    assigned(ago(40))
    assert judged() == {"inactive"}
    assert sweep(ago(20)).withdrawn == []
    assert Suggestion.objects.get().status == "open"
