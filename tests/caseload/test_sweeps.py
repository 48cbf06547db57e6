"""What a night finds: every ground at its boundaries, as of one day."""

from datetime import date, timedelta
from typing import Any

import pytest

from caseload.models import Suggestion
from caseload.sweeps import sweep
from tests.caseload.practice import TODAY, ago, assigned, at, grounds, guards, judged, number, rang, visit
from tests.factories.caseload import DeadlineLetterFactory
from tests.factories.records import ClinicianFactory, TerminationFactory

pytestmark = pytest.mark.django_db


# ---- Inactive and trying -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("days, found", [(29, set()), (30, {"inactive"}), (31, {"inactive"})])
def test_unseen_for_30_days_or_more_is_inactive(days: int, found: set[str]) -> None:
    visit(assigned(), ago(days))
    assert judged() == found


@pytest.mark.parametrize("days, found", [(29, set()), (30, {"inactive"}), (31, {"inactive"})])
def test_never_seen_counts_from_the_start(days: int, found: set[str]) -> None:
    assigned(ago(days))
    assert judged() == found


@pytest.mark.parametrize("days, found", [(0, "trying"), (29, "trying"), (30, "inactive"), (31, "inactive")])
def test_contact_within_the_days_makes_it_trying(days: int, found: str) -> None:
    rang(assigned(), ago(days))
    assert judged() == {found}


@pytest.mark.parametrize(
    "direction, outcome, found",
    [
        *(
            ("out", outcome, "inactive")
            for outcome in ("voicemail", "no_answer", "wrong_number", "sent", "bounced", "")
        ),
        *(("out", outcome, "trying") for outcome in ("reached", "replied")),
        *(("in", outcome, "trying") for outcome in ("reached", "voicemail", "no_answer", "sent", "bounced", "")),
    ],
)
def test_attempts_are_not_contact_and_all_that_comes_in_is(direction: str, outcome: str, found: str) -> None:
    rang(assigned(), ago(3), direction, outcome)
    assert judged() == {found}


def test_contact_is_the_clients_whichever_assignment_it_was_about() -> None:
    therapy = assigned()
    medication = assigned(client=therapy.client, service="medication")
    visit(medication, ago(5))
    rang(medication, ago(4))
    assert judged(of=therapy) == {"trying"}
    assert judged(of=medication) == set()


def test_a_kept_visit_counts_for_its_own_assignment_only() -> None:
    mine = assigned()
    visit(mine, ago(2), service="medication")
    visit(mine, ago(2), clinician=ClinicianFactory())
    visit(assigned(), ago(2))
    assert judged(of=mine) == {"inactive"}


def test_only_a_kept_visit_is_seen() -> None:
    mine = assigned()
    for state in ("no_show", "late_cancel", "client_cancel", "clinician_cancel", "unresolved"):
        visit(mine, ago(9), state)
    assert judged() == {"inactive", "unresolved"}


def test_an_ended_or_future_assignment_is_not_judged() -> None:
    assigned(ago(100), ended_on=TODAY)
    assigned(TODAY + timedelta(days=1))
    assert judged() == set()
    assigned(ago(100), ended_on=TODAY + timedelta(days=1))
    assert judged() == {"inactive"}


@pytest.mark.parametrize("days", [0, 1, 200])
def test_a_visit_ahead_holds_absence_back_from_that_day_on(days: int) -> None:
    silent, trying = assigned(), assigned()
    rang(trying, ago(1))
    for each in (silent, trying):
        visit(each, TODAY + timedelta(days=days), "scheduled")
    found = sweep(TODAY)
    assert found.opened == []
    assert guards(found) == {("inactive", "visit_ahead"), ("trying", "visit_ahead")}


def test_a_cancelled_visit_ahead_or_anothers_is_none() -> None:
    mine = assigned()
    visit(mine, TODAY + timedelta(days=3), "client_cancel")
    visit(mine, TODAY + timedelta(days=3), "unresolved")
    visit(mine, TODAY + timedelta(days=3), "scheduled", service="medication")
    assert judged() == {"inactive"}


def test_still_scheduled_yesterday_is_unresolved_and_neither_seen_nor_ahead() -> None:
    mine = assigned()
    visit(mine, ago(1), "scheduled")
    assert judged() == {"inactive", "unresolved"}
    assert Suggestion.objects.get(ground="unresolved").evidence == {
        "visits": [{"on": str(ago(1)), "state": "scheduled"}], "count": 1,
    }  # fmt: skip


