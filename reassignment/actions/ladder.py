"""The writers of the contact ladder: who rings, what came of it, the messages after the calls, the asked-for end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.messages import outbox
from lwg_intake.policy.values import values
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.models import Contact
from lwg_intake.records.rules import Channel, ContactOutcome, Direction
from reassignment.actions.departures import is_own, prefix
from reassignment.actions.roster import ask_close, change, seize, withdraw_close
from reassignment.models import Attempt, RosterRow
from reassignment.rules.departures import Ending, Outcome, Phase, Standing
from reassignment.rules.ladder import Rung
from reassignment.selectors import departures as selectors
from reassignment.selectors.departures import Line

REASON = "Departure"
OUTCOMES = (
    ContactOutcome.REACHED,
    ContactOutcome.VOICEMAIL,
    ContactOutcome.NO_ANSWER,
    ContactOutcome.WRONG_NUMBER,
)
# How a message went that could not leave by itself.
OTHERWISE = {Channel.PORTAL: "through the portal", Channel.IN_PERSON: "by letter"}


def claim(*, row_id: int, by: User) -> RosterRow:
    """Keep a client for the one who is ringing, for some minutes. Raises Stale with the name of who rings already."""
    require(by, Can.WORK_CALLS)
    now = timezone.now()
    until = now + timedelta(minutes=values()["call_claim_minutes"])
    with transaction.atomic():
        row = seize(row_id, by)
        _require_pending(row)
        free = Q(claimed_until_at__isnull=True) | Q(claimed_until_at__lte=now) | Q(claimed_by=by)
        if not RosterRow.objects.filter(free, pk=row.pk).update(claimed_by=by, claimed_until_at=until):
            raise Stale(f"{row.claimed_by} is ringing {row.assignment.client.name} just now. Take the next client.")
        record("roster.claimed", by=by, on=row, client_id=row.assignment.client_id)
        row.claimed_by, row.claimed_until_at = by, until
    return row


def let_go(*, row_id: int, by: User) -> RosterRow:
    """Give a client back whom one does not ring after all."""
    require(by, Can.WORK_CALLS)
    with transaction.atomic():
        row = seize(row_id, by)
        RosterRow.objects.filter(pk=row.pk, claimed_by=by).update(claimed_by=None, claimed_until_at=None)
        record("roster.let_go", by=by, on=row, client_id=row.assignment.client_id)
    return row


def log_call(*, row_id: int, outcome: str, version: int, by: User) -> Attempt:
    """Log a call and what came of it, with its entry in the interaction log.

    Raises Stale where a colleague is ringing, or somebody changed the row since.
    """
    require(by, Can.WORK_CALLS)
    if outcome not in OUTCOMES:
        raise Refusal("Choose what came of the call: reached, voicemail, no answer, or wrong number.")
    with transaction.atomic():
        row = seize(row_id, by, version)
        _require_pending(row)
        now = timezone.now()
        if row.claimed_by_id and row.claimed_by_id != by.pk and row.claimed_until_at > now:  # type: ignore[operator]
            raise Stale(f"{row.claimed_by} is ringing {row.assignment.client.name} just now. Nothing was logged.")
        channel = Channel.VOICEMAIL if outcome == ContactOutcome.VOICEMAIL else Channel.PHONE
        made = _log(row, Rung.CALL, channel, outcome, by, party=_line(row).rings[0])
        label = ContactOutcome(outcome).label.lower()
        change(row, f"Call: {label}", by, claimed_by=None, claimed_until_at=None)
        return made


def write_to(*, row_id: int, rung: str, version: int, by: User) -> Attempt:
    """Send the e-mail (T18) or the text (T19) that follows the calls, through the outbox.

    Raises Refusal where the ladder is not there yet, or the client may not or cannot be written to in this way: then
    write in another way, and log that.
    """
    with transaction.atomic():
        row = _to_write(row_id, rung, version, by)
        client = row.assignment.client
        key = f"{prefix(row.departure)}{_TEXT[Rung(rung)]}-{row.pk}-{row.attempts.count()}"
        reply_by = f"{min(row.departure.last_day, dates.today() + timedelta(days=7)):%A, %B %-d}"
        given: dict[str, Any] = (
            {"csr_name": str(by), "options_link": settings.PORTAL_LINK, "reply_by": reply_by}
            if rung == Rung.EMAIL
            else {}
        )
        message = outbox.write(_TEXT[Rung(rung)], key=key, client=client, channel=rung, **given)
        made = _log(row, Rung(rung), Channel(rung), ContactOutcome.SENT, by, message=message)
        change(row, f"{Rung(rung).label} sent after the calls", by)
        return made


def write_otherwise(*, row_id: int, rung: str, channel: str, version: int, by: User) -> Attempt:
    """Log that the e-mail or the text was replaced by a portal message or a letter, for who cannot be sent one."""
    if channel not in OTHERWISE:
        raise Refusal("Choose how you wrote: through the portal, or by letter.")
    with transaction.atomic():
        row = _to_write(row_id, rung, version, by)
        how = OTHERWISE[Channel(channel)]
        logged = Channel.PORTAL if channel == Channel.PORTAL else Channel.EMAIL
        note = f"Instead of the {Rung(rung).label.lower()}: {how}."
        made = _log(row, Rung(rung), logged, ContactOutcome.SENT, by, note=note)
        change(row, f"Written {how}, instead of the {Rung(rung).label.lower()}", by)
        return made


_TEXT = {Rung.EMAIL: "T18", Rung.TEXT: "T19"}


def _to_write(row_id: int, rung: str, version: int, by: User) -> RosterRow:
    require(by, Can.WORK_CALLS)
    row = seize(row_id, by, version)
    _require_pending(row)
    here = _line(row).place
    if rung not in here.rungs or rung == Rung.CALL:
        raise Refusal(f"This is not the next attempt. {here.because}")
    if not here.is_due(timezone.now()):
        raise Refusal(f"The next attempt is due on {dates.local(here.due_at):%A, %B %-d, at %-I:%M %p}.")  # type: ignore[arg-type]
    return row


def rang_back(*, row_id: int, version: int, by: User, channel: str = Channel.PHONE) -> bool:
    """The client got in touch, at any time: that answers the ladder. A closing that was asked for is taken back.

    Returns whether that was in time; if somebody has taken the closing up, they have to be told, and the row says so.
    """
    require(by, Can.WORK_CALLS, Can.RUN_DEPARTURES, Can.VERIFY_ROSTER)
    if channel not in Channel.values:
        raise Refusal("Choose how the client got in touch.")
    with transaction.atomic():
        row = seize(row_id, by, version)
        contact = _contact(row, channel, ContactOutcome.REACHED, by, direction=Direction.IN)
        if not row.ending:
            change(row, "The client got in touch", by, claimed_by=None, claimed_until_at=None)
            return True
        if withdraw_close(row, by):
            change(row, "The client got in touch: the closing is withdrawn", by, ending="", handover=None)
            return True
        change(row, "The client got in touch while being closed: leave the closing", by, ending="", handover=None)
        record("closing.overtaken", by=by, on=contact, client_id=row.assignment.client_id)
        return False


def ring_again(*, row_id: int, version: int, by: User) -> RosterRow:
    """Begin the ladder anew for a client who answered once and has gone quiet. The old attempts stay in the history."""
    require(by, Can.WORK_CALLS)
    with transaction.atomic():
        row = seize(row_id, by, version)
        _require_pending(row)
        return change(row, "The calls begin anew", by, ladder_from_at=timezone.now())


def ask_end(*, row_id: int, version: int, by: User) -> RosterRow:
    """Ask for the end of services of a client whom every rung failed to reach (R11), by the closing checklist.

    Only the therapist who leaves or the transition manager: raises NotAllowed for anybody else, and Refusal while a
    rung is missing.
    """
    with transaction.atomic():
        row = seize(row_id, by, version)
        require(by, Can.END_UNRESPONSIVE)
        if not is_own(row.departure, by) and not by.can(Can.RUN_DEPARTURES):
            raise NotAllowed(f"Only {row.departure.clinician} or the transition manager can end this service.")
        _require_pending(row)
        line = _line(row)
        if line.phase != Phase.UNREACHED:
            raise Refusal(f"This client is not unresponsive. {line.place.because}")
        handover = ask_close(row, f"Could not be reached: {line.place.because}", by)
        return change(row, "Closing asked for: not reached", by, handover=handover, ending=Ending.UNREACHED)


def _log(row: RosterRow, rung: Rung, channel: str, outcome: str, by: User, message: Any = None, **more: Any) -> Attempt:
    contact = _contact(row, channel, outcome, by, **more)
    return Attempt.objects.create(row=row, rung=rung, outcome=outcome, contact=contact, message=message, by=by)


def _contact(row: RosterRow, channel: str, outcome: str, by: User, **more: Any) -> Contact:
    return log_contact(
        client_id=row.assignment.client_id, channel=channel, outcome=outcome, by=by, reason=REASON, **more
    )


def _line(row: RosterRow) -> Line:
    return selectors.lines(RosterRow.objects.filter(pk=row.pk))[0]


def _require_pending(row: RosterRow) -> None:
    if row.standing == Standing.STRUCK or row.status != Outcome.PENDING:
        raise Refusal(f"{row.assignment.client.name} is settled: {row.get_status_display().lower()}.")
    if row.ending:
        raise Refusal("The closing of this client is asked for already.")
