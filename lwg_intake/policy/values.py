"""What holds on a day, and the one way to change it."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Min

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal, Stale
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import IN_ORDER, NUMBERS, Number

# The day from which the practice's defaults hold: before anything the program knows.
EVER = date(1900, 1, 1)
IN_FORCE = """
SELECT DISTINCT ON (key) key, value FROM policy_setting
WHERE effective_on <= %s ORDER BY key, effective_on DESC, changed_at DESC
"""
# A later day is a slip of the year.
FARTHEST_YEARS = 5
# Any 64-bit number, the same in every process: one change at a time.
LOCK = 7_314_004


def values(on: date | None = None) -> dict[str, int]:
    """Every number as it holds on a day (today unless told), by key."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [on or dates.today()])
        return {key: number.default for key, number in NUMBERS.items()} | dict(cursor.fetchall())


def write_defaults(**_: object) -> None:
    """Make each declared number a row, where there is none yet. Runs after every migration."""
    known = set(Setting.objects.values_list("key", flat=True))
    new = [number for number in NUMBERS.values() if number.key not in known]
    if not new:
        return
    with transaction.atomic():
        Setting.objects.bulk_create(
            Setting(key=n.key, value=n.default, effective_on=EVER, source=n.source) for n in new
        )
        record("policy.declared", by=None, numbers=len(new))


def newest(key: str) -> int:
    """The number's last change, whatever its day: who changes it says which one they saw."""
    return Setting.objects.filter(key=key).order_by("-pk").values_list("pk", flat=True).first() or 0


def check(*, key: str, value: int, effective_on: date) -> Number:
    """The number, where it may become this value on this day.

    Raises Refusal for an unknown number, one out of its bounds, a past day or a far one, the value that it has on that
    day already, or one that would not go with another number any more.
    """
    if key not in NUMBERS:
        raise Refusal(f"There is no number called {key}. The numbers are: {', '.join(NUMBERS)}.")
    number = NUMBERS[key]
    if number.choices and value not in number.choices:
        raise Refusal(f"Choose {number.bounds}.")
    if not number.least <= value <= number.most:
        bound = number.least if value < number.least else number.most
        how = "less" if value < number.least else "more"
        raise Refusal(f"This cannot be {how} than {number.said(bound)}. Choose {number.bounds}.")
    if effective_on < dates.today():
        raise Refusal("A number cannot change in the past: results of those days were made with the old one.")
    if effective_on > dates.months_before(dates.today(), -12 * FARTHEST_YEARS):
        raise Refusal(f"This day is more than {FARTHEST_YEARS} years away. Look at the year, and choose a nearer one.")
    if values(effective_on)[key] == value:
        raise Refusal(f"It is {number.said(value)} on that day already: nothing would change. Choose another value.")
    _stays_in_order(key, value, effective_on)
    return number


def _stays_in_order(key: str, value: int, effective_on: date) -> None:
    """Raises Refusal where a pair of numbers would be the wrong way round, on the day or by a change to come."""
    pairs = [pair for pair in IN_ORDER if key in pair[:2]]
    later = Setting.objects.filter(effective_on__gt=effective_on)
    own = later.filter(key=key).aggregate(first=Min("effective_on"))["first"] or date.max
    partners = {name for pair in pairs for name in pair[:2]} - {key}
    days = later.filter(key__in=partners, effective_on__lt=own).values_list("effective_on", flat=True)
    for day in [effective_on, *sorted(set(days))] if pairs else []:
        held = values(day) | {key: value}
        for smaller, greater, wrong in pairs:
            if held[smaller] > held[greater]:
                other = NUMBERS[greater if key == smaller else smaller]
                raise Refusal(
                    f"{wrong} “{other.meaning}” That is {other.said(held[other.key])} from {day:%b %-d, %Y} on. "
                    "Change it first, or choose another value."
                )


def change(*, key: str, value: int, effective_on: date, note: str, by: User, seen: int | None = None) -> Setting:
    """Set a number from a day on. Past results keep the values they used.

    `seen` is the last change of the number that its writer saw: Stale is raised where there is a newer one. Raises
    NotAllowed without the right, and Refusal as `check` does.
    """
    require(by, Can.SET_POLICY)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        number = check(key=key, value=value, effective_on=effective_on)
        if seen is not None and seen != newest(key):
            raise Stale(_overtaken(number, by))
        old = values(effective_on)[key]
        row = Setting.objects.create(
            key=key, value=value, effective_on=effective_on, source=number.source, note=note, changed_by_id=by.pk
        )
        record("policy.changed", by=by, on=row, key=key, old=old, new=value, effective_on=str(effective_on))
    return row


def _overtaken(number: Number, by: User) -> str:
    row = Setting.objects.filter(key=number.key).latest("pk")
    who = User.objects.filter(pk=row.changed_by_id or 0).first()
    name = "You" if who == by else who or "The program"
    return (
        f"{name} changed this number meanwhile: {number.said(row.value)} from {row.effective_on:%b %-d, %Y} on. "
        "Yours was not saved. Look at what it would alter now, and save it if it still holds."
    )
