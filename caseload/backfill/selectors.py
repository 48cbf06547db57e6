"""Questions to the database: who waits to come sooner, which places came free, and who fits them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q
from django.utils import timezone

from caseload.backfill.rules import Fit, Place, Wish, best
from caseload.calls import selectors as calls
from caseload.calls.rules import About
from caseload.calls.selectors import Call
from caseload.models import BackfillEntry, FreedPlace
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.policy.values import values
from lwg_intake.records.models import Appointment, Client, Clinician
from lwg_intake.records.models.people import theirs
from lwg_intake.records.rules import AppointmentState, Coverage, PayerClass, Portal, accepts

# How far ahead a cancelled visit is looked for, and how many who fit are shown for each.
DAYS_AHEAD = 14
SHOWN = 5
# A visit the clinician cancelled may be no free place: the list says so.
FREED_BY = (AppointmentState.CLIENT_CANCEL, AppointmentState.LATE_CANCEL, AppointmentState.CLINICIAN_CANCEL)


@dataclass
class Freed:
    """A place that can be offered, with the best fits. `key` is "visit-12" for a cancelled visit, else "place-3"."""

    key: str
    clinician: Clinician
    at: datetime
    because: str
    service: str = ""
    client: int | None = None
    fits: list[tuple[Fit, Call]] = field(default_factory=list)
    more: int = 0


def entries(user: User) -> Any:
    """The backfill list, as far as a person may see it: the office all of it, a clinician their own clients."""
    rows = BackfillEntry.objects.filter(ended_at__isnull=True, assignment__ended_on__isnull=True)
    if not user.can(Can.SEE_ALL_CLIENTS):
        rows = rows.filter(theirs(user, "assignment__clinician"))
    return rows.select_related("assignment__client", "assignment__clinician", "added_by")


def freed(now: datetime) -> list[Freed]:
    """The places that came free within two weeks, soonest first, each with who fits it best."""
    places = _cancelled(now) + _by_hand(now)
    waiting = list(
        BackfillEntry.objects.filter(ended_at__isnull=True, assignment__ended_on__isnull=True).select_related(
            "assignment__client", "assignment__clinician"
        )
    )
    by_entry = {entry.pk: entry for entry in waiting}
    wishes = _wishes(waiting, now)
    clinicians = {place.clinician.pk: place.clinician for place in places}
    takers = {
        pk: [_elsewhere(wish, cover, clinician) for wish, cover in wishes] for pk, clinician in clinicians.items()
    }
    lines: list[Call] = []
    for place in sorted(places, key=lambda one: (one.at, one.clinician.last_name)):
        asked = Place(place.clinician.pk, dates.local(place.at), place.service, place.client)
        fits = best(asked, takers[place.clinician.pk])
        place.more = max(len(fits) - SHOWN, 0)
        place.fits = [(found, _call(place, by_entry[found.wish.entry])) for found in fits[:SHOWN]]
        lines += [call for _, call in place.fits]
    calls.with_log(lines)
    return sorted(places, key=lambda one: (one.at, one.clinician.last_name))


def _call(place: Freed, entry: BackfillEntry) -> Call:
    assignment = entry.assignment
    return Call(
        key=f"{place.key}-{entry.pk}",
        client=assignment.client,
        clinician=assignment.clinician,
        service=assignment.service,
        callee=calls.whom(assignment.client, dates.today(), values()),
        about=About.SOONER,
    )


def _cancelled(now: datetime) -> list[Freed]:
    booked = Appointment.objects.filter(
        clinician=OuterRef("clinician"), starts_at=OuterRef("starts_at"), state=AppointmentState.SCHEDULED
    )
    rows = (
        Appointment.objects.filter(
            ~Exists(booked), Q(freed__isnull=True) | Q(freed__closed_at__isnull=True), state__in=FREED_BY,
            starts_at__gt=now, starts_at__lte=now + timedelta(days=DAYS_AHEAD),
        )
        .filter(Q(clinician__last_day__isnull=True) | Q(clinician__last_day__gte=dates.today()))
        .select_related("clinician")
        .order_by("clinician_id", "starts_at", "pk")
        .distinct("clinician_id", "starts_at")
    )  # fmt: skip
    return [
        Freed(f"visit-{visit.pk}", visit.clinician, visit.starts_at, _because(visit), visit.service, visit.client_id)
        for visit in rows
    ]


def _because(visit: Appointment) -> str:
    if visit.state == AppointmentState.CLINICIAN_CANCEL:
        return "cancelled by the clinician: ask whether the time is free"
    return "the client cancelled"


def _by_hand(now: datetime) -> list[Freed]:
    rows = FreedPlace.objects.filter(closed_at__isnull=True, visit__isnull=True, starts_at__gt=now)
    return [
        Freed(f"place-{row.pk}", row.clinician, row.starts_at, f"entered by {row.entered_by}")
        for row in rows.select_related("clinician", "entered_by")
    ]


def _wishes(waiting: Iterable[BackfillEntry], now: datetime) -> list[tuple[Wish, tuple[Client, Any]]]:
    clients = {entry.assignment.client_id for entry in waiting}
    ahead = Appointment.objects.filter(client__in=clients, state=AppointmentState.SCHEDULED, starts_at__gte=now)
    next_at = {
        (client, clinician, service): at
        for client, clinician, service, at in ahead.order_by()
        .values_list("client", "clinician", "service")
        .annotate(Min("starts_at"))
    }
    covers = calls.insured(clients, dates.today())
    found = []
    for entry in waiting:
        assignment = entry.assignment
        cover = covers.get(assignment.client_id)
        at = next_at.get((assignment.client_id, assignment.clinician_id, assignment.service))
        wish = Wish(
            entry=entry.pk,
            client=assignment.client_id,
            clinician=assignment.clinician_id,
            service=assignment.service,
            times=tuple(entry.times),
            added_on=dates.day_of(entry.added_at),
            next_at=dates.local(at) if at else None,
            covered=cover is not None and (cover.active == Coverage.YES or cover.payer_class == PayerClass.SELF_PAY),
            portal=assignment.client.portal == Portal.ACTIVE,
        )
        found.append((wish, (assignment.client, cover)))
    return found


def _elsewhere(wish: Wish, who: tuple[Client, Any], clinician: Clinician) -> Wish:
    """The wish as this clinician sees it: whether a client of somebody else could be seen by them at all."""
    client, cover = who
    able = (
        (not clinician.services or wish.service in clinician.services)
        and (not clinician.states or not client.state or client.state in clinician.states)
        and cover is not None
        and (
            cover.payer_class == PayerClass.SELF_PAY
            or accepts(clinician.payers, cover.payer, cover.state or client.state)
        )
    )
    return replace(wish, elsewhere=able)


def next_visits(rows: Iterable[BackfillEntry]) -> dict[int, datetime]:
    """The next visit of each entry's assignment."""
    found: dict[int, datetime] = {}
    by_key: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for entry in rows:
        a = entry.assignment
        by_key[a.client_id, a.clinician_id, a.service].append(entry.pk)
    ahead = Appointment.objects.filter(
        client__in={key[0] for key in by_key}, state=AppointmentState.SCHEDULED, starts_at__gte=timezone.now()
    )
    for *key, at in ahead.order_by().values_list("client", "clinician", "service").annotate(Min("starts_at")):
        for pk in by_key.get(tuple(key), ()):
            found[pk] = at
    return found
