"""The practice's numbers: rows with a day and a source, changed by the right person, never in the past."""

import re
from datetime import date, timedelta

import pytest

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import MAY, Can, Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists.models import Tick
from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import IN_ORDER, NUMBERS
from lwg_intake.policy.values import EVER, change, newest, values, write_defaults
from tests.at_once import at_once
from tests.factories.access import UserFactory
from tests.factories.policy import SettingFactory
from tests.returning.conftest import former
from tests.returning.deeds import do, start

pytestmark = pytest.mark.django_db
KEY = "return_intake_months"
NUMBERS_KEYS = list(NUMBERS)


@pytest.fixture
def manager() -> User:
    return UserFactory(roles=[Role.MANAGER])


def set_to(value: int, by: User, *, in_days: int = 0, key: str = KEY) -> Setting:
    return change(key=key, value=value, effective_on=dates.today() + timedelta(days=in_days), note="Agreed on", by=by)


def make(value: int, by: User, *, key: str) -> None:
    """So that it holds today, whether it did before or not."""
    if values()[key] != value:
        set_to(value, by, key=key)


def test_every_default_is_a_row_from_the_beginning_with_its_source():
    rows = {row.key: row for row in Setting.objects.all()}
    assert rows.keys() == NUMBERS.keys()
    for key, number in NUMBERS.items():
        assert (rows[key].value, rows[key].effective_on, rows[key].changed_by_id) == (number.default, EVER, None)
        assert rows[key].source


def test_what_was_changed_is_not_put_back_by_a_migration(manager):
    set_to(9, manager)
    write_defaults()
    assert values()[KEY] == 9
    assert Setting.objects.filter(key=KEY).count() == 2


def test_a_number_holds_from_its_day_on(manager):
    set_to(9, manager, in_days=7)
    today = dates.today()
    assert values()[KEY] == values(today + timedelta(days=6))[KEY] == 12
    assert values(today + timedelta(days=7))[KEY] == values(today + timedelta(days=99))[KEY] == 9


def test_of_two_changes_for_one_day_the_later_holds(manager):
    set_to(9, manager)
    set_to(10, manager)
    assert values()[KEY] == 10


def test_an_earlier_day_is_asked_for_and_answers_with_the_number_of_that_day():
    SettingFactory(key=KEY, value=9, effective_on=date(2026, 3, 1))
    SettingFactory(key=KEY, value=6, effective_on=date(2026, 6, 1))
    asked = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [values(day)[KEY] for day in asked] == [12, 9, 9, 6]


def test_the_history_keeps_every_value_with_who_and_why(manager):
    set_to(9, manager)
    set_to(6, manager, in_days=30)
    told = Setting.objects.filter(key=KEY, changed_by_id=manager.pk).order_by("effective_on")
    assert [(row.value, row.note) for row in told] == [(9, "Agreed on"), (6, "Agreed on")]
    events = Event.objects.filter(verb="policy.changed").order_by("pk")
    assert [(e.actor_id, e.values["old"], e.values["new"]) for e in events] == [(manager.pk, 12, 9), (manager.pk, 9, 6)]


@pytest.mark.parametrize("role", [role for role in Role if Can.SET_POLICY not in MAY[role]])
def test_others_are_refused_and_told_who_may(role):
    with pytest.raises(NotAllowed, match="Only Manager can change the practice's numbers"):
        set_to(9, UserFactory(roles=[role]))
    assert values()[KEY] == 12


def test_the_past_stays_as_it_was(manager):
    with pytest.raises(Refusal, match="cannot change in the past"):
        set_to(9, manager, in_days=-1)
    assert values(dates.today() - timedelta(days=1))[KEY] == 12


def make_room(key: str, value: int, by: User) -> None:
    """The other numbers of its pairs go along, so that the order of each stays."""
    for smaller, greater, _ in IN_ORDER:
        if key == smaller:
            make(NUMBERS[greater].most, by, key=greater)
        if key == greater:
            make(NUMBERS[smaller].least, by, key=smaller)


