"""What a figure counts and what it may show, on counts small enough to check by hand."""

from datetime import date

import pytest

from caseload.figures import rules
from caseload.figures.declared import FIGURES, as_markdown
from caseload.figures.rules import Courses, Shares, protect
from caseload.figures.shown import BUILD
from lwg_intake.policy.numbers import NUMBERS

JUNE = date(2026, 6, 1)


def courses(*rows: tuple[int, str, int]) -> list[Courses]:
    """Number of visits, standing, how many."""
    return [Courses(JUNE, visits, standing, True, count) for visits, standing, count in rows]


# A hundred new clients. By hand:
#   visit  at risk  unplanned  planned  ongoing   surviving
#     1      100       10         2        8      0.9
#     2       80        8         0        0      0.9 × 0.9        = 0.81
#     3       72        3         5        4      0.81 × 69/72     = 0.77625
#     4       60        6         0        0      0.77625 × 54/60  = 0.698625
#     5       54        0         0       54      0.698625
HUNDRED = courses(
    (1, "unplanned", 10), (1, "planned", 2), (1, "ongoing", 8), (2, "unplanned", 8), (3, "unplanned", 3),
    (3, "planned", 5), (3, "ongoing", 4), (4, "unplanned", 6), (5, "ongoing", 54),
)  # fmt: skip


def test_the_survival_curve_agrees_with_the_table_worked_by_hand() -> None:
    points = rules.survival(HUNDRED)
    assert [(p.first, p.at_risk, p.unplanned, p.planned, p.ongoing) for p in points] == [
        (1, 100, 10, 2, 8), (2, 80, 8, 0, 0), (3, 72, 3, 5, 4), (4, 60, 6, 0, 0), (5, 54, 0, 0, 54),
    ]  # fmt: skip
    assert [p.surviving for p in points] == pytest.approx([0.9, 0.81, 0.77625, 0.698625, 0.698625])


def test_a_step_of_the_curve_stands_for_five_endings_at_least() -> None:
    points = rules.pooled(rules.survival(HUNDRED), 5)
    assert [(p.first, p.last, p.at_risk, p.unplanned) for p in points] == [
        (1, 1, 100, 10), (2, 2, 80, 8), (3, 4, 72, 9), (5, 5, 54, 0),
    ]  # fmt: skip
    assert points[2].surviving == pytest.approx(0.698625)
    assert (points[2].planned, points[2].ongoing) == (5, 4)


def test_the_curve_ends_where_too_few_are_at_risk_or_too_few_left() -> None:
    assert rules.pooled(rules.survival(courses((1, "unplanned", 4), (2, "ongoing", 90))), 5) == []
    few = courses((1, "unplanned", 6), (1, "ongoing", 50), (2, "unplanned", 4))
    assert [p.last for p in rules.pooled(rules.survival(few), 5)] == [1]
    assert rules.survival([]) == [] and rules.pooled([], 5) == []


def test_drop_out_is_of_those_who_could_have_come_again() -> None:
    """After the first visit 10 left, 80 came again; the 8 still waiting and the 2 planned endings are no one's loss."""
    assert rules.dropped_out(HUNDRED, 1) == Shares(10, 90)
    assert rules.dropped_out(HUNDRED, 3) == Shares(3, 63)
    assert rules.dropped_out(HUNDRED, 9) == Shares(0, 0)


def test_a_planned_ending_is_no_loss_and_no_gain() -> None:
    """Of 100: 7 planned endings came before the fourth visit, 21 unplanned ones; 60 reached it."""
    assert rules.churned(HUNDRED, 4) == Shares(21, 93)
    assert rules.retained(HUNDRED, 4) == Shares(60, 93)
    late = courses((8, "planned", 3), (7, "planned", 5), (7, "ongoing", 2))
    assert rules.retained(late, 8) == Shares(3, 5), "who ended as planned after the eighth visit had stayed"
    assert rules.churned(late, 8) == Shares(0, 5)


def test_who_is_still_in_care_after_few_visits_has_not_left() -> None:
    assert rules.churned(courses((2, "ongoing", 10), (2, "unplanned", 5)), 4) == Shares(5, 15)