def test_a_correction_is_what_counts() -> None:
    reached, silent = assigned(), assigned()
    rang(reached, ago(5), "out", "reached", corrects=rang(reached, ago(5), "out", "no_answer"))
    once = rang(silent, ago(5), "out", "no_answer", corrects=rang(silent, ago(5), "out", "reached"))
    rang(silent, ago(5), "out", "voicemail", corrects=once)
    found = sweep(TODAY)
    assert (grounds(found, reached), grounds(found, silent)) == ({"trying"}, {"inactive"})


def test_the_practices_own_number_of_days() -> None:
    visit(assigned(), ago(45))
    number("inactive_days", 60)
    assert judged() == set()


# ---- Missed ------------------------------------------------------------------------------------------------------
def attending(**fields: Any):
    """Seen yesterday, so that nothing but misses can bring it up."""
    mine = assigned(**fields)
    visit(mine, ago(1))
    return mine


@pytest.mark.parametrize(
    "states, found",
    [
        (["no_show", "no_show"], set()),
        (["no_show", "no_show", "late_cancel"], {"missed"}),
        (["no_show", "no_show", "clinician_cancel", "client_cancel"], set()),
        (["no_show", "no_show", "unresolved", "scheduled"], {"unresolved"}),
        (["late_cancel"] * 4, {"missed"}),
    ],
)
def test_three_no_shows_or_late_cancels(states: list[str], found: set[str]) -> None:
    mine = attending()
    for week, state in enumerate(states):
        visit(mine, ago(60 - 7 * week), state)
    assert judged() == found


def test_misses_before_the_present_assignment_do_not_count() -> None:
    """A return after category A: the same client, clinician and service, and a clean slate."""
    before = assigned(ago(400), ended_on=ago(200))
    for days in (300, 280, 260, 240):
        visit(before, ago(days), "no_show")
    TerminationFactory(
        client=before.client, clinician=before.clinician, service=before.service, ended_on=ago(200), category="A"
    )
    now = assigned(ago(50), client=before.client, clinician=before.clinician)
    visit(now, ago(1))
    for days in (30, 20):
        visit(now, ago(days), "no_show")
    assert judged() == set()
    visit(now, ago(50), "late_cancel")
    assert judged() == {"missed"}


def test_missed_shows_beside_a_visit_ahead_and_beside_inactive() -> None:
    mine = assigned()
    for days in (60, 50, 40):
        visit(mine, ago(days), "no_show")
    visit(mine, TODAY + timedelta(days=7), "scheduled")
    found = sweep(TODAY)
    assert grounds(found) == {"missed"}
    assert guards(found) == {("inactive", "visit_ahead")}


def fired(numbers: dict[str, int], states: list[str]) -> list[str]:
    """Weekly visits, oldest first, judged by the numbers given; the default rule is off unless given."""
    mine = assigned(ago(200))
    for key, value in ({"missed_total": 0} | numbers).items():
        number(key, value)
    for week, state in enumerate(reversed(states)):
        visit(mine, ago(1 + 7 * week), state)
    sweep(TODAY)
    there = Suggestion.objects.filter(assignment=mine, ground="missed").first()
    return there.evidence["fired"] if there else []


NO, YES, LATE, OFF = "no_show", "kept", "late_cancel", "client_cancel"


@pytest.mark.parametrize(
    "numbers, states, expected",
    [
        ({}, [NO] * 9, []),
        ({"missed_of_last": 2}, [NO, YES, NO], ["of_last"]),
        ({"missed_of_last": 2}, [NO, NO, YES, YES], []),
        ({"missed_of_last": 2}, [NO, OFF, YES, OFF, NO], ["of_last"]),
        ({"missed_of_last": 2, "missed_last_n": 4}, [NO, NO, YES, YES], ["of_last"]),
        ({"missed_in_a_row": 2}, [NO, YES, NO], []),
        ({"missed_in_a_row": 2}, [NO, YES, NO, LATE], ["in_a_row"]),
        ({"missed_in_a_row": 2}, [NO, NO, OFF], ["in_a_row"]),
        ({"missed_in_a_row": 2}, [NO, NO, YES], []),
        ({"missed_in_a_row": 5, "missed_last_n": 1}, [NO] * 5, ["in_a_row"]),
        ({"missed_within": 2, "missed_within_days": 8}, [NO, NO], ["within"]),
        ({"missed_within": 2, "missed_within_days": 7}, [NO, NO], []),
        ({"missed_total": 3, "missed_counts_late_cancels": 0}, [NO, NO, LATE], []),
        ({"missed_total": 3, "missed_of_last": 2, "missed_in_a_row": 3, "missed_within": 9}, [NO, NO, NO],
         ["total", "of_last", "in_a_row"]),
    ],
)  # fmt: skip
def test_any_rule_the_practice_chose_and_all_that_fired(
    numbers: dict[str, int], states: list[str], expected: list[str]
) -> None:
    assert fired(numbers, states) == expected


