"""Offers of a place to clients on the transfer list: made, accepted, declined."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists import actions as engine
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.messages.outbox import write as write_message
from lwg_intake.policy.values import values
from lwg_intake.records.models import Client
from lwg_intake.records.places import hold, release
from lwg_intake.transitions import move
from reassignment.models import Offer, Reassignment
from reassignment.selectors.waiting import waiting_one

ONE_AT_A_TIME = "A place is offered to this client already. Wait for the answer, or mark it as declined first."


def offer(*, case_id: int, clinician_id: int, by: User, tell: bool = False) -> Offer:
    """Keep a place for a client who waits, for as many days as the practice allows; `tell` also writes to the client.

    Raises Refusal where the client does not wait any more, has an offer already, may not be written to, or where the
    clinician cannot be offered; of two people who offer the last place the second is refused.
    """
    require(by, Can.WORK_REASSIGNMENTS)
    with transaction.atomic():
        case = Case.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=case_id).first()
        found = waiting_one(case_id) if case else None
        if case is None or found is None:
            raise Refusal("This client does not wait for an opening any more. Look at the case.")
        if found.offer:
            raise Refusal(ONE_AT_A_TIME)
        client: Client = found.row.case.client
        held = hold(client=client, clinician_id=clinician_id, needs=found.needs)
        if held is None:
            raise Refusal("This client stands on that clinician's record already. Reopen the case instead.")
        until = timezone.now() + timedelta(days=values()["offer_days"])
        try:
            with transaction.atomic():
                made = Offer.objects.create(reassignment=found.row, hold=held, made_by=by, until_at=until)
        except IntegrityError as error:
            raise Refusal(ONE_AT_A_TIME) from error
        Reassignment.objects.filter(pk=found.row.pk).update(hold=held)
        if tell:
            _tell(made, client, by)
        day = f"{dates.local(until):%b %-d, %-I:%M %p}"
        engine.write(case, "offered", f"Offered a place with {held.clinician}, until {day}.", by=by)
        record("offer.made", by=by, on=made, clinician=clinician_id, until_at=until.isoformat())
    return made


def _tell(made: Offer, client: Client, by: User) -> None:
    """By e-mail (T26): the clinician's name and the day to answer by, and nothing else."""
    message = write_message(
        "T26", key=f"T26-offer-{made.pk}", client=client,
        slot=f"{made.hold.clinician} has a place for you.",
        answer_by=f"{dates.local(made.until_at):%A, %B %-d, %-I:%M %p}",
    )  # fmt: skip
    Offer.objects.filter(pk=made.pk).update(message=message)
    record("message.queued", by=by, on=message, template="T26")


def accept(*, offer_id: int, by: User) -> Case:
    """The client takes the place: the case goes on, and the match is done where nothing else stands before it."""
    with transaction.atomic():
        made = _open(offer_id, by)
        if made.until_at <= timezone.now():
            raise Refusal("This offer has lapsed, and the place is free again. Offer it anew if it still is.")
        _end(made, Offer.Status.ACCEPTED, by)
        row = made.reassignment
        chosen = {"clinician_id": made.hold.clinician_id}
        known = {**row.known, "match": {**row.known.get("match", {}), **chosen}}
        Reassignment.objects.filter(pk=row.pk).update(known=known)
        case = engine.reopen(case_id=row.case_id, because=f"Takes the place with {made.hold.clinician}.", by=by)
        _match(case, {**_NO_WISHES, **known["match"]}, by)
    return case


_NO_WISHES = {"specialties": "", "language": "", "gender": "", "modality": "", "times": ""}


def _match(case: Case, fields: dict[str, object], by: User) -> None:
    """Tick the match with the place that is held. Where a step before it is open again, the CSR comes back to it."""
    tick = Tick.objects.filter(case=case, step="match").first()
    try:
        with transaction.atomic():
            engine.tick(case_id=case.pk, step_key="match", fields=fields, version=tick.version if tick else 0, by=by)
    except Refusal:
        return


def decline(*, offer_id: int, by: User) -> Offer:
    """The client does not want this place: it is free again, and the client goes on waiting."""
    with transaction.atomic():
        made = _open(offer_id, by)
        _end(made, Offer.Status.DECLINED, by)
        give_back(made)
        words = f"The place with {made.hold.clinician} was declined."
        engine.write(made.reassignment.case, "declined", words, by=by)
    return made


def _open(offer_id: int, by: User) -> Offer:
    require(by, Can.WORK_REASSIGNMENTS)
    rows = Offer.objects.select_related("reassignment__case", "hold__clinician")
    made = rows.filter(pk=offer_id).first()
    if made is None:
        raise NotThere("There is no such offer.")
    # As for every deed on a case: its row first, so that two people take turns.
    if not Case.objects.select_for_update(of=("self",)).filter(pk=made.reassignment.case_id).exists():
        raise Stale("This case is gone.")
    made.refresh_from_db(fields=["status"])
    return made


def _end(made: Offer, status: str, by: User | None) -> None:
    move(made, status, ended_at=timezone.now())
    record(f"offer.{status}", by=by, on=made)


def give_back(made: Offer) -> None:
    """The place that an offer kept is free again."""
    release(made.hold)
    Reassignment.objects.filter(pk=made.reassignment_id, hold=made.hold_id).update(hold=None)


def end_with_case(row: Reassignment, by: User) -> None:
    """An offer does not outlive the case."""
    for made in Offer.objects.filter(reassignment=row, status=Offer.Status.OPEN).select_related("hold"):
        _end(made, Offer.Status.DECLINED, by)
        give_back(made)
