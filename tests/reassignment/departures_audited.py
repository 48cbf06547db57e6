"""The deeds of a departure, for the audit's test."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from lwg_intake import dates
from lwg_intake.messages.models import Message
from reassignment.actions import departures, ladder, mailing, roster, sheet
from reassignment.models import RosterRow
from reassignment.selectors.sheet import Entry
from tests.factories.departures import AttemptFactory
from tests.factories.records import AppointmentFactory, ClinicianFactory
from tests.reassignment.leaving import Leaving, leaving

Deed = Callable[[], object]
Prepare = Callable[[Any], Deed]


def _row(deed: Callable[..., object], *before: Callable[[Leaving], object], **said: Any) -> Prepare:
    """A deed on the only row, after what has to come before, as the transition manager does it."""

    def prepare(_: Any) -> Deed:
        p = leaving(1)
        for step in before:
            step(p)
        row = RosterRow.objects.get(departure=p.departure)
        more = {"version": row.version} if "version" in deed.__annotations__ else {}
        return lambda: deed(row_id=row.pk, by=p.manager, **more, **said)

    return prepare


def _whole(deed: Callable[..., object], *before: Callable[[Leaving], object], **said: Any) -> Prepare:
    def prepare(_: Any) -> Deed:
        p = leaving(1)
        for step in before:
            step(p)
        return lambda: deed(departure_id=p.departure.pk, by=p.manager, **said)

    return prepare


def _open(_: Any) -> Deed:
    p = leaving(0)
    leaver = ClinicianFactory()
    return lambda: departures.open_departure(
        clinician_id=leaver.pk, kind="resignation", notice_on=dates.today(), last_day=dates.today(), by=p.manager
    )


def _add(_: Any) -> Deed:
    p = leaving(0)
    visit = AppointmentFactory(clinician=p.clinician)
    return lambda: roster.add(departure_id=p.departure.pk, client_ref=visit.client.ref, service="", by=p.therapist)


def _wish(preference: str) -> Callable[[Leaving], object]:
    return lambda p: roster.write_preference(
        row_id=p.rows[0].pk, talked_on=None, preference=preference, wanted_id=None, note="", version=1, by=p.manager
    )


def _strike(p: Leaving) -> object:
    return roster.strike(row_id=p.rows[0].pk, because="Ended", version=1, by=p.manager)


def _settle(p: Leaving) -> object:
    return roster.settle(row_id=p.rows[0].pk, with_words="Release signed", version=2, by=p.manager)


def _tried(*rungs: str) -> Callable[[Leaving], object]:
    def step(p: Leaving) -> None:
        begin = timezone.now() - timedelta(days=3)
        p.departure.rows.update(ladder_from_at=begin)
        for rung in rungs:
            AttemptFactory(row=p.rows[0], rung=rung, at=begin)

    return step


def _mailed(p: Leaving) -> object:
    return mailing.start(departure_id=p.departure.pk, by=p.manager, **MAIL)


def _told(p: Leaving) -> object:
    Message.objects.filter(template="T15").update(status="sent", sent_at=timezone.now())
    return departures.withdraw(departure_id=p.departure.pk, because="Stays", by=p.manager)


def _came_back(_: Any) -> Deed:
    p = leaving(0)
    leaver = ClinicianFactory()
    made = departures.open_departure(
        clinician_id=leaver.pk, kind="leave", notice_on=dates.today(), last_day=dates.today(), by=p.manager
    )
    departures.close(departure_id=made.pk, by=p.manager)
    return lambda: departures.come_back(departure_id=made.pk, by=p.manager)


def _sheet(_: Any) -> Deed:
    p = leaving(1)
    said = Entry("yes", "", "", "Pause", "", "")
    return lambda: sheet.apply(departure_id=p.departure.pk, wanted=[(p.rows[0].pk, 1, said)], by=p.therapist)


MAIL = {"options": "Choose", "reply_by_on": dates.today() + timedelta(days=3)}
CALLS = _tried("call", "call")
WISH = {"talked_on": None, "preference": "any", "wanted_id": None, "note": ""}

DEEDS: dict[str, tuple[Prepare, set[str]]] = {
    "departures.open_departure": (_open, {"departure.opened"}),
    "departures.ask_to_verify": (_whole(departures.ask_to_verify), {"departure.asked"}),
    "roster.verify": (_whole(roster.verify), {"departure.verified", "roster.changed"}),
    "departures.review": (_whole(departures.review), {"departure.reviewed"}),
    "departures.close": (_whole(departures.close, _strike), {"departure.closed"}),
    "departures.withdraw": (_whole(departures.withdraw, because="Stays"), {"departure.withdrawn"}),
    "departures.come_back": (_came_back, {"departure.came_back"}),
    "roster.confirm": (_row(roster.confirm), {"roster.changed"}),
    "roster.strike": (_row(roster.strike, because="Ended"), {"roster.changed"}),
    "roster.restore": (_row(roster.restore, _strike), {"roster.changed"}),
    "roster.add": (_add, {"roster.added", "assignment.made"}),
    "roster.write_preference": (_row(roster.write_preference, **WISH), {"roster.changed"}),
    "roster.settle": (_row(roster.settle, _wish("follow"), with_words="Release"), {"roster.changed", "handover.asked"}),
    "roster.unsettle": (
        _row(roster.unsettle, _wish("follow"), _settle, because="Stays here"), {"roster.changed", "handover.withdrawn"},
    ),
    "roster.reassign": (_row(roster.reassign, _wish("any")), {"reassignment.opened", "roster.changed"}),
    "ladder.claim": (_row(ladder.claim), {"roster.claimed"}),
    "ladder.let_go": (_row(ladder.let_go), {"roster.let_go"}),
    "ladder.log_call": (_row(ladder.log_call, outcome="reached"), {"contact.written", "roster.changed"}),
    "ladder.write_to": (_row(ladder.write_to, CALLS, rung="email"), {"contact.written", "roster.changed"}),
    "ladder.write_otherwise": (
        _row(ladder.write_otherwise, CALLS, rung="text", channel="portal"), {"contact.written", "roster.changed"},
    ),
    "ladder.rang_back": (_row(ladder.rang_back), {"contact.written", "roster.changed"}),
    "ladder.ring_again": (_row(ladder.ring_again), {"roster.changed"}),
    "ladder.ask_end": (
        _row(ladder.ask_end, _tried("call", "call", "email", "text")), {"handover.asked", "roster.changed"},
    ),
    "mailing.start": (_whole(mailing.start, **MAIL), {"mailing.started"}),
    "mailing.write_rest": (_whole(mailing.write_rest, _mailed), {"mailing.continued"}),
    "mailing.stop": (_whole(mailing.stop, _mailed, because="Wrong"), {"mailing.stopped", "messages.held"}),
    "mailing.resume": (_whole(mailing.resume, _mailed), {"mailing.resumed", "messages.resumed"}),
    "mailing.correct": (_row(mailing.correct, _mailed, _told), {"message.queued"}),
    "mailing.correct_all": (_whole(mailing.correct_all, _mailed, _told), {"mailing.corrected", "message.queued"}),
    "sheet.apply": (_sheet, {"roster.sheet_applied", "roster.changed"}),
}  # fmt: skip
MODULES = {"departures": departures, "roster": roster, "ladder": ladder, "mailing": mailing, "sheet": sheet}
# Called inside a deed that writes the event, or only asking.
PARTS = {
    "departures.put_on", "departures.running", "departures.is_own", "roster.seize", "roster.change",
    "roster.ask_close", "roster.withdraw_close",
}  # fmt: skip
