"""The writers of a departure itself: opened, told, verified, reviewed, closed, withdrawn."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.messages import outbox
from lwg_intake.messages.models import Message
from lwg_intake.policy.values import values
from lwg_intake.records.models import Assignment, Clinician, Handover
from lwg_intake.transitions import move
from reassignment.models import Departure, RosterChange, RosterRow
from reassignment.rules.departures import Kind, is_long_leave
from reassignment.selectors import departures as selectors

FROM_RECORD = "Put on the roster from the record"


def open_departure(
    *, clinician_id: int, kind: str, notice_on: date, last_day: date, by: User, back_on: date | None = None
) -> Departure:
    """Open a departure: its roster is made from the record, supervisor and admin team are told, and from now on the
    match offers the clinician to nobody.

    Raises NotAllowed, NotThere, and Refusal for days that contradict each other, a leave of a month or less, or a
    clinician whose departure is open already.
    """
    require(by, Can.RUN_DEPARTURES)
    if last_day < notice_on:
        raise Refusal("The last day cannot be before the notice was received. Correct one of the two.")
    if kind == Kind.LEAVE and not is_long_leave(last_day, back_on):
        raise Refusal("A leave of a month or less needs no departure: the clients stay where they are.")
    with transaction.atomic():
        clinician = Clinician.objects.select_for_update(of=("self",)).filter(pk=clinician_id).first()
        if clinician is None:
            raise NotThere("There is no such clinician. Choose one from the list.")
        try:
            with transaction.atomic():
                departure = Departure.objects.create(
                    clinician=clinician, kind=kind, notice_on=notice_on, last_day=last_day,
                    back_on=back_on if kind == Kind.LEAVE else None, opened_by=by,
                )  # fmt: skip
        except IntegrityError as error:
            raise Refusal(f"A departure of {clinician} is open already. Go on with that one.") from error
        clinician.leaving_on = last_day
        clinician.save(update_fields=["leaving_on"])
        assignments = Assignment.objects.running().filter(clinician=clinician).order_by("pk")
        put_on(departure, list(assignments), FROM_RECORD, by)
        _tell(departure, len(assignments), by)
        record("departure.opened", by=by, on=departure, clinician=clinician.pk, kind=kind, clients=len(assignments))
    return departure


def put_on(departure: Departure, assignments: list[Assignment], what: str, by: User, **fields: str) -> list[RosterRow]:
    """Rows for these assignments, each with the first line of its history."""
    rows = RosterRow.objects.bulk_create(
        RosterRow(departure=departure, assignment=a, changed_by=by, changed=what, **fields) for a in assignments
    )
    RosterChange.objects.bulk_create(RosterChange(row=row, version=1, what=what, by=by) for row in rows)
    return rows


def _tell(departure: Departure, active: int, by: User) -> None:
    """The supervisor and the admin team, by e-mail (S1); who has no address is to be told by hand."""
    supervisor = departure.clinician.supervisor
    addresses = {
        "supervisor_told": supervisor.email if supervisor else "",
        "admin_told": settings.ADMIN_TEAM_EMAIL,
    }
    for field, to in addresses.items():
        if to:
            message = outbox.write(
                "T27", key=f"{prefix(departure)}T27-{field}", to=to, clinician_name=str(departure.clinician),
                last_day=f"{departure.last_day:%B %-d, %Y}", active_count=str(active), link=link(departure),
            )  # fmt: skip
            setattr(departure, field, message)
            record("message.queued", by=by, on=message, template="T27")
    departure.save(update_fields=list(addresses))


def prefix(departure: Departure) -> str:
    """What the keys of all messages of a departure begin with."""
    return f"departure-{departure.pk}-"


def link(departure: Departure) -> str:
    """The roster's address, for an e-mail to staff."""
    return settings.BASE_URL.rstrip("/") + reverse("departure", args=[departure.pk])


def running(departure_id: int, by: User, *rights: Can) -> Departure:
    """The open departure, locked. Raises NotAllowed, NotThere, and Refusal where it is over."""
    require(by, *rights)
    rows = Departure.objects.visible_to(by).select_for_update(of=("self",)).select_related("clinician")
    departure: Departure | None = rows.filter(pk=departure_id).first()
    if departure is None:
        raise NotThere("There is no such departure, or none that you may see.")
    if not departure.is_open:
        raise Refusal(f"This departure is {departure.get_status_display().lower()}: nothing is changed in it any more.")
    return departure


