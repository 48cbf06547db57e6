"""The practice's calendar. A day is a day in the practice's own time zone (settings.TIME_ZONE)."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q
from django.utils import timezone


def today() -> date:
    """The practice's present calendar day."""
    return timezone.localdate()


def local(at: datetime) -> datetime:
    """A moment on the practice's own clock."""
    return timezone.localtime(at)


def day_of(at: datetime) -> date:
    """The practice's calendar day on which a moment fell."""
    return local(at).date()


def start_of(day: date) -> datetime:
    """The moment at which the practice's calendar day begins."""
    return timezone.make_aware(datetime.combine(day, time.min))


def told(day: str) -> str:
    """A day that is kept as 2026-03-07, as one says it: Mar 7, 2026. Anything else stays as it is."""
    try:
        return f"{date.fromisoformat(day):%b %-d, %Y}"
    except ValueError:
        return day


def told_time(at: str) -> str:
    """A time that is kept as 16:05 or 16:05:00, as one says it: 4:05 PM. Anything else stays as it is."""
    try:
        return f"{time.fromisoformat(at):%-I:%M %p}"
    except ValueError:
        return at


def told_moment(at: datetime) -> str:
    """A moment on the practice's own clock, as one says it: Mar 7, 2026, 4:05 PM."""
    return f"{local(at):%b %-d, %Y, %-I:%M %p}"


def waited(since: datetime) -> str:
    """For how long, in one unit: what is compared at a glance has to be short."""
    minutes = int((timezone.now() - since).total_seconds()) // 60
    units = ((minutes // 1440, "day"), (minutes // 60, "hour"), (minutes, "minute"))
    count, unit = next((pair for pair in units if pair[0]), (0, ""))
    return f"{count} {unit}{'s' if count > 1 else ''}" if count else "just now"


def months_before(day: date, months: int) -> date:
    """The same day so many calendar months earlier; the month's last day where that day does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def age_on(dob: date, day: date) -> int:
    """Whole years lived on a day; who was born on 29 February turns a year older on 1 March."""
    return day.year - dob.year - ((day.month, day.day) < (dob.month, dob.day))


@dataclass(frozen=True)
class Age:
    """How old a thing may grow, in calendar months. Intake for a return: 12, that day included (S0 step 6)."""

    months: int
    on_the_day: bool

    def cutoff(self, today: date) -> date:
        """The latest day on which a thing that is due by today can have happened."""
        day = months_before(today, self.months)
        return day if self.on_the_day else date.fromordinal(day.toordinal() - 1)

    def is_due(self, last: date | None, today: date) -> bool:
        """Whether the age is reached. What never happened is always due."""
        return last is None or last <= self.cutoff(today)

    def due(self, field: str, today: date) -> Q:
        """The same rule, asked of the database."""
        return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__lte": self.cutoff(today)})
