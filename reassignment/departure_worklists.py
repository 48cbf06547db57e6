"""What of the departures waits for a person, for the home page."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time

from django.urls import reverse
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.checklists.worklist import SHOWN, Item, WorkList
from lwg_intake.policy.values import values
from reassignment.models import Departure, RosterRow
from reassignment.rules.departures import OVER, Outcome, Phase
from reassignment.selectors import departures as selectors
from reassignment.selectors.departures import Line
from reassignment.selectors.monitoring import review_due_on


def waiting_for(user: User) -> list[WorkList]:
    """A clinician's own roster to verify; calls that are due; reviews that are due and what stands still."""
    lists = []
    if user.can(Can.VERIFY_ROSTER):
        lists.append(_to_verify(user))
    if not (user.can(Can.WORK_CALLS) or user.can(Can.RUN_DEPARTURES)):
        return lists
    numbers = values()
    going = list(Departure.objects.filter(status=Departure.Status.OPEN).select_related("clinician"))
    found = selectors.open_lines(numbers) if going else []
    if user.can(Can.WORK_CALLS):
        lists += [_calls(found), _ring_again()]
    if user.can(Can.RUN_DEPARTURES):
        lists += [_reviews(going, found), _still(found)]
    return lists


def _to_verify(user: User) -> WorkList:
    rows = Departure.objects.filter(status=Departure.Status.OPEN, clinician__account=user, verified_at__isnull=True)
    items = [
        Item(reverse("departure", args=[d.pk]), "Your roster", "", f"Look through it: {d.rows.count()} clients. "
             f"Your last day is {d.last_day:%B %-d}", d.opened_at)
        for d in rows
    ]  # fmt: skip
    return WorkList("Your roster to verify", items, len(items), "")


def _item(line: Line, what: str) -> Item:
    return Item(reverse("roster-row", args=[line.pk]), line.name, line.row["ref"], what, line.row["changed_at"])


def _calls(found: list[Line]) -> WorkList:
    now = timezone.now()
    due = [line for line in found if line.phase in (Phase.NOT_YET, Phase.CALLING) and line.place.is_due(now)]
    due.sort(key=lambda line: (line.urgency.order, line.name))
    items = []
    for line in due[:SHOWN]:
        words = ", ".join([*line.urgency.words, f"{line.urgency.days_left} days left"])
        items.append(_item(line, f"{' and '.join(rung.label for rung in line.place.rungs)} · {words}"))
    return WorkList("Calls due for departures", items, len(due), "No call for a departure is due.")


def _ring_again() -> WorkList:
    rows = RosterRow.objects.filter(status=Outcome.PAUSED, ring_again_on__lte=dates.today())
    rows = rows.select_related("assignment__client").order_by("ring_again_on")
    items = [
        Item(reverse("roster-row", args=[row.pk]), str(row.assignment.client), row.assignment.client.ref,
             "Paused: ring again", timezone.make_aware(datetime.combine(row.ring_again_on, time())))  # type: ignore[arg-type]
        for row in rows[:SHOWN]
    ]  # fmt: skip
    return WorkList("Paused, to ring again", items, rows.count(), "")


def _reviews(going: list[Departure], found: list[Line]) -> WorkList:
    numbers, pending = values(), Counter(line.row["departure_id"] for line in found if line.is_pending)
    items = []
    for departure in going:
        due = review_due_on(departure, numbers)
        if due <= dates.today():
            left = (departure.last_day - dates.today()).days
            items.append(
                Item(reverse("departure-watch", args=[departure.pk]), str(departure.clinician), "",
                     f"Review the roster: {pending[departure.pk]} pending, {left} days left",
                     timezone.make_aware(datetime.combine(due, time())))
            )  # fmt: skip
    return WorkList("Rosters to review", items, len(items), "No roster is due for review.")


def _still(found: list[Line]) -> WorkList:
    still = [line for line in found if line.stands_still and line.phase not in OVER]
    still.sort(key=lambda line: line.row["changed_at"])
    items = [_item(line, f"{line.phase.label} · {line.row['leaving_last']} leaves") for line in still[:SHOWN]]
    return WorkList("Stands still in a departure", items, len(still), "Nothing stands still in a departure.")