# ---- Deadline passed ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("days, passed", [(-1, False), (0, False), (1, True)])
def test_a_letters_date_has_gone_by(days: int, passed: bool) -> None:
    mine = assigned()
    DeadlineLetterFactory(assignment=mine, deadline_on=ago(days), written_at=at(ago(14)))
    assert judged() == ({"deadline_passed", "inactive"} if passed else {"inactive"})


@pytest.mark.parametrize(
    "state, days, passed",
    [
        ("scheduled", -5, False),
        ("kept", 3, False),
        ("no_show", 3, False),
        ("client_cancel", 3, True),
        ("kept", 20, True),
    ],
)
def test_a_visit_booked_since_the_letter_answers_it(state: str, days: int, passed: bool) -> None:
    mine = assigned()
    DeadlineLetterFactory(assignment=mine, deadline_on=ago(1), written_at=at(ago(15)))
    visit(mine, ago(days), state)
    assert ("deadline_passed" in judged()) is passed


# ---- Treatment plan ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "plan_on, found",
    [
        (date(2026, 7, 1), set()),
        (date(2026, 6, 30), {"plan_due"}),
        (date(2026, 3, 31), {"plan_due"}),
        (date(2026, 3, 30), {"plan_overdue"}),
    ],
)
def test_a_plan_is_due_at_three_months_and_overdue_at_six_to_the_day(plan_on: date, found: set[str]) -> None:
    mine = assigned(date(2025, 1, 6), client__plan_updated_on=plan_on)
    visit(mine, ago(1))
    assert judged() == found


def test_without_a_plan_it_counts_from_the_start_once_on_the_oldest_therapy() -> None:
    oldest = assigned(date(2026, 6, 1), client__plan_updated_on=None)
    newer = assigned(date(2026, 6, 20), client=oldest.client)
    medication = assigned(date(2025, 1, 1), client=oldest.client, service="medication")
    for each in (oldest, newer, medication):
        visit(each, ago(1))
    found = sweep(TODAY)
    assert (grounds(found, oldest), grounds(found, newer), grounds(found, medication)) == ({"plan_due"}, set(), set())


def test_medication_alone_asks_for_no_plan() -> None:
    visit(assigned(date(2025, 1, 1), service="medication", client__plan_updated_on=None), ago(1))
    assert judged() == set()


# ---- Lapsed ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seen_on, lapsed", [(date(2026, 5, 30), False), (date(2026, 5, 29), True)])
def test_inactive_beyond_four_months_without_a_termination(seen_on: date, lapsed: bool) -> None:
    mine = assigned(date(2025, 1, 6))
    visit(mine, seen_on)
    assert judged() == ({"inactive", "lapsed"} if lapsed else {"inactive"})


def test_a_termination_of_this_assignment_settles_lapsed_and_is_noted() -> None:
    mine = assigned(date(2025, 1, 6))
    key = {"client": mine.client, "clinician": mine.clinician, "service": mine.service}
    TerminationFactory(**key, ended_on=date(2024, 12, 1))
    assert judged() == {"inactive", "lapsed"}
    Suggestion.objects.all().delete()
    TerminationFactory(**key, ended_on=ago(60))
    assert judged() == {"inactive"}
    assert Suggestion.objects.get().notes == ["terminated"]


def test_contact_or_a_visit_ahead_is_not_lapsed() -> None:
    trying, booked = assigned(date(2025, 1, 6)), assigned(date(2025, 1, 6))
    rang(trying, ago(3))
    visit(booked, TODAY, "scheduled")
    assert judged() == {"trying"}


