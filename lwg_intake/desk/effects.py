"""What a number's new value would alter of the clients' records, for numbers that belong to no wing."""

from __future__ import annotations

from lwg_intake import dates
from lwg_intake.policy.effects import Effect, Numbers, counted, said
from lwg_intake.records.models import Assignment, Client


def effects_of(key: str, before: Numbers, after: Numbers) -> list[Effect]:
    """The clients under care who would become minors or cease to be."""
    if key != "minor_until_years":
        return []
    today = dates.today()
    old, new = (dates.months_before(today, 12 * numbers[key]) for numbers in (before, after))
    first, last = sorted((old, new))
    running = Assignment.objects.filter(ended_on__isnull=True).values("client")
    between = Client.objects.filter(dob__gt=first, dob__lte=last, pk__in=running)
    found = frozenset(between.values_list("pk", flat=True))
    if not found:
        return counted([])
    how = "would count as minors" if new < old else "would no longer count as minors"
    words = f"{said(len(found), 'client')} under care {how}: whom to call, and who decides, changes."
    return [Effect(words, clients=found)]
