"""Where a client of a departure stands, and where the lines lie: pure rules, no database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lwg_intake.policy.numbers import NUMBERS
from reassignment.rules import departures as rules
from reassignment.rules.departures import Facts, Outcome, Phase, Urgency
from reassignment.rules.ladder import Ladder, Rung, State, Try, place

DEFAULTS = {key: number.default for key, number in NUMBERS.items()}
LADDER = Ladder.of(DEFAULTS)
NOW = datetime(2026, 9, 30, 12, tzinfo=UTC)
DAY = date(2026, 9, 1)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def tries(*made: tuple[Rung, float] | tuple[Rung, float, State]) -> list[Try]:
    return [Try(rung, ago(hours), *more) for rung, hours, *more in made]


CALLS = ((Rung.CALL, 72), (Rung.CALL, 48))


@pytest.mark.parametrize(
    ("days", "kind"),
    [(0, "warning"), (13, "warning"), (14, "clear"), (27, "clear"), (28, "clear"), (29, "clear")],
)
def test_notice_under_two_weeks_warns_and_nothing_blocks(days, kind):
    assert rules.notice(DAY, DAY + timedelta(days=days), DEFAULTS).kind == kind


@pytest.mark.parametrize(("days", "aim"), [(14, True), (27, True), (28, False)])
def test_four_weeks_are_the_aim(days, aim):
    assert ("are the aim" in rules.notice(DAY, DAY + timedelta(days=days), DEFAULTS).because) is aim


@pytest.mark.parametrize(
    ("last_day", "back_on", "long"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), False),
        (date(2026, 3, 1), date(2026, 4, 1), False),
        (date(2026, 3, 1), date(2026, 4, 2), True),
        (date(2026, 3, 1), None, True),
    ],
)
def test_a_leave_is_a_departure_when_it_is_longer_than_a_month(last_day, back_on, long):
    assert rules.is_long_leave(last_day, back_on) is long


def test_the_first_rung_is_a_call_at_once():
    here = place([], None, NOW, LADDER)
    assert here.rungs == (Rung.CALL,) and here.is_due(NOW) and not here.unresponsive


@pytest.mark.parametrize(("hours", "due"), [(23.9, False), (24, True), (25, True)])
def test_between_two_calls_lies_a_day(hours, due):
    here = place(tries((Rung.CALL, hours)), None, NOW, LADDER)
    assert here.rungs == (Rung.CALL,) and here.is_due(NOW) is due


@pytest.mark.parametrize(("hours", "due"), [(23.9, False), (24, True)])
def test_after_two_calls_e_mail_and_text_are_due_together(hours, due):
    here = place(tries((Rung.CALL, 72), (Rung.CALL, hours)), None, NOW, LADDER)
    assert here.rungs == (Rung.EMAIL, Rung.TEXT) and here.is_due(NOW) is due


@pytest.mark.parametrize(("made", "missing"), [(Rung.EMAIL, "the text"), (Rung.TEXT, "the e-mail")])
def test_with_one_message_missing_nobody_is_unresponsive(made, missing):
    here = place(tries(*CALLS, (made, 10)), None, NOW, LADDER)
    assert not here.unresponsive and missing in here.because and len(here.rungs) == 1


def test_every_rung_made_and_none_answered_is_unresponsive():
    here = place(tries(*CALLS, (Rung.EMAIL, 10), (Rung.TEXT, 10)), None, NOW, LADDER)
    assert here.unresponsive and here.because == "2 calls, an e-mail, a text, and no answer."


@pytest.mark.parametrize("state", [State.WAITING, State.FAILED])
def test_a_message_that_has_not_arrived_is_no_rung(state):
    here = place(tries(*CALLS, (Rung.EMAIL, 10), (Rung.TEXT, 10, state)), None, NOW, LADDER)
    assert not here.unresponsive
    assert here.rungs == ((Rung.TEXT,) if state == State.FAILED else ())


@pytest.mark.parametrize("made", [(), CALLS, (*CALLS, (Rung.EMAIL, 10), (Rung.TEXT, 10))])
def test_an_answer_at_any_time_ends_the_ladder(made):
    here = place(tries(*made), ago(1), NOW, LADDER)
    assert not here.unresponsive and here.rungs == () and here.answered_at == ago(1)


def test_policy_sets_the_rungs_and_the_wait():
    ladder = Ladder.of(DEFAULTS | {"ladder_calls": 1, "ladder_text": 0, "ladder_wait_hours": 48})
    assert place(tries((Rung.CALL, 24)), None, NOW, ladder).rungs == (Rung.EMAIL,)
    made = (Rung.CALL, 90)
    assert not place(tries(made, (Rung.EMAIL, 47.9)), None, NOW, ladder).unresponsive
    assert place(tries(made, (Rung.EMAIL, 48)), None, NOW, ladder).unresponsive


def facts(**more) -> Facts:
    return Facts(**{"settled": "pending", "preference": "", "talked": False} | more)


NOBODY = place(tries(*CALLS, (Rung.EMAIL, 10), (Rung.TEXT, 10)), None, NOW, LADDER)


@pytest.mark.parametrize(
    ("said", "phase", "outcome"),
    [
        (facts(ladder=place([], None, NOW, LADDER)), Phase.NOT_YET, Outcome.PENDING),
        (facts(ladder=place(tries((Rung.CALL, 30)), None, NOW, LADDER)), Phase.CALLING, Outcome.PENDING),
        (facts(ladder=NOBODY), Phase.UNREACHED, Outcome.PENDING),
        (facts(ladder=NOBODY, talked=True), Phase.CONTACT, Outcome.PENDING),
        (facts(ladder=NOBODY, ending="unreached"), Phase.ENDING, Outcome.PENDING),
        (facts(ladder=NOBODY, ending="unreached", terminated=True), Phase.ENDED, Outcome.UNRESPONSIVE),
        (facts(ending="choice", terminated=True), Phase.ENDED, Outcome.ENDED),
        (facts(preference="any", case="open"), Phase.WAITING, Outcome.PENDING),
        (facts(preference="any", case="open", visit_on=DAY), Phase.SCHEDULED, Outcome.PENDING),
        (facts(preference="any", case="completed", visit_on=DAY), Phase.PLACED, Outcome.PLACED),
        (facts(preference="any", case="withdrew"), Phase.CONTACT, Outcome.PENDING),
        (facts(settled="follows", preference="follow"), Phase.LEFT, Outcome.FOLLOWS),
        (facts(settled="struck"), Phase.STRUCK, Outcome.STRUCK),
    ],
)
def test_where_a_client_stands(said, phase, outcome):
    """Placed only once the first visit was kept; booked is not placed."""
    assert (rules.phase(said), rules.outcome(said)) == (phase, outcome)


def test_who_is_rung_first():
    names = {
        "last": Urgency(9, True, True, True),
        "plain": Urgency(3, False, False, False),
        "minor": Urgency(3, False, False, True),
        "omhc": Urgency(3, False, True, False),
        "risk": Urgency(3, True, False, False),
    }
    assert sorted(names, key=lambda name: names[name].order) == ["risk", "omhc", "minor", "plain", "last"]


@pytest.mark.parametrize(("days", "still"), [(2.9, False), (3, True), (30, True)])
def test_three_days_without_a_change_stand_still(days, still):
    assert rules.stands_still(ago(days * 24), False, NOW, DEFAULTS) is still
    assert not rules.stands_still(ago(days * 24), True, NOW, DEFAULTS)


@pytest.mark.parametrize(("left", "late"), [(14, False), (13, True), (-1, True)])
def test_with_fewer_days_left_than_a_placement_takes_it_will_be_late(left, late):
    assert rules.late(Phase.WAITING, None, DAY + timedelta(days=left), DAY, DEFAULTS) is late
    assert not rules.late(Phase.LEFT, None, DAY + timedelta(days=left), DAY, DEFAULTS)


@pytest.mark.parametrize(("after", "late"), [(0, False), (1, True)])
def test_a_first_visit_after_the_last_day_is_late(after, late):
    last_day = DAY + timedelta(days=2)
    assert rules.late(Phase.SCHEDULED, last_day + timedelta(days=after), last_day, DAY, DEFAULTS) is late
