"""What holds on a day, and the one way to change it."""

from datetime import date

from django.db import connection, transaction

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import NUMBERS, Number

# The day from which the practice's defaults hold: before anything the program knows.
EVER = date(1900, 1, 1)
IN_FORCE = """
SELECT DISTINCT ON (key) key, value FROM policy_setting
WHERE effective_on <= %s ORDER BY key, effective_on DESC, changed_at DESC
"""


def values(on: date | None = None) -> dict[str, int]:
    """Every number as it holds on a day (today unless told), by key."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [on or dates.today()])
        return {key: number.default for key, number in NUMBERS.items()} | dict(cursor.fetchall())


def write_defaults(**_: object) -> None:
    """Make each declared number a row, where there is none yet. Runs after every migration."""
    known = set(Setting.objects.values_list("key", flat=True))
    Setting.objects.bulk_create(
        Setting(key=n.key, value=n.default, effective_on=EVER, source=n.source)
        for n in NUMBERS.values()
        if n.key not in known
    )


def check(*, key: str, value: int, effective_on: date) -> Number:
    """The number, where it may become this value on this day.

    Raises Refusal for an unknown number, one out of its bounds, or a past day.
    """
    if key not in NUMBERS:
        raise Refusal(f"There is no number called {key}. The numbers are: {', '.join(NUMBERS)}.")
    number = NUMBERS[key]
    if not number.least <= value <= number.most:
        bound = f"less than {number.least}" if value < number.least else f"more than {number.most}"
        raise Refusal(f"{number.meaning} It cannot be {bound} {number.unit}.")
    if effective_on < dates.today():
        raise Refusal("A number cannot change in the past: results of those days were made with the old one.")
    return number


def change(*, key: str, value: int, effective_on: date, note: str, by: User) -> Setting:
    """Set a number from a day on. Past results keep the values they used.

    Raises NotAllowed without the right, and Refusal as `check` does.
    """
    require(by, Can.SET_POLICY)
    number = check(key=key, value=value, effective_on=effective_on)
    with transaction.atomic():
        old = values(effective_on)[key]
        row = Setting.objects.create(
            key=key, value=value, effective_on=effective_on, source=number.source, note=note, changed_by_id=by.pk
        )
        record("policy.changed", by=by, on=row, key=key, old=old, new=value, effective_on=str(effective_on))
    return row
