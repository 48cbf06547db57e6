"""The writers of a roster's rows. Of two who change one row, the second is told who was first; nothing is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Case
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.records.episodes import derive
from lwg_intake.records.models import Appointment, Assignment, Clinician, Handover
from reassignment.actions.departures import is_own, put_on, running
from reassignment.actions.requests import open_reassignment
from reassignment.models import Departure, RosterChange, RosterRow
from reassignment.rules.departures import SETTLES, STAYS, WANTS, Ending, Kind, Outcome, Preference, Standing
from reassignment.rules.words import Initiator, Reason

# Who writes preferences: the clinician for their own, and those who ring or run the departure.
EDITS = (Can.WORK_CALLS, Can.RUN_DEPARTURES, Can.VERIFY_ROSTER)


def seize(row_id: int, by: User, version: int | None = None) -> RosterRow:
    """The row, locked for this transaction, of an open departure that the person may change.

    Raises NotAllowed, NotThere, Refusal where the departure is over, and Stale where the row is not the version that
    was read.
    """
    if not any(by.can(right) for right in EDITS):
        raise NotAllowed("Only those who run a departure, ring its clients or leave themselves can change its roster.")
    # Locked alone: joined to who changed it last, a row that is changed at this moment would not be found.
    list(RosterRow.objects.select_for_update().filter(pk=row_id).values_list("pk"))
    rows = RosterRow.objects.select_related(
        "departure__clinician", "assignment__client", "assignment__clinician", "changed_by", "claimed_by", "handover"
    )
    row: RosterRow | None = rows.filter(pk=row_id, departure__in=Departure.objects.visible_to(by)).first()
    if row is None:
        raise NotThere("There is no such row, or none that you may see.")
    if not row.departure.is_open:
        raise Refusal(f"This departure is {row.departure.get_status_display().lower()}: nothing is changed in it.")
    if not (by.can(Can.WORK_CALLS) or by.can(Can.RUN_DEPARTURES) or is_own(row.departure, by)):
        raise NotAllowed(f"Only {row.departure.clinician} or those who run the departure can change this roster.")
    if version is not None and row.version != version:
        at = dates.local(row.changed_at)
        raise Stale(
            f"Someone else changed this row: {row.changed_by}, at {at:%-I:%M %p}: {row.changed}. "
            "Yours is not saved; look at it, and save again."
        )
    return row


def change(row: RosterRow, what: str, by: User, **fields: Any) -> RosterRow:
    """Write fields of a row that is seized, with the line of its history and the event."""
    if row.status != fields.get("status", row.status) and fields["status"] not in RosterRow.MOVES[Outcome(row.status)]:
        raise Refusal(f"This is {row.get_status_display().lower()} already.")
    fields |= {"changed_by": by, "changed_at": timezone.now(), "changed": what[:200]}
    RosterRow.objects.filter(pk=row.pk).update(version=F("version") + 1, **fields)
    for name, value in fields.items():
        setattr(row, name, value)
    row.version += 1
    RosterChange.objects.create(row=row, version=row.version, what=row.changed, by=by)
    kept = sorted(fields.keys() - {"changed_by", "changed_at", "changed"})
    record("roster.changed", by=by, on=row, client_id=row.assignment.client_id, fields=kept)
    return row


def _verifies(row: RosterRow, by: User) -> None:
    if not is_own(row.departure, by) and not by.can(Can.RUN_DEPARTURES):
        raise NotAllowed(f"Only {row.departure.clinician} or a transition manager says who belongs on this roster.")


def confirm(*, row_id: int, version: int, by: User) -> RosterRow:
    """This client belongs on the roster."""
    with transaction.atomic():
        row = seize(row_id, by, version)
        _verifies(row, by)
        return change(row, "Confirmed", by, standing=Standing.CONFIRMED)


def verify(*, departure_id: int, by: User) -> Departure:
    """The clinician has looked through the roster. Rows that were neither struck nor added are confirmed with it."""
    with transaction.atomic():
        departure = running(departure_id, by, Can.VERIFY_ROSTER, Can.RUN_DEPARTURES)
        if not is_own(departure, by) and not by.can(Can.RUN_DEPARTURES):
            raise NotAllowed(f"Only {departure.clinician} or a transition manager can verify this roster.")
        for pk in departure.rows.filter(standing=Standing.LISTED).values_list("pk", flat=True):
            change(seize(pk, by), "Confirmed", by, standing=Standing.CONFIRMED)
        departure.verified_by, departure.verified_at = by, timezone.now()
        departure.save(update_fields=["verified_by", "verified_at"])
        record("departure.verified", by=by, on=departure)
    return departure


def strike(*, row_id: int, because: str, version: int, by: User) -> RosterRow:
    """This client does not belong on the roster. Raises Refusal without a reason, or where something is under way."""
    if not because.strip():
        raise Refusal("Say why this client is struck, such as: ended in March.")
    with transaction.atomic():
        row = seize(row_id, by, version)
        _verifies(row, by)
        _require_free(row)
        words = because.strip()[:200]
        return change(
            row, f"Struck: {words}", by, standing=Standing.STRUCK, struck_because=words, status=Outcome.STRUCK
        )


def restore(*, row_id: int, version: int, by: User) -> RosterRow:
    """A struck client belongs on the roster after all."""
    with transaction.atomic():
        row = seize(row_id, by, version)
        _verifies(row, by)
        if row.standing != Standing.STRUCK:
            raise Refusal("This client is not struck.")
        return change(row, "Back on the roster", by, standing=Standing.CONFIRMED, struck_because="",
                      status=Outcome.PENDING)  # fmt: skip


def add(*, departure_id: int, client_ref: str, service: str, by: User) -> RosterRow:
    """Add a client who is missing from the roster. Where the record has no open assignment to this clinician but a
    visit, the assignment is made with it, from that visit on; an import adopts it.

    Raises Refusal where there is neither, or the client is on the roster already.
    """
    with transaction.atomic():
        departure = running(departure_id, by, Can.VERIFY_ROSTER, Can.RUN_DEPARTURES)
        if not is_own(departure, by) and not by.can(Can.RUN_DEPARTURES):
            raise NotAllowed(f"Only {departure.clinician} or a transition manager adds to this roster.")
        assignments = Assignment.objects.filter(
            clinician=departure.clinician, client__ref__iexact=client_ref.strip(), ended_on__isnull=True
        ).select_related("client")
        found = [a for a in assignments if not service or a.service == service]
        found = found or [_made_of_visit(departure, client_ref.strip(), service, by)]
        missing = [a for a in found if not RosterRow.objects.filter(departure=departure, assignment=a).exists()]
        if not missing:
            raise Refusal(f"{found[0].client.name} is on the roster already.")
        try:
            with transaction.atomic():
                row = put_on(departure, missing[:1], "Added by the clinician", by, standing=Standing.ADDED)[0]
        except IntegrityError as error:
            raise Stale("Someone else has just added this client.") from error
        record("roster.added", by=by, on=row, client_id=missing[0].client_id)
        return row


def _made_of_visit(departure: Departure, client_ref: str, service: str, by: User) -> Assignment:
    visits = Appointment.objects.filter(clinician=departure.clinician, client__ref__iexact=client_ref)
    if service:
        visits = visits.filter(service=service)
    first = visits.order_by("starts_at").select_related("client").first()
    if first is None:
        raise Refusal(
            f"Record number {client_ref[:40]} has neither an open assignment to {departure.clinician} nor a visit. "
            "Put the clinician on the client's Clinicians tab in TherapyNotes, import again, and then add."
        )
    assignment, made = Assignment.objects.get_or_create(
        client=first.client,
        clinician=departure.clinician,
        service=first.service,
        started_on=dates.day_of(first.starts_at),
    )
    if not made:
        raise Refusal(f"{first.client.name}'s assignment is over on record. A return is started on the client's page.")
    derive([first.client_id])
    record("assignment.made", by=by, on=assignment)
    return assignment


def write_preference(
    *, row_id: int, talked_on: date | None, preference: str, wanted_id: int | None, note: str, version: int, by: User
) -> RosterRow:
    """What the client would like, and when it was talked over. Raises Refusal for a named clinician who is missing,
    leaves too, or is the one who leaves, and for a day in the future."""
    if talked_on is not None and talked_on > dates.today():
        raise Refusal("The talk cannot lie in the future. Choose today or an earlier day.")
    with transaction.atomic():
        row = seize(row_id, by, version)
        if row.standing == Standing.STRUCK:
            raise Refusal("This client is struck. Put them back on the roster first.")
        wanted = _wanted(row, preference, wanted_id)
        words = [f"Talked on {talked_on:%b %-d}"] if talked_on and talked_on != row.talked_on else []
        if (preference, wanted.pk if wanted else None) != (row.preference, row.wanted_id):
            label = Preference(preference).label if preference else "not known"
            words.append(f"Preference: {wanted or label}")
        if note.strip() != row.note:
            words.append("Note changed" if note.strip() else "Note removed")
        if not words and talked_on == row.talked_on:
            return row
        return change(
            row, "; ".join(words) or "Talk taken back", by, talked_on=talked_on, preference=preference, wanted=wanted,
            note=note.strip()[:300], **_let_go(row, by),
        )  # fmt: skip


def _wanted(row: RosterRow, preference: str, wanted_id: int | None) -> Clinician | None:
    if preference != Preference.NAMED:
        return None
    if wanted_id is None:
        raise Refusal("Choose the clinician whom the client would like.")
    wanted: Clinician | None = Clinician.objects.staying().filter(pk=wanted_id).first()
    if wanted is None or wanted.pk == row.departure.clinician_id or wanted.leaving_on:
        raise Refusal("This clinician leaves as well, or is not here any more. Choose another.")
    return wanted


def _let_go(row: RosterRow, by: User) -> dict[str, Any]:
    """Who writes what came of a call is no longer ringing."""
    return {"claimed_by": None, "claimed_until_at": None} if row.claimed_by_id == by.pk else {}


def settle(*, row_id: int, with_words: str, version: int, by: User, ring_again_on: date | None = None) -> RosterRow:
    """Act on a preference to go another way: follow, pause, a referral, or to end here.

    The service of somebody who follows or is referred ends here: the closing is asked for, as for one who ends by
    choice. Who follows a clinician on leave waits for the return, and nothing ends. Raises Refusal where the
    preference is none of these, or what it needs is missing.
    """
    with transaction.atomic():
        row = seize(row_id, by, version)
        _require_free(row)
        preference = row.preference
        if not preference or preference in STAYS:
            raise Refusal("This client goes on here: open the reassignment instead.")
        words = with_words.strip()[:300]
        if preference == Preference.PAUSE:
            if ring_again_on is None or ring_again_on <= dates.today():
                raise Refusal(WANTS[Preference.PAUSE] + " It lies after today.")
            return change(row, f"Paused until {ring_again_on:%b %-d, %Y}", by, status=Outcome.PAUSED,
                          ring_again_on=ring_again_on, settled_with=words)  # fmt: skip
        if preference in SETTLES and not words:
            raise Refusal(WANTS[Preference(preference)])
        if preference == Preference.END:
            asked = ask_close(row, "By the client's own choice, at the clinician's departure.", by)
            return change(row, "Closing asked for: by choice", by, handover=asked, ending=Ending.CHOICE,
                          settled_with=words)  # fmt: skip
        outcome = SETTLES[Preference(preference)]
        waits = row.departure.kind == Kind.LEAVE and preference == Preference.FOLLOW
        handover = None if waits else ask_close(row, f"{outcome.label}: the service ends here.", by)
        return change(row, outcome.label, by, status=outcome, settled_with=words, handover=handover)


def unsettle(*, row_id: int, because: str, version: int, by: User) -> RosterRow:
    """A client who goes another way, or is about to be closed, is pending again: they changed their mind.

    A closing that somebody has taken up goes on until it is left there.
    """
    if not because.strip():
        raise Refusal("Say what changed.")
    with transaction.atomic():
        row = seize(row_id, by, version)
        if row.status not in SETTLES.values() and not row.ending:
            raise Refusal("This row is not settled in a way that can be taken back here.")
        withdraw_close(row, by)
        return change(row, f"Pending again: {because.strip()}", by, status=Outcome.PENDING, settled_with="",
                      ending="", ring_again_on=None, handover=None, ladder_from_at=timezone.now())  # fmt: skip


def reassign(*, row_id: int, version: int, by: User) -> Case:
    """Open the reassignment of a client who goes on here, with everything that is known filled in.

    Raises what opening it raises: NotAllowed, and Refusal where one is open already.
    """
    with transaction.atomic():
        row = seize(row_id, by, version)
        if row.status != Outcome.PENDING or row.ending:
            raise Refusal("This row is settled, or its closing is asked for.")
        if row.preference and row.preference not in STAYS:
            raise Refusal(f"The client would like: {row.get_preference_display().lower()}. Change that first.")
        leaving = row.departure
        case = open_reassignment(
            assignment=row.assignment, reason=Reason.LEFT, initiator=Initiator.DEPARTURE, by=by,
            because=f"{leaving.clinician} leaves on {leaving.last_day:%b %-d, %Y}. {row.note}".strip(),
            preference=str(row.wanted) if row.wanted_id else row.get_preference_display(),
            wishes={"clinician_id": row.wanted_id} if row.wanted_id else None,
        )  # fmt: skip
        change(row, "Reassignment opened", by, **_let_go(row, by))
        return case


def ask_close(row: RosterRow, because: str, by: User) -> Handover:
    """Ask for the closing of this assignment. Raises Refusal where it is asked for already."""
    try:
        with transaction.atomic():
            handover = Handover.objects.create(
                kind=Handover.Kind.CLOSE, assignment=row.assignment, because=because[:500], asked_by=by
            )
    except IntegrityError as error:
        raise Refusal(f"The closing of {row.assignment.client.name} is asked for already.") from error
    record("handover.asked", by=by, on=handover, client_id=row.assignment.client_id, kind="close")
    return handover


def withdraw_close(row: RosterRow, by: User) -> bool:
    """Take back the request for a closing, if nobody has taken it up; whether it was in time."""
    if row.handover_id is None:
        return True
    taken = Handover.objects.filter(pk=row.handover_id, taken_up_at__isnull=True).update(
        taken_up_by=by, taken_up_at=timezone.now()
    )
    if taken:
        record("handover.withdrawn", by=by, on=row.handover, client_id=row.assignment.client_id)
    return bool(taken)


def _require_free(row: RosterRow) -> None:
    """Nothing else is under way for this row. Raises Refusal."""
    if row.status != Outcome.PENDING:
        raise Refusal(f"This is settled already: {row.get_status_display().lower()}.")
    if row.ending:
        raise Refusal("The closing of this client is asked for already.")
    if Case.objects.open().filter(assignment=row.assignment, procedure="reassignment").exists():
        raise Refusal("The reassignment of this client is open. Go on with it, or withdraw it first.")