# ---- Grounds and evidence ----------------------------------------------------------------------------------------
def test_grounds_are_independent_one_row_each() -> None:
    mine = assigned(date(2025, 1, 6), client__plan_updated_on=None)
    for days in (200, 190, 180):
        visit(mine, ago(days), "no_show")
    visit(mine, ago(170), "scheduled")
    DeadlineLetterFactory(assignment=mine, deadline_on=ago(1), written_at=at(ago(15)))
    assert judged() == {"inactive", "lapsed", "missed", "unresolved", "deadline_passed", "plan_overdue"}


def test_the_evidence_and_the_numbers_of_that_day_are_kept() -> None:
    mine = assigned(date(2026, 1, 5))
    visit(mine, ago(80))
    rang(mine, ago(40), "out", "replied")
    for days, state in ((70, "no_show"), (60, "late_cancel"), (50, "no_show")):
        visit(mine, ago(days), state)
    sweep(TODAY)
    kept = {row.ground: row for row in Suggestion.objects.all()}
    assert kept["inactive"].evidence == {
        "last_seen_on": str(ago(80)), "days_unseen": 80, "last_contact_on": str(ago(40)), "days_without_contact": 40,
    }  # fmt: skip
    assert kept["missed"].evidence == {
        "count": 3,
        "fired": ["total"],
        "misses": [
            {"on": str(ago(70)), "state": "no_show"},
            {"on": str(ago(60)), "state": "late_cancel"},
            {"on": str(ago(50)), "state": "no_show"},
        ],
    }
    assert {row.opened_on for row in kept.values()} == {TODAY}
    assert kept["missed"].policy["missed_total"] == 3 and kept["inactive"].policy["inactive_days"] == 30


def test_who_was_never_seen_has_no_day_of_it() -> None:
    mine = assigned(ago(40))
    visit(mine, ago(300))
    sweep(TODAY)
    assert Suggestion.objects.get().evidence == {
        "last_seen_on": None, "days_unseen": 40, "last_contact_on": None, "days_without_contact": 40,
    }  # fmt: skip


# ---- The practice's calendar -------------------------------------------------------------------------------------
@pytest.mark.parametrize("changed_on", [date(2026, 3, 8), date(2026, 11, 1)])
@pytest.mark.parametrize("hour, minute", [(0, 5), (23, 55)])
def test_days_are_the_practices_on_the_days_the_clock_changes(changed_on: date, hour: int, minute: int) -> None:
    mine = assigned(changed_on - timedelta(days=60), client__plan_updated_on=changed_on)
    visit(mine, changed_on, starts_at=at(changed_on, hour, minute))
    assert judged(changed_on) == set()
    assert judged(changed_on + timedelta(days=29)) == set()
    assert judged(changed_on + timedelta(days=30)) == {"inactive"}
    assert Suggestion.objects.get().evidence["last_seen_on"] == str(changed_on)


@pytest.mark.parametrize("changed_on", [date(2026, 3, 8), date(2026, 11, 1)])
def test_a_visit_late_that_evening_is_still_that_days(changed_on: date) -> None:
    mine = assigned(changed_on - timedelta(days=60), client__plan_updated_on=changed_on)
    visit(mine, changed_on, "scheduled", starts_at=at(changed_on, 23, 55))
    assert guards(sweep(changed_on)) == {("inactive", "visit_ahead")}
    assert judged(changed_on + timedelta(days=1)) == {"inactive", "unresolved"}


def test_a_past_day_is_judged_by_its_own_facts() -> None:
    mine = assigned(ago(100))
    visit(mine, ago(70))
    visit(mine, ago(20))
    rang(mine, ago(35))
    for days in (34, 33, 32):
        visit(mine, ago(days), "no_show")
    visit(mine, ago(31), "scheduled")
    found = sweep(ago(36))
    assert (grounds(found), guards(found)) == (set(), {("inactive", "visit_ahead")})
    assert judged(ago(33)) == set()
    assert judged(ago(32)) == {"missed"}
    assert judged(ago(30)) == {"trying", "unresolved"}
    assert Suggestion.objects.get(ground="trying").opened_on == ago(30)


def test_a_past_day_is_judged_by_its_own_numbers() -> None:
    assigned(ago(50))
    number("inactive_days", 60, ago(3))
    assert judged(ago(4)) == {"inactive"}
    assert sweep(ago(3)).withdrawn[0]["because"] == "The record or the practice's numbers have changed."
