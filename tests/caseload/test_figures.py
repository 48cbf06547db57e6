"""The counts behind the figures: what the database says of a small practice, against what was counted by hand."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caseload.figures import rules, selectors, shown
from caseload.figures.rules import Courses
from caseload.figures.selectors import Counts, Scope
from caseload.figures.shown import Asked
from lwg_intake.policy.values import values
from lwg_intake.records.models import Assignment
from tests.caseload.practice import TODAY, ago, assigned, at, rang, visit
from tests.factories.access import UserFactory
from tests.factories.caseload import SuggestionFactory
from tests.factories.records import AssignmentFactory, ClinicianFactory, ContactFactory, TerminationFactory

pytestmark = pytest.mark.django_db
# The window of the last twelve months.
SINCE = date(2025, 10, 1)


def counted(**scope: Any) -> Counts:
    return selectors.counts(Scope(**{"today": TODAY, "since": SINCE} | scope), values(TODAY))


def standings(found: list[Courses]) -> list[tuple[int, str]]:
    return sorted((c.visits, c.standing) for c in found for _ in range(c.count))


def ended(assignment: Assignment, day: date, category: str = "none", ground: str = "Goals met") -> None:
    """A termination on record, and the assignment over."""
    TerminationFactory(
        client=assignment.client, clinician=assignment.clinician, service=assignment.service, ended_on=day,
        category=category, ground=ground,
    )  # fmt: skip
    Assignment.objects.filter(pk=assignment.pk).update(ended_on=day)


def seen(began: int, visits: int, **fields: Any) -> Assignment:
    """Somebody who began so many days ago and came weekly from that day on."""
    assignment = assigned(ago(began), **fields)
    for nth in range(visits):
        visit(assignment, ago(began - 7 * nth))
    return assignment


# --- How an assignment stands ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("category", "ground", "standing"),
    [
        ("none", "Goals met", "planned"),
        ("none", "goals met, last session held", "planned"),
        ("none", "Client's choice", "planned"),
        ("none", "Moved away", "planned"),
        ("none", "Clinician left", "planned"),
        ("C", "", "planned"),
        ("D", "Anything", "planned"),
        ("none", "No contact", "unplanned"),
        ("none", "Neither seen nor in contact", "unplanned"),
        ("none", "", "unplanned"),
        ("A", "Missed visits", "unplanned"),
        ("A", "Goals met", "unplanned"),
        ("B", "Balance unpaid", "unplanned"),
        ("", "Goals met", "unplanned"),
    ],
)
def test_an_ending_is_planned_where_it_was_decided_and_said(category: str, ground: str, standing: str) -> None:
    ended(seen(90, 3), ago(60), category, ground)
    assert standings(counted().began) == standings(counted().ended) == [(3, standing)]


def test_who_goes_on_with_somebody_else_has_not_left() -> None:
    old = seen(90, 4)
    Assignment.objects.filter(pk=old.pk).update(ended_on=ago(60))
    assert standings(counted().began) == [(4, "unplanned")], "ended without a reason on record"
    visit(AssignmentFactory(client=old.client, started_on=ago(55)), ago(10))
    assert standings(counted().began) == [(1, "ongoing"), (4, "planned")]


def test_a_client_whom_nobody_closed_has_left_after_four_months() -> None:
    """Four months back from September 30 is May 30: seen that day is four months ago, the day before is longer."""
    still, gone = assigned(date(2026, 5, 1)), assigned(date(2026, 5, 1))
    visit(still, date(2026, 5, 30))
    visit(gone, date(2026, 5, 29))
    assert standings(counted().began) == [(1, "ongoing"), (1, "unplanned")]
    visit(gone, TODAY + timedelta(days=3), "scheduled")
    assert standings(counted().began) == [(1, "ongoing"), (1, "ongoing")]


def test_only_kept_visits_of_the_assignment_count_from_its_first_day_to_its_last() -> None:
    mine = assigned(ago(90))
    for day in (91, 90, 80, 60, 59):
        visit(mine, ago(day))
    for state in ("no_show", "late_cancel", "client_cancel", "clinician_cancel", "unresolved", "scheduled"):
        visit(mine, ago(70), state)
    visit(mine, ago(75), service="medication")
    visit(mine, ago(75), clinician=ClinicianFactory())
    ended(mine, ago(60))
    assert standings(counted().began) == [(3, "planned")]


def test_a_late_visit_belongs_to_the_practices_own_day() -> None:
    """Eleven in the evening in Maryland is the next day in UTC."""
    mine = assigned(ago(90))
    visit(mine, ago(60), starts_at=at(ago(60), 23))
    visit(mine, ago(91), starts_at=at(ago(91), 23))
    ended(mine, ago(60))
    assert standings(counted().began) == [(1, "planned")]


def test_left_out_are_who_was_never_seen_and_assessments() -> None:
    assigned(ago(90))
    seen(90, 1, service="omhc")
    assert counted().began == []


# --- Windows, services, whose ---------------------------------------------------------------------------------------
def test_the_window_holds_its_first_day_and_today() -> None:
    for day in (SINCE - timedelta(days=1), SINCE, TODAY, TODAY + timedelta(days=1)):
        one = assigned(day)
        visit(one, day)
        SuggestionFactory(assignment=one, opened_on=day)
    found = counted()
    assert sum(c.count for c in found.began) == 2
    assert sum(n for _, _, n in found.suggestions) == 2
    assert sorted(month for month, *_ in found.visits) == [date(2025, 10, 1), date(2026, 9, 1)]
    assert sum(c.count for c in counted(since=None).began) == 3


def test_endings_are_dated_by_the_day_they_ended() -> None:
    for day in (SINCE - timedelta(days=1), SINCE, TODAY):
        one = assigned(day - timedelta(days=20))
        visit(one, day - timedelta(days=10))
        ended(one, day)
    assert sum(c.count for c in counted().ended) == 2
    assert counted().closings == [("planned", 10, 2)]


def test_who_began_within_eight_weeks_had_no_time_yet() -> None:
    for days in (55, 56, 57):
        seen(days, 1)
    assert sorted((c.settled, c.count) for c in counted().began) == [(False, 1), (True, 2)]


def test_one_service_and_one_clinician() -> None:
    mine, other = seen(90, 2), seen(90, 3, service="medication")
    for assignment in (mine, other):
        SuggestionFactory(assignment=assignment, opened_on=ago(5))
        ended(assignment, ago(10))
    for scope in ({"service": "therapy"}, {"clinicians": (mine.clinician_id,)}):
        found = counted(**scope)
        assert standings(found.began) == standings(found.ended) == [(2, "planned")]
        assert sum(n for *_, n in found.visits) == 2 and sum(n for *_, n in found.suggestions) == 1
        assert len(found.closings) == 1
    assert counted(clinicians=()).began == []


# --- The other counts -----------------------------------------------------------------------------------------------
def test_days_from_the_last_contact_to_the_closing() -> None:
    silent, rung, asked = seen(100, 1), seen(100, 1), seen(100, 1)
    rang(rung, ago(60))
    rang(asked, ago(61), direction="out", outcome="voicemail")
    wrong = rang(asked, ago(62))
    ContactFactory(client=asked.client, corrects=wrong, at=wrong.at, direction="out", outcome="no_answer")
    for one in (silent, rung, asked):
        ended(one, ago(50), "A", "Missed visits")
        rang(one, ago(10))
    nobody = assigned(ago(100))
    ended(nobody, ago(50), "A", "Missed visits")
    assert counted().closings == [("unplanned", 10, 1), ("unplanned", 50, 2)]


def test_visits_that_count_for_attendance() -> None:
    mine = assigned()
    for state in ("kept", "kept", "no_show", "late_cancel", "client_cancel", "clinician_cancel", "unresolved"):
        visit(mine, ago(20), state)
    visit(mine, TODAY + timedelta(days=2), "scheduled")
    assert sorted((state, n) for _, _, state, n in counted().visits) == [
        ("kept", 2),
        ("late_cancel", 1),
        ("no_show", 1),
    ]


def test_a_visit_late_on_the_last_of_a_month_belongs_to_it() -> None:
    visit(assigned(), ago(30), starts_at=at(date(2026, 8, 31), 23, 30))
    assert [month for month, *_ in counted().visits] == [date(2026, 8, 1)]


def test_a_suggestion_ends_with_its_answer_or_its_status() -> None:
    by = UserFactory()
    for status, more in (
        ("open", {}),
        ("withdrawn", {"withdrawn_on": ago(1)}),
        *(("answered", {"answer": a, "answered_by": by, "answered_at": at(ago(1))}) for a in ("close", "keep", "keep")),
    ):
        SuggestionFactory(assignment=assigned(), opened_on=ago(5), status=status, **more)
    assert sorted((ending, n) for _, ending, n in counted().suggestions) == [
        ("close", 1), ("keep", 2), ("open", 1), ("withdrawn", 1),
    ]  # fmt: skip


def test_a_caseload_is_what_runs_today_of_every_service() -> None:
    mine = assigned(ago(900))
    assigned(ago(5), clinician=mine.clinician, service="medication")
    ended(assigned(ago(90), clinician=mine.clinician), ago(5))
    assert counted(service="therapy").caseloads == {mine.clinician_id: 2}


def test_it_costs_the_same_however_many_there_are() -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            counted()
        return len(asked)

    seen(90, 2)
    few = statements()
    for _ in range(6):
        ended(seen(90, 2), ago(20))
    assert statements() == few <= 8


def test_what_was_slow_to_count_is_kept_until_a_number_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    def statements(numbers: dict[str, int]) -> int:
        with CaptureQueriesContext(connection) as asked:
            selectors.remembered(Scope(TODAY, SINCE), numbers)
        return len(asked)

    numbers = values(TODAY)
    assert statements(numbers) == statements(numbers) == 6, "what is quick is counted anew"
    monkeypatch.setattr(selectors, "SLOW_SECONDS", 0)
    assert [statements(numbers) for _ in range(2)] == [6, 0]
    assert statements(numbers | {"lapsed_months": 5}) == 6
    cache.clear()


# --- As shown -------------------------------------------------------------------------------------------------------
def tables(**changes: Any) -> dict[str, shown.Shown]:
    """The figures of hand-made counts, for the practice in its last three months."""
    nothing: dict[str, Any] = {
        "suggestions": [], "closings": [], "visits": [], "caseloads": {}, "began": [], "ended": [],
    }  # fmt: skip
    scope = Scope(TODAY, date(2026, 7, 1))
    clinicians = changes.pop("clinicians", [])
    return shown.figures(Counts(**nothing | changes), Asked(scope, values(TODAY), clinicians))


def texts(figure: shown.Shown) -> dict[str, list[str]]:
    return {name: [cell.text for cell in cells] for name, cells in figure.rows}


def test_nothing_on_record_shows_nothing_and_fails_nowhere() -> None:
    for figure in tables().values():
        assert figure.is_empty and figure.sums_up == ""


def test_the_rates_of_misses_by_month() -> None:
    july, august = date(2026, 7, 1), date(2026, 8, 1)
    figure = tables(
        visits=[(july, 1, "kept", 80), (july, 1, "no_show", 12), (july, 2, "late_cancel", 8), (august, 1, "kept", 40),
                (august, 1, "no_show", 3)]
    )["misses"]  # fmt: skip
    assert texts(figure) == {
        "Jul 2026": ["100", "not shown", "not shown", "8", "8.0"],
        "Aug 2026": ["43", "fewer than 5", "not shown", "0", "0.0"],
        "Sep 2026": ["0", "0", "", "0", ""],
    }
    assert figure.sums_up == "Of 143 visits: 10 % no-shows, 5.6 % late cancels."


def test_retention_and_churn_of_new_clients() -> None:
    july = date(2026, 7, 1)
    began = [
        Courses(july, 9, "ongoing", True, 30), Courses(july, 8, "planned", True, 6),
        Courses(july, 5, "planned", True, 40), Courses(july, 2, "unplanned", True, 14),
        Courses(july, 2, "ongoing", False, 99),
    ]  # fmt: skip
    figures = tables(began=began)
    assert texts(figures["retention"]) == {"Jul 2026": ["50", "36", "72.0"], "Aug 2026": ["0", "0", ""]}
    assert figures["retention"].sums_up == "72 % of 50 new clients reached 8 visits."
    assert texts(figures["churn"])["Jul 2026"] == ["90", "14", "15.6"]
    assert texts(figures["dropout"])["2"] == ["90", "14", "15.6"]
    assert texts(figures["survival"])["2"] == ["189", "14", "0", "99", "92.6"]


def test_median_and_mode_of_visits() -> None:
    counted = ((1, "unplanned", 9), (8, "planned", 5), (9, "planned", 6))
    figure = tables(ended=[Courses(TODAY, visits, how, True, n) for visits, how, n in counted])["sessions"]
    assert figure.sums_up == "Half had 8 visits or fewer (the median); most often 1 (the mode)."
    assert texts(figure)["8 to 11"] == ["0", "11"] and texts(figure)["1"] == ["9", "0"]


def test_the_middle_closing_of_a_handful_is_not_told() -> None:
    figure = tables(closings=[("unplanned", 40, 3), ("unplanned", 90, 2), ("planned", 7, 4)])["closing_days"]
    assert figure.sums_up == "The middle one was closed after 40 days for unplanned endings."
    assert texts(figure)["31 to 60"] == ["fewer than 5", "0"]


def test_a_caseload_beside_its_places() -> None:
    full, half, small, unknown = (ClinicianFactory(capacity=places) for places in (20, 40, 8, None))
    figure = tables(
        caseloads={full.pk: 20, half.pk: 18, small.pk: 3, unknown.pk: 9}, clinicians=[full, half, small, unknown]
    )["caseload"]
    assert texts(figure) == {
        str(full): ["20", "20", "100.0"],
        str(half): ["not shown", "40", "not shown"],
        str(small): ["fewer than 5", "8", "not shown"],
        str(unknown): ["9", "not on record", ""],
    }
    assert figure.sums_up == "41 open assignments in 68 places (60 %)."


def test_the_lapse_is_the_practices_own_number() -> None:
    assert rules.LEFT_OUT == ("omhc",)
    visit(assigned(date(2026, 5, 1)), date(2026, 5, 29))
    longer = selectors.counts(Scope(TODAY, SINCE), values(TODAY) | {"lapsed_months": 6})
    assert standings(longer.began) == [(1, "ongoing")]


def test_a_line_of_the_survival_table_hides_what_its_totals_would_give_away() -> None:
    july = date(2026, 7, 1)
    kinds = ((1, "unplanned", 9), (1, "planned", 3), (1, "ongoing", 8), (2, "unplanned", 5), (2, "ongoing", 40))
    figure = tables(began=[Courses(july, visits, how, True, n) for visits, how, n in kinds])["survival"]
    assert texts(figure) == {
        "1": ["65", "9", "fewer than 5", "not shown", "86.2"], "2": ["45", "5", "0", "40", "76.6"],
    }  # fmt: skip


def test_large_numbers_are_whole_and_bare_in_the_file() -> None:
    figure = tables(visits=[(date(2026, 7, 1), 1, state, 2_345_678) for state in ("kept", "no_show", "late_cancel")])
    assert texts(figure["misses"])["Jul 2026"][:2] == ["7,037,034", "2,345,678"]
    assert list(figure["misses"].lines())[1] == ["Jul 2026", "7037034", "2345678", "33.3", "2345678", "33.3"]


def test_one_persons_periods_are_quarters_and_small_groups_alone_are_no_picture() -> None:
    days = (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1))
    found = Counts(
        [], [], [(day, 1, state, n) for day in days for state, n in (("kept", 20), ("no_show", 2))], {}, [], []
    )
    practice, one = (
        shown.misses(found, Asked(Scope(TODAY, days[0], clinicians=who), values(TODAY), [])) for who in (None, (1,))
    )
    assert list(texts(practice)) == ["Jul 2026", "Aug 2026", "Sep 2026"] and practice.is_empty
    assert texts(one) == {"2026 Q3": ["66", "6", "9.1", "0", "0.0"]} and not one.is_empty
