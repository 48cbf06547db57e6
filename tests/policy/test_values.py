"""The practice's numbers: rows with a day and a source, changed by the right person, never in the past."""

from datetime import date, timedelta
from re import escape

import pytest

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import MAY, Can, Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists.models import Tick
from lwg_intake.errors import NotAllowed, Refusal
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.policy.values import EVER, change, values, write_defaults
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


@pytest.mark.parametrize("key", NUMBERS_KEYS)
def test_a_number_has_its_bounds(manager, key):
    number = NUMBERS[key]
    for value, word in ((number.least - 1, "less"), (number.most + 1, "more"), (10**30, "more")):
        with pytest.raises(Refusal, match=f"cannot be {word} than .* {escape(number.unit)}"):
            set_to(value, manager, key=key)
    for value in (number.least, number.most):
        assert set_to(value, manager, key=key).value == values()[key] == value


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
    for key, number in NUMBERS.items():
        set_to(number.most, practice.manager, key=key)
    do(case, "ending", practice.csr)
    for key, number in NUMBERS.items():
        set_to(number.least, practice.manager, key=key)
    do(case, "ending", practice.csr, summary="again")