@pytest.mark.parametrize(
    ("counted", "middle"),
    [
        ([], None),
        ([(4, 0)], None),
        ([(3, 1)], 3),
        ([(1, 2), (5, 2)], 3),
        ([(1, 3), (8, 2)], 1),
        ([(9, 1), (2, 1)], 5.5),
    ],
)
def test_the_median(counted: list[tuple[int, int]], middle: float | None) -> None:
    assert rules.median(counted) == middle


def test_the_mode_is_told_only_of_a_group_and_may_be_two() -> None:
    assert rules.modes([(1, 7), (4, 7), (9, 3)], 5) == [1, 4]
    assert rules.modes([(1, 4), (4, 4)], 5) == []
    assert rules.modes([], 5) == []


# --- Small groups ---------------------------------------------------------------------------------------------------
def test_counts_from_one_to_four_are_hidden_and_none_and_five_are_not() -> None:
    assert protect([[0, 5, 6]], 5) == [[0, 5, 6]]
    assert protect([[1, 4, 9]], 5) == [[None, None, 9]]


def test_one_hidden_count_takes_the_next_smallest_with_it() -> None:
    """Else it could be had from the total of its line."""
    assert protect([[4, 20, 9]], 5) == [[None, 20, None]]
    assert protect([[2, 1, 9, 30]], 5) == [[None, None, None, 30]], "2 and 1 together are still a small group"


def test_a_column_is_as_safe_as_a_row() -> None:
    told = protect([[3, 10], [20, 30], [40, 50]], 5)
    assert told[0] == [None, None]
    for line in (*told, *map(list, zip(*told, strict=True))):
        assert line.count(None) != 1, told


def test_nothing_more_can_be_hidden_than_there_is() -> None:
    assert protect([[3]], 5) == [[None]]
    assert protect([[3, 0]], 5) == [[None, 0]]
    assert protect([], 5) == []


@pytest.mark.parametrize(
    ("part", "whole", "value"),
    [(5, 10, 50), (0, 5, 0), (5, 5, 100), (0, 0, None), (0, 4, None), (4, 50, None), (46, 50, None), (45, 50, 90)],
)
def test_a_share_is_told_where_part_rest_and_whole_are_groups(part: int, whole: int, value: float | None) -> None:
    assert rules.share(part, whole, 5) == value


# --- Windows and labels ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("months", "today", "first"),
    [(3, date(2026, 11, 22), date(2026, 9, 1)), (12, date(2026, 11, 22), date(2025, 12, 1)),
     (3, date(2026, 1, 31), date(2025, 11, 1)), (6, date(2026, 8, 31), date(2026, 3, 1)), (0, date(2026, 1, 1), None)],
)  # fmt: skip
def test_a_window_holds_this_month_and_whole_months_before(months: int, today: date, first: date | None) -> None:
    assert rules.since(months, today) == first


def test_every_period_of_a_window_has_its_place() -> None:
    assert rules.periods(date(2025, 11, 9), date(2026, 2, 1), False) == ["Nov 2025", "Dec 2025", "Jan 2026", "Feb 2026"]
    assert rules.periods(date(2025, 11, 9), date(2026, 4, 1), True) == ["2025 Q4", "2026 Q1", "2026 Q2"]
    assert rules.periods(date(2026, 11, 1), date(2026, 10, 1), False) == []


@pytest.mark.parametrize(
    ("days", "name"), [(0, "0 to 7"), (7, "0 to 7"), (8, "8 to 30"), (30, "8 to 30"), (31, "31 to 60"),
                       (900, "181 or more")]
)  # fmt: skip
def test_the_bands_of_days(days: int, name: str) -> None:
    assert rules.band(rules.DAY_BANDS, days) == name


def test_the_bands_of_visits() -> None:
    assert [rules.band(rules.BANDS, n) for n in (1, 3, 4, 7, 8, 40, 400)] == [
        "1", "3", "4 to 7", "4 to 7", "8 to 11", "40 or more", "40 or more",
    ]  # fmt: skip


# --- Words ----------------------------------------------------------------------------------------------------------
def test_every_figure_is_declared_and_built() -> None:
    assert set(BUILD) == set(FIGURES)


def test_the_definitions_say_the_practices_numbers() -> None:
    numbers = {key: number.default for key, number in NUMBERS.items()} | {"retention_visits": 12, "lapsed_months": 7}
    words = as_markdown(numbers)
    assert "who reached 12 kept visits" in words and "longer than 7 months" in words
    assert "{" not in words
    for figure in FIGURES.values():
        assert f"### {figure.title}" in words
