"""The e-mail to all clients of a departure (T15): once for each, stopped and resumed at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal, Stale
from lwg_intake.messages import actions as outbox_actions
from lwg_intake.messages import outbox
from lwg_intake.messages.models import Message
from lwg_intake.messages.reaching import reach
from lwg_intake.messages.texts import Text
from lwg_intake.records.models import Client
from reassignment.actions.departures import prefix, running
from reassignment.models import Departure, Mailing, RosterRow
from reassignment.rules.departures import Kind, Outcome

_STAY = (
    "- go on with another clinician here: tell us what matters to you, and we look for who fits;\n"
    "- go on with a certain clinician here, if you have one in mind;\n"
)
OPTIONS = {
    Kind.RESIGNATION: _STAY + "- follow your clinician, pause, or be referred elsewhere: we help with the steps.",
    Kind.LEAVE: _STAY + "- pause until your clinician is back, or be referred elsewhere: we help with the steps.",
}


def usual_options(departure: Departure) -> str:
    """What the clients can choose, as it stands in the e-mail until somebody changes it. Nobody follows to a leave."""
    return OPTIONS[Kind(departure.kind)]


def words(client: Client, departure: Departure, options: str, reply_by_on: date) -> Text:
    """The e-mail as this client would get it."""
    return outbox.compose("T15", client=client, **_given(departure, options, reply_by_on))


def _given(departure: Departure, options: str, reply_by_on: date) -> dict[str, str]:
    return {
        "clinician_name": str(departure.clinician),
        "leaving": _leaving(departure),
        "last_day": f"{departure.last_day:%B %-d, %Y}",
        "options": options,
        "reply_by": f"{reply_by_on:%A, %B %-d}",
    }


def _leaving(departure: Departure) -> str:
    if departure.kind == Kind.RESIGNATION:
        return f"is leaving {settings.PRACTICE_NAME}"
    back = f" and plans to be back on {departure.back_on:%B %-d, %Y}" if departure.back_on else ""
    return f"is going on leave{back}"


def start(*, departure_id: int, options: str, reply_by_on: date, by: User) -> Mailing:
    """Write to every client of the roster who is not struck, by e-mail where they allow it; the others are listed.

    Raises Stale when it was started already, and Refusal for an empty text or a day that has gone by.
    """
    if not options.strip():
        raise Refusal("Write down what the clients can choose.")
    if reply_by_on <= dates.today():
        raise Refusal("Choose a day after today by which the clients are to answer.")
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        try:
            with transaction.atomic():
                mailing = Mailing.objects.create(
                    departure=departure, options=options.strip(), reply_by_on=reply_by_on, started_by=by
                )
        except IntegrityError as error:
            first = Mailing.objects.select_related("started_by").get(departure=departure)
            raise Stale(
                f"{first.started_by} started this e-mail already, at {dates.local(first.started_at):%-I:%M %p}. "
                "Nobody gets it twice."
            ) from error
        written = _write_rest(departure, mailing)
        record("mailing.started", by=by, on=mailing, departure=departure.pk, written=written)
    return mailing


def write_rest(*, departure_id: int, by: User) -> int:
    """Write to those who joined the roster since, or whose address was corrected; how many."""
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        mailing = _mailing(departure)
        if mailing.stopped_at:
            raise Refusal("The e-mail is stopped. Resume it first.")
        written = _write_rest(departure, mailing)
        record("mailing.continued", by=by, on=mailing, departure=departure.pk, written=written)
    return written


def _write_rest(departure: Departure, mailing: Mailing) -> int:
    given = _given(departure, mailing.options, mailing.reply_by_on)
    rows = departure.rows.filter(mail__isnull=True, status=Outcome.PENDING).select_related("assignment__client")
    written = 0
    for row in rows.order_by("pk"):
        # One e-mail for a client who has two services with this clinician.
        key = f"{prefix(departure)}T15-{row.assignment.client_id}"
        try:
            message = outbox.write("T15", key=key, client=row.assignment.client, **given)
        except Refusal as refused:
            RosterRow.objects.filter(pk=row.pk).update(unmailed_because=f"To be rung or posted. {refused}"[:200])
        else:
            RosterRow.objects.filter(pk=row.pk).update(mail=message, unmailed_because="")
            written += 1
    return written


def stop(*, departure_id: int, because: str, by: User) -> int:
    """Hold back at once what has not left; how many. Raises Refusal without a reason."""
    return _switch(departure_id, by, "mailing.stopped", {"stopped_by": by, "stopped_at": timezone.now()},
                   lambda key: outbox_actions.hold(prefix=key, because=because, by=by))  # fmt: skip


def resume(*, departure_id: int, by: User) -> int:
    """Let the rest go; how many."""
    return _switch(departure_id, by, "mailing.resumed", {"stopped_by": None, "stopped_at": None},
                   lambda key: outbox_actions.resume(prefix=key, by=by))  # fmt: skip


def _switch(departure_id: int, by: User, verb: str, fields: dict[str, object], deed: Callable[[str], int]) -> int:
    with transaction.atomic():
        departure = running(departure_id, by, Can.RUN_DEPARTURES)
        mailing = _mailing(departure)
        count = deed(f"{prefix(departure)}T15-")
        Mailing.objects.filter(pk=mailing.pk).update(**fields)
        record(verb, by=by, on=mailing, departure=departure.pk, messages=count)
    return count


def _mailing(departure: Departure) -> Mailing:
    mailing = Mailing.objects.filter(departure=departure).first()
    if mailing is None:
        raise Refusal("The e-mail to the clients was not started yet.")
    return mailing


TOLD = (Message.Status.SENT, Message.Status.SENDING, Message.Status.BOUNCED)


def correction(row: RosterRow) -> Text:
    """The draft that puts it right for a client who was told of a departure that is withdrawn."""
    client, clinician = row.assignment.client, row.departure.clinician
    given = outbox.compose("T15", client=client, **_given(row.departure, "-", row.departure.last_day))
    body = (
        f"Dear {client.called},\n\nwe wrote to you that {clinician} would leave. This has changed: {clinician} stays, "
        "and nothing changes for you. Your appointments stand as they are.\n\nWe are sorry for the unrest. If you "
        "have any question, call us or write through the portal.\n\nWarm regards,\nyour front desk"
    )
    return Text("T15", given.subject, body, given.channel, given.version)


def correct(*, row_id: int, by: User) -> Message:
    """Send the correction to a client who was told. Raises Refusal where nothing was sent or e-mail is not allowed."""
    require(by, Can.RUN_DEPARTURES)
    with transaction.atomic():
        row = _told().filter(pk=row_id).first()
        if row is None:
            raise Refusal("This client was not written to about a departure that is withdrawn: nothing is to correct.")
        return _correct(row, by)


def correct_all(*, departure_id: int, by: User) -> tuple[int, list[str]]:
    """Send the correction to everyone who was told and has not got it; how many, and who cannot be e-mailed any more.

    Raises Refusal when nobody is left to write to.
    """
    require(by, Can.RUN_DEPARTURES)
    written, by_hand = 0, []
    with transaction.atomic():
        told = list(_told().filter(departure=departure_id).order_by("pk"))
        keys = {correction_key(row) for row in told}
        done = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
        for row in told:
            # One correction for a client who has two services with this clinician.
            if (key := correction_key(row)) in done:
                continue
            done.add(key)
            try:
                _correct(row, by)
            except Refusal:
                by_hand.append(row.assignment.client.name)
            else:
                written += 1
        if not written and not by_hand:
            raise Refusal("Everyone who was told has the correction already.")
        record("mailing.corrected", by=by, on=told[0].departure, written=written)
    return written, by_hand


def correction_key(row: RosterRow) -> str:
    return f"departure-{row.departure_id}-correction-{row.assignment.client_id}"


def _told() -> QuerySet[RosterRow]:
    return (
        RosterRow.objects.select_for_update(of=("self",))
        .select_related("departure__clinician", "assignment__client", "mail")
        .filter(departure__status=Departure.Status.WITHDRAWN, mail__status__in=TOLD)
    )


def _correct(row: RosterRow, by: User) -> Message:
    client = row.assignment.client
    found = reach(client, "email")
    if found.refused:
        raise Refusal(found.refused)
    message = outbox.queue(correction(row), to=found.to, key=correction_key(row), client=client)
    record("message.queued", by=by, on=message, client_id=client.pk, template="T15", correction=True)
    return message