@pytest.mark.parametrize("key", NUMBERS_KEYS)
def test_a_number_has_its_bounds(manager, key):
    number = NUMBERS[key]
    for value, word in ((number.least - 1, "less"), (number.most + 1, "more"), (10**30, "more")):
        says = f"Choose {number.bounds}." if number.choices else f"cannot be {word} than .* {re.escape(number.bounds)}"
        with pytest.raises(Refusal, match=says):
            set_to(value, manager, key=key)
    for value in (number.least, number.most):
        make_room(key, value, manager)
        make(value, manager, key=key)
        assert values()[key] == value


@pytest.mark.parametrize(("smaller", "greater", "wrong"), IN_ORDER)
def test_a_pair_stays_in_its_order_also_where_a_change_is_to_come(manager, smaller, greater, wrong):
    held = values()
    with pytest.raises(Refusal, match=f"{wrong} .*Change it first, or choose another value."):
        set_to(held[greater] + 1, manager, key=smaller)
    set_to(held[greater] + 5, manager, key=greater)
    set_to(held[greater] + 2, manager, key=greater, in_days=20)
    set_to(held[greater] + 1, manager, key=smaller)
    with pytest.raises(Refusal, match=wrong):
        set_to(held[greater] + 3, manager, key=smaller, in_days=10)
    set_to(held[greater] + 2, manager, key=smaller, in_days=15)
    assert set_to(held[greater] + 3, manager, key=smaller, in_days=10).value == held[greater] + 3


def test_a_far_day_is_taken_for_a_slip(manager):
    with pytest.raises(Refusal, match="more than 5 years away. Look at the year"):
        set_to(9, manager, in_days=366 * 5)
    assert set_to(9, manager, in_days=365 * 5).value == 9


def test_who_did_not_see_the_last_change_is_told_of_it_and_changes_nothing(manager):
    seen, other = newest(KEY), UserFactory(roles=[Role.MANAGER], first_name="Dana", last_name="Whitlock")
    set_to(9, other, in_days=3)
    with pytest.raises(Stale, match="Dana Whitlock changed this number meanwhile: 9 calendar months from .* not saved"):
        change(key=KEY, value=8, effective_on=dates.today(), note="", by=manager, seen=seen)
    assert values()[KEY] == 12
    assert change(key=KEY, value=8, effective_on=dates.today(), note="", by=manager, seen=newest(KEY)).value == 8


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_the_second_is_told(manager):
    others, seen = [UserFactory(roles=[Role.MANAGER]) for _ in range(3)], newest(KEY)
    answers = at_once(
        *(
            lambda n=n, who=who: change(key=KEY, value=n, effective_on=dates.today(), note="", by=who, seen=seen)
            for n, who in enumerate(others, 2)
        )
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Setting", "Stale", "Stale"]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("inactive_days", 1, "1 day"),
        ("inactive_days", 45, "45 days"),
        ("return_intake_months", 1, "1 calendar month"),
        ("keep_minor_until_years", 25, "25 years of age"),
        ("place_earned_visits", 1, "1 visit kept in a row"),
        ("return_balance_threshold_cents", 5000, "$50.00"),
        ("transfer_balance", 2, "block"),
        ("missed_counts_late_cancels", 0, "no"),
        ("transfer_reminder_weekday", 7, "Sunday"),
        ("text_from_hour", 8, "8 o'clock"),
    ],
)
def test_a_value_is_said_as_one_says_it(key, value, said):
    assert NUMBERS[key].said(value) == said


def test_a_number_nobody_declared_is_refused_with_the_list(manager):
    with pytest.raises(Refusal, match="no number called moon_phase.*return_intake_months"):
        set_to(1, manager, key="moon_phase")


def test_an_old_result_keeps_the_numbers_it_used(practice):
    first = start(practice, former())
    do(first, "ending", practice.csr)
    set_to(9, practice.manager)
    second = start(practice, former("C-2"))
    do(second, "ending", practice.csr)
    used = {tick.case_id: tick.policy[KEY] for tick in Tick.objects.all()}
    assert used == {first.pk: 12, second.pk: 9}


def test_the_widest_numbers_break_no_page(practice):
    """A bound that the rules cannot reckon with would take every case page down."""
    case = start(practice, former())
    for key in reversed(NUMBERS):  # of a pair the greater stands last
        make(NUMBERS[key].most, practice.manager, key=key)
    do(case, "ending", practice.csr)
    for key, number in NUMBERS.items():
        make(number.least, practice.manager, key=key)
    do(case, "ending", practice.csr, summary="again")