def is_own(departure: Departure, by: User) -> bool:
    """Whether it is this person who leaves."""
    return by.can(Can.VERIFY_ROSTER) and departure.clinician.account_id == by.pk


def ask_to_verify(*, departure_id: int, by: User) -> Message:
    """Ask the clinician by e-mail to look through the roster (T16). At most one e-mail a day."""
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        clinician, today = departure.clinician, dates.today()
        due = min(departure.last_day, today + timedelta(days=values()["roster_review_days"]))
        if not clinician.email:
            raise Refusal(f"There is no e-mail address of {clinician} on record. Ask in person.")
        message = outbox.write(
            "T16", key=f"{prefix(departure)}T16-{today}", to=clinician.email, clinician_name=str(clinician),
            roster_link=link(departure), due=f"{due:%A, %B %-d}",
        )  # fmt: skip
        departure.clinician_asked = message
        departure.save(update_fields=["clinician_asked"])
        record("departure.asked", by=by, on=departure)
    return message


def review(*, departure_id: int, by: User) -> Departure:
    """The transition manager has gone through the roster; the next review is due some days from now (R10)."""
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        departure.reviewed_by, departure.reviewed_at = by, timezone.now()
        departure.save(update_fields=["reviewed_by", "reviewed_at"])
        record("departure.reviewed", by=by, on=departure)
    return departure


def close(*, departure_id: int, by: User) -> Departure:
    """Close a departure on whose roster nobody is pending; what came of each client is written on the row.

    Raises Refusal with the names of those who are.
    """
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        # Locked, so that nobody changes a row between the count and the closing.
        list(RosterRow.objects.select_for_update(of=("self",)).filter(departure=departure).values_list("pk", flat=True))
        found = selectors.of(departure)
        if pending := [line for line in found if line.is_pending]:
            names = "; ".join(f"{line.name} ({line.phase.label.lower()})" for line in pending[:8])
            more = f"; and {len(pending) - 8} more" if len(pending) > 8 else ""
            raise Refusal(f"{len(pending)} not settled yet: {names}{more}. Place or settle each of them first.")
        for line in found:
            if line.outcome != line.row["status"]:
                RosterRow.objects.filter(pk=line.pk).update(status=line.outcome)
        move(departure, Departure.Status.CLOSED, ended_by=by, ended_at=timezone.now())
        record("departure.closed", by=by, on=departure, clients=len(found))
    return departure


def withdraw(*, departure_id: int, because: str, by: User) -> Departure:
    """The clinician stays: offered again at once, what has not left is held back, requests to end are withdrawn.

    What was sent stays in the history; who was told is listed, with a draft that puts it right. Raises Refusal without
    a reason.
    """
    if not because.strip():
        raise Refusal("Say why the departure is withdrawn.")
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        now = timezone.now()
        Clinician.objects.filter(pk=departure.clinician_id).update(leaving_on=None)
        held = Message.objects.filter(key__startswith=prefix(departure), status=Message.Status.QUEUED).update(
            status=Message.Status.HELD, error="Held back: the departure was withdrawn."
        )
        asked = RosterRow.objects.filter(departure=departure, handover__isnull=False).values("handover")
        Handover.objects.filter(pk__in=asked, kind=Handover.Kind.CLOSE, taken_up_at__isnull=True).update(
            taken_up_by=by, taken_up_at=now
        )
        move(departure, Departure.Status.WITHDRAWN, ended_by=by, ended_at=now, ended_because=because.strip()[:500])
        record("departure.withdrawn", by=by, on=departure, held=held)
    return departure


def come_back(*, departure_id: int, by: User) -> Departure:
    """A clinician is back from a leave whose departure is closed: offered again from now on. Raises Refusal."""
    require(by, Can.RUN_DEPARTURES)
    with transaction.atomic():
        departure: Departure | None = Departure.objects.select_related("clinician").filter(pk=departure_id).first()
        if departure is None:
            raise NotThere("There is no such departure, or none that you may see.")
        if departure.kind != Kind.LEAVE or departure.status != Departure.Status.CLOSED:
            raise Refusal("Only who was on leave comes back, and only when that departure is closed.")
        if not Clinician.objects.filter(pk=departure.clinician_id, leaving_on=departure.last_day).update(
            leaving_on=None
        ):
            raise Refusal(f"{departure.clinician} is offered again already, or has given notice anew.")
        record("departure.came_back", by=by, on=departure)
    return departure
