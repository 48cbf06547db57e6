"""The writers of the backfill list: who waits, which places came free, and who took one."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from caseload.backfill.selectors import FREED_BY
from caseload.calls import actions as calls
from caseload.calls.rules import About
from caseload.models import BackfillEntry, FreedPlace
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.records.models import Appointment, Assignment, Clinician
from lwg_intake.records.models.people import theirs
from lwg_intake.records.rules import ContactOutcome

Ending = BackfillEntry.Ending


def add(*, assignment_id: int, times: list[str], by: User) -> BackfillEntry:
    """Put a client on the list, with the times they can come (none: any). On it already: the times are replaced.

    Raises NotAllowed, and NotThere for an assignment that ended or that the person may not see.
    """
    require(by, Can.KEEP_BACKFILL)
    with transaction.atomic():
        rows = Assignment.objects.running()
        if not by.can(Can.SEE_ALL_CLIENTS):
            rows = rows.filter(theirs(by))
        assignment = rows.select_for_update(of=("self",)).filter(pk=assignment_id).first()
        if assignment is None:
            raise NotThere("There is no such open assignment, or none that you may see.")
        entry, made = BackfillEntry.objects.update_or_create(
            assignment=assignment, ended_at__isnull=True, defaults={"times": times},
            create_defaults={"assignment": assignment, "times": times, "added_by": by},
        )  # fmt: skip
        verb = "backfill.added" if made else "backfill.changed"
        record(verb, by=by, on=entry, client_id=assignment.client_id, times=times)
    return entry


def take_off(*, entry_id: int, because: str, by: User) -> BackfillEntry:
    """Take a client off the list. Raises NotAllowed, NotThere, and Stale where somebody did so already."""
    require(by, Can.KEEP_BACKFILL)
    rows = BackfillEntry.objects.select_related("assignment__client")
    if not by.can(Can.SEE_ALL_CLIENTS):
        rows = rows.filter(theirs(by, "assignment__clinician"))
    entry = rows.filter(pk=entry_id).first()
    if entry is None:
        raise NotThere("There is no such entry, or none that you may see.")
    if because not in Ending.values:
        raise Refusal("Say why the client comes off the list.")
    with transaction.atomic():
        _end(entry, because, by)
    return entry


def _end(entry: BackfillEntry, because: str, by: User) -> None:
    rows = BackfillEntry.objects.filter(pk=entry.pk, ended_at__isnull=True)
    if not rows.update(ended_because=because, ended_by=by, ended_at=timezone.now()):
        raise Stale(f"{entry.assignment.client.name} is off the list already. Nothing was changed.")
    record("backfill.ended", by=by, on=entry, client_id=entry.assignment.client_id, because=because)


def enter_place(*, clinician_id: int, starts_at: datetime, by: User) -> FreedPlace:
    """Enter a place that came free. Raises NotAllowed, and Refusal where it stands there already or has passed."""
    require(by, Can.RING_CLIENTS)
    clinician = Clinician.objects.staying().filter(pk=clinician_id).first()
    if clinician is None or starts_at <= timezone.now():
        raise Refusal("Choose a clinician who is here, and a time ahead.")
    booked = Appointment.objects.filter(clinician=clinician, starts_at=starts_at, state="scheduled")
    if booked.exists():
        raise Refusal(f"A visit is booked with {clinician} at that time. Cancel it in TherapyNotes first.")
    try:
        with transaction.atomic():
            place = FreedPlace.objects.create(clinician=clinician, starts_at=starts_at, entered_by=by)
            record("place.freed", by=by, on=place, clinician=clinician.pk, starts_at=starts_at.isoformat())
    except IntegrityError as error:
        raise Refusal("This place is on the list already.") from error
    return place


def close_place(*, key: str, by: User) -> FreedPlace:
    """A place that is not free after all, or that goes to nobody. Raises NotAllowed, NotThere, Stale."""
    require(by, Can.RING_CLIENTS)
    with transaction.atomic():
        place = _place(key, by)
        _close(place, None, by)
    return place


def give(*, key: str, entry_id: int, after: int, by: User) -> FreedPlace:
    """A client takes a freed place: the call is logged, the place is gone, and the client is off the list.

    Booking itself is done in TherapyNotes. `after` is the client's newest entry in the log that the caller saw.
    Raises NotAllowed, NotThere, and Stale where place or client are gone, or somebody logged a call since.
    """
    require(by, Can.RING_CLIENTS)
    with transaction.atomic():
        place = _place(key, by)
        entry = BackfillEntry.objects.select_related("assignment__client").filter(pk=entry_id).first()
        if entry is None:
            raise NotThere("There is no such entry on the backfill list.")
        at = dates.local(place.starts_at)
        calls.log_call(
            client_id=entry.assignment.client_id, outcome=ContactOutcome.REACHED, about=About.SOONER, after=after,
            by=by, note=f"Takes the visit of {at:%b %-d, %-I:%M %p}, with {place.clinician}.",
        )  # fmt: skip
        _end(entry, Ending.BOOKED, by)
        _close(place, entry, by)
    place.given_to = entry
    return place


def _place(key: str, by: User) -> FreedPlace:
    """The row of a place; a cancelled visit gets its own now. Locked, so that it is given once."""
    kind, _, number = key.partition("-")
    if kind not in ("visit", "place") or not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotThere("There is no such place.")
    if kind == "visit":
        visit = Appointment.objects.select_for_update().filter(pk=int(number), state__in=FREED_BY).first()
        if visit is None:
            raise NotThere("That visit is not cancelled any more: its place is not free.")
        number = str(_place_of(visit, by).pk)
    place = FreedPlace.objects.select_for_update(of=("self",)).filter(pk=int(number)).first()
    if place is None:
        raise NotThere("There is no such place.")
    if place.closed_at is not None:
        raise Stale(f"That place is taken already: {place.closed_by} dealt with it. Nothing was changed.")
    return place


def _place_of(visit: Appointment, by: User) -> FreedPlace:
    """The row of a cancelled visit: its own, the one entered by hand for the same time, or a new one."""
    where = {"clinician_id": visit.clinician_id, "starts_at": visit.starts_at}
    own = FreedPlace.objects.filter(visit=visit).first()
    by_hand = FreedPlace.objects.filter(**where, visit__isnull=True, closed_at__isnull=True).first()
    if own is None and by_hand is not None:
        FreedPlace.objects.filter(pk=by_hand.pk).update(visit=visit)
    return own or by_hand or FreedPlace.objects.create(**where, visit=visit, entered_by=by)


def _close(place: FreedPlace, entry: BackfillEntry | None, by: User) -> None:
    FreedPlace.objects.filter(pk=place.pk).update(given_to=entry, closed_by=by, closed_at=timezone.now())
    client = entry.assignment.client_id if entry else None
    record("place.given" if entry else "place.closed", by=by, on=place, client_id=client, clinician=place.clinician_id)
