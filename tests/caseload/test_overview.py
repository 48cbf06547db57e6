"""Who has not reviewed for how long; the weekly digest; how far a caseload is from capacity."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from caseload import rules
from caseload.digest import send_digests
from caseload.models import Suggestion
from caseload.overview import selectors
from caseload.tasks import weekly_digest
from lwg_intake.celery import TIMETABLE
from lwg_intake.messages.models import Message
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.records.models import Assignment
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, assigned, suggested
from tests.caseload.practice import number
from tests.factories.records import ClinicianFactory
from tests.pages import signed_in, words

DEFAULTS = {key: n.default for key, n in NUMBERS.items()}
KEPT, CANCEL, LATE, MISS, OURS = "kept", "client_cancel", "late_cancel", "no_show", "clinician_cancel"


# --- Capacity and recurring places ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("clients", "places", "said"),
    [
        (40, 50, "10 places free. Ask for 12 to 13 new clients: some will not come."),
        (49, 50, "1 place free. Ask for 3 to 4 new clients: some will not come."),
        (50, 50, "Full: ask for nobody new."),
        (53, 50, "3 over capacity: ask for nobody new."),
        (5, None, "How many places there are is not on record."),
    ],
)
def test_two_or_three_more_than_places_are_asked_for(clients: int, places: int | None, said: str) -> None:
    assert rules.capacity(clients, places, DEFAULTS) == said


@pytest.mark.parametrize(("clients", "stands"), [(44, "below"), (45, "within"), (60, "within"), (61, "above")])
def test_a_full_week_goes_with_45_to_60_clients(clients: int, stands: str) -> None:
    said = rules.full_week(clients, DEFAULTS)
    assert said == f"A week of 30 to 35 places goes with 45 to 60 clients; {clients} is {stands} that."


@pytest.mark.parametrize(
    ("clients", "places", "judged"),
    [(69, 124, False), (70, 62, True), (62, 62, True), (11, 14, True), (14, 14, False), (50, 62, True)],
)
def test_the_full_week_never_contradicts_the_places_on_record(clients: int, places: int, judged: bool) -> None:
    assert (f"{clients} is" in rules.full_week(clients, DEFAULTS, places)) is judged


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([KEPT, KEPT, KEPT], "earned"),
        ([KEPT, KEPT], ""),
        ([KEPT, OURS, KEPT, KEPT], "earned"),
        ([KEPT, KEPT, CANCEL, KEPT], ""),
        ([CANCEL, KEPT, KEPT, KEPT], ""),
        ([CANCEL, LATE, KEPT, KEPT, KEPT], "lost"),
        ([MISS, OURS, CANCEL], "lost"),
        ([], ""),
    ],
)
def test_a_recurring_place_is_earned_by_three_kept_and_lost_by_two_cancelled(states: list[str], said: str) -> None:
    hint = rules.recurring_place(states, DEFAULTS | {"place_earned_visits": 3, "place_lost_visits": 2})
    assert said in hint and bool(said) is bool(hint)
    assert rules.recurring_place(states, DEFAULTS) == ""


@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


def test_the_hints_stand_on_the_page_where_policy_turns_them_on(practice: Practice) -> None:
    mine = assigned(practice)
    for days in (7, 14, 21):
        deeds.visit(mine, -days, "kept")
    browser = signed_in(practice.osei)
    page = words(browser.get("/caseload/"))
    assert "Recurring place" not in page
    assert "1 open assignment of 50 places. 49 places free. Ask for 51 to 52 new clients" in page
    number("place_earned_visits", 3)
    assert "Recurring place earned: 3 kept in a row." in words(browser.get("/caseload/"))


@pytest.mark.parametrize("ground", ["plan_due", "plan_overdue"])
@pytest.mark.parametrize("plan_on", ["2026-07-01", None])
def test_a_plan_review_prompts_the_attendance_policy_talk(practice: Practice, ground: str, plan_on: str | None) -> None:
    mine = suggested(practice, ground)
    Suggestion.objects.filter(assignment=mine).update(evidence={"plan_on": plan_on, "counted_from": "2026-06-01"})
    assert "talk over the attendance policy" in words(signed_in(practice.osei).get("/caseload/"))


# --- The overview ---------------------------------------------------------------------------------------------------
def waits(assignment: Assignment, days: int) -> None:
    Suggestion.objects.filter(assignment=assignment).update(opened_on=ago(days))


def reviewed(practice: Practice, days: int) -> None:
    """Osei answered another suggestion so many days ago."""
    done = suggested(practice)
    Suggestion.objects.filter(assignment=done).update(
        status="answered", answer="keep", answered_by=practice.osei, answered_at=timezone.now() - timedelta(days=days)
    )


def test_who_has_not_reviewed_for_longest_stands_first(practice: Practice) -> None:
    waits(suggested(practice), 20)
    waits(suggested(practice), 4)
    reviewed(practice, 9)
    waits(suggested(practice, "trying", clinician=practice.colleague), 12)
    idle = ClinicianFactory(last_name="Aaron")
    duarte, osei, *others = selectors.rows(practice.morgan)
    assert (duarte.clinician, duarte.waiting, duarte.closing, duarte.days) == (practice.colleague, 1, 0, 12)
    assert (osei.clinician, osei.waiting, osei.closing, osei.since_on, osei.days) == (
        practice.clinician, 2, 2, ago(20), 9,
    )  # fmt: skip
    assert idle in [row.clinician for row in others] and all(row.days is None for row in others)


def test_a_supervisor_sees_the_team_and_themselves_alone(practice: Practice) -> None:
    assert {row.clinician for row in selectors.rows(practice.marsh)} == {practice.clinician, practice.supervisor}
    page = words(signed_in(practice.marsh).get("/caseload/overview/"))
    assert "Your team's caseloads" in page and "Abena Osei" in page and "Luis Duarte" not in page
    assert signed_in(practice.osei).get("/caseload/overview/").status_code == 403


def test_the_overview_costs_the_same_for_few_and_many(practice: Practice) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            selectors.rows(practice.morgan)
        return len(statements)

    few = cost()
    for _ in range(5):
        suggested(practice, clinician=ClinicianFactory())
    assert cost() == few <= 5


# --- The digest -----------------------------------------------------------------------------------------------------
MONDAY = date(2026, 11, 23)


def test_each_clinician_with_something_to_review_gets_counts_and_a_link(practice: Practice) -> None:
    first = suggested(practice, "inactive", "missed", client__last_name="Secretname")
    suggested(practice, "trying", client__last_name="Othername")
    assert send_digests(MONDAY) == 1
    message = Message.objects.get()
    assert (message.to, message.key) == (practice.osei.email, f"T29-2026-W48-clinician-{practice.clinician.pk}")
    assert "2 clients wait for your review" in message.body and "1 of them." in message.body
    assert f"{settings.BASE_URL}/caseload/" in message.body
    for word in ("Secretname", "Othername", first.client.first_name, first.client.ref):
        assert word not in message.subject + message.body
    assert message.client is None


def test_once_a_week_however_often_it_runs(practice: Practice) -> None:
    suggested(practice)
    runs = [send_digests(MONDAY), send_digests(MONDAY), send_digests(MONDAY + timedelta(days=6))]
    assert runs == [1, 0, 0]
    assert send_digests(MONDAY + timedelta(days=7)) == 1
    assert Message.objects.count() == 2


def test_who_has_nothing_open_has_left_or_cannot_sign_in_gets_none(practice: Practice) -> None:
    assigned(practice)
    suggested(practice, clinician=ClinicianFactory())
    gone = suggested(practice, clinician=practice.colleague).clinician
    type(gone).objects.filter(pk=gone.pk).update(last_day=ago(1))
    away = suggested(practice, clinician=practice.supervisor)
    type(practice.marsh).objects.filter(pk=practice.marsh.pk).update(is_active=False)
    ended = suggested(practice)
    Assignment.objects.filter(pk=ended.pk).update(ended_on=ago(1))
    assert send_digests(MONDAY) == 0
    assert away.suggestions.exists() and not Message.objects.exists()


def test_the_timetable_writes_it_on_monday_mornings(practice: Practice) -> None:
    suggested(practice)
    entry: dict[str, Any] = TIMETABLE["the week's digest"]
    assert entry["task"] == weekly_digest.name and entry["schedule"].day_of_week == {1}
    assert weekly_digest() == 1
