"""The deeds of the caseload wing, for the audit's test: each as it is prepared, and the events that it writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from caseload import actions as caseload
from caseload.backfill import actions as backfill
from caseload.calls import actions as calls
from caseload.feeds import actions as feeds
from tests.caseload.deeds import ahead, assigned, make_practice, suggested
from tests.factories.caseload import BackfillEntryFactory, FreedPlaceFactory, HandoverFactory

Deed = Callable[[], object]


def _answer(answer: str, **said: Any) -> Callable[[Any], Deed]:
    def prepare(_: Any) -> Deed:
        p = make_practice()
        mine = suggested(p, "inactive")
        return lambda: caseload.answer(assignment_id=mine.pk, answer=answer, by=p.osei, **said)

    return prepare


def _start(_: Any) -> Deed:
    p = make_practice()
    mine = assigned(p)
    return lambda: caseload.start_closing(assignment_id=mine.pk, by=p.osei)


def _take_up(_: Any) -> Deed:
    p = make_practice()
    handover = HandoverFactory(kind="close", assignment=assigned(p))
    return lambda: caseload.take_up(handover_id=handover.pk, by=p.osei)


def _call(p: Any) -> Deed:
    who = assigned(make_practice())
    return lambda: calls.log_call(client_id=who.client_id, outcome="reached", about="reminder", after=0, by=p.csr)


def _take_back(p: Any) -> Deed:
    contact = _call(p)()
    return lambda: calls.take_back(contact_id=contact.pk, by=p.csr)  # type: ignore[attr-defined]


def _add(p: Any) -> Deed:
    who = assigned(make_practice())
    return lambda: backfill.add(assignment_id=who.pk, times=["Tue"], by=p.csr)


def _take_off(p: Any) -> Deed:
    entry = BackfillEntryFactory()
    return lambda: backfill.take_off(entry_id=entry.pk, because="no_longer", by=p.csr)


def _enter_place(p: Any) -> Deed:
    who = make_practice().clinician
    at = timezone.now() + timedelta(days=2)
    return lambda: backfill.enter_place(clinician_id=who.pk, starts_at=at, by=p.csr)


def _close_place(p: Any) -> Deed:
    place = FreedPlaceFactory()
    return lambda: backfill.close_place(key=f"place-{place.pk}", by=p.csr)


def _give(p: Any) -> Deed:
    place, entry = FreedPlaceFactory(), BackfillEntryFactory()
    return lambda: backfill.give(key=f"place-{place.pk}", entry_id=entry.pk, after=0, by=p.csr)


def _feed(revoked: bool) -> Callable[[Any], Deed]:
    def prepare(_: Any) -> Deed:
        osei = make_practice().osei
        if not revoked:
            return lambda: feeds.make(by=osei)
        feeds.make(by=osei)
        return lambda: feeds.revoke(by=osei)

    return prepare


MODULES = {"caseload": caseload, "calls": calls, "backfill": backfill, "feeds": feeds}
# `answer_all` is `answer` several times; the rest follow a tick.
PARTS = {
    "caseload.answer_all", "caseload.left", "caseload.reopened", "caseload.finished", "caseload.touched",
}  # fmt: skip
DEEDS: dict[str, tuple[Callable[[Any], Deed], set[str]]] = {
    "caseload.answer close": (_answer("close"), {"suggestion.answered", "case.started"}),
    "caseload.answer letter": (_answer("letter", on=ahead(14)), {"suggestion.answered", "contact.written"}),
    "caseload.answer keep": (_answer("keep", on=ahead(14), because="Away"), {"suggestion.answered"}),
    "caseload.answer reassign": (_answer("reassign", because="Evenings"), {"suggestion.answered", "handover.asked"}),
    "caseload.start_closing": (_start, {"case.started"}),
    "caseload.take_up": (_take_up, {"handover.taken_up", "case.started"}),
    "calls.log_call": (_call, {"contact.written"}),
    "calls.take_back": (_take_back, {"contact.written"}),
    "backfill.add": (_add, {"backfill.added"}),
    "backfill.take_off": (_take_off, {"backfill.ended"}),
    "backfill.enter_place": (_enter_place, {"place.freed"}),
    "backfill.close_place": (_close_place, {"place.closed"}),
    "backfill.give": (_give, {"place.given", "backfill.ended", "contact.written"}),
    "feeds.make": (_feed(False), {"calendar.made"}),
    "feeds.revoke": (_feed(True), {"calendar.revoked"}),
}
