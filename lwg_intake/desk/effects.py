"""What a number's new value would alter of the clients' records, for numbers that belong to no wing."""

from __future__ import annotations

from lwg_intake import dates
from lwg_intake.desk.retention import past_under
from lwg_intake.policy.effects import Effect, Numbers, counted, said
from lwg_intake.records.models import Assignment, Client

KEEPING = ("keep_years", "keep_minor_until_years", "keep_review_months")


def effects_of(key: str, before: Numbers, after: Numbers) -> list[Effect]:
    """What differs of who is a minor, and of which records have passed their date."""
    if key == "minor_until_years":
        return _minors(before, after)
    return _records(before, after) if key in KEEPING else []


def _records(before: Numbers, after: Numbers) -> list[Effect]:
    old, new = past_under(before), past_under(after)
    return counted(
        [
            Effect(f"{said(len(those), 'record')} {how} the list of those past their date.", clients=those)
            for how, those in (("would be on", new - old), ("would no longer be on", old - new))
            if those
        ]
    )


def _minors(before: Numbers, after: Numbers) -> list[Effect]:
    """The clients under care who would become minors or cease to be."""
    today = dates.today()
    old, new = (dates.months_before(today, 12 * numbers["minor_until_years"]) for numbers in (before, after))
    first, last = sorted((old, new))
    running = Assignment.objects.filter(ended_on__isnull=True).values("client")
    between = Client.objects.filter(dob__gt=first, dob__lte=last, pk__in=running)
    found = frozenset(between.values_list("pk", flat=True))
    if not found:
        return counted([])
    how = "would count as minors" if new < old else "would no longer count as minors"
    words = f"{said(len(found), 'client')} under care {how}: whom to call, and who decides, changes."
    return [Effect(words, clients=found)]
