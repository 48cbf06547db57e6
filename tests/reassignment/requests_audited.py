"""The deeds of a request for another clinician, for the audit's test."""

from collections.abc import Callable
from typing import Any

from lwg_intake import dates
from lwg_intake.checklists import actions as cases
from lwg_intake.checklists import saved
from reassignment.actions import offers, requests
from tests.factories.caseload import HandoverFactory
from tests.factories.cases import SavedViewFactory
from tests.factories.records import DocumentFactory
from tests.reassignment.requests_deeds import do, in_care, make_practice, start, up_to_assigned, up_to_match

Deed = Callable[[], object]


def _open(_: Any) -> Deed:
    p = make_practice()
    assignment = in_care(p)
    return lambda: start(p, assignment)


def _handover(deed: Callable[..., object], **said: Any) -> Callable[[Any], Deed]:
    def prepare(_: Any) -> Deed:
        p = make_practice()
        asked = HandoverFactory(assignment=in_care(p))
        return lambda: deed(handover_id=asked.pk, by=p.csr, **said)

    return prepare


def _waits(p: Any) -> Any:
    case = start(p, in_care(p))
    up_to_match(case, p)
    return cases.leave(case_id=case.pk, way="waitlist", because="Full", by=p.csr)


def _offer(_: Any) -> Deed:
    p = make_practice()
    case = _waits(p)
    return lambda: offers.offer(case_id=case.pk, clinician_id=p.new.pk, by=p.csr)


def _offered(deed: Callable[..., object]) -> Callable[[Any], Deed]:
    def prepare(_: Any) -> Deed:
        p = make_practice()
        made = offers.offer(case_id=_waits(p).pk, clinician_id=p.new.pk, by=p.csr)
        return lambda: deed(offer_id=made.pk, by=p.csr)

    return prepare


def _assigned(key: str, **fields: Any) -> Callable[[Any], Deed]:
    def prepare(_: Any) -> Deed:
        p = make_practice()
        assignment = in_care(p)
        DocumentFactory(client=assignment.client, clinician=p.old, kind="About Me")
        case = start(p, assignment)
        up_to_assigned(case, p, on=dates.today().isoformat())
        if key == "first_visit":
            do(case, "notice", p.csr)
        return lambda: do(case, key, p.csr, **fields)

    return prepare


def _close_instead(_: Any) -> Deed:
    p = make_practice()
    case = start(p, in_care(p))
    return lambda: cases.leave(case_id=case.pk, way="closed_instead", because="Stops", by=p.csr)


def _save_view(p: Any) -> Deed:
    return lambda: saved.save_view(tracker="tracker", name="Mine", query="category=B", by=p.csr)


def _forget_view(p: Any) -> Deed:
    view = SavedViewFactory(by=p.csr)
    return lambda: saved.forget_view(view_id=view.pk, by=p.csr)


MODULES = {"requests": requests, "offers": offers, "saved": saved}
DEEDS: dict[str, tuple[Callable[[Any], Deed], set[str]]] = {
    "saved.save_view": (_save_view, {"view.saved"}),
    "saved.forget_view": (_forget_view, {"view.forgotten"}),
    "requests.open_reassignment": (_open, {"case.started", "reassignment.opened"}),
    "requests.take_up": (_handover(requests.take_up, reason="fit"), {"handover.taken_up", "case.started"}),
    "requests.put_aside": (_handover(requests.put_aside, because="Stays"), {"handover.put_aside"}),
    "offers.offer": (_offer, {"offer.made", "case.offered"}),
    "offers.accept": (_offered(offers.accept), {"offer.accepted", "case.reopened", "place.held"}),
    "offers.decline": (_offered(offers.decline), {"offer.declined", "case.declined"}),
    "cases.tick both told": (_assigned("notice"), {"case.ticked", "message.queued"}),
    "cases.tick new_forms": (_assigned("new_forms", sent=["About Me"]), {"case.ticked", "forms.sent"}),
    "cases.tick first_visit": (
        _assigned("first_visit", how="kept", on=dates.today().isoformat()),
        {"case.ticked", "appointment.seen"},
    ),
    "cases.leave closed instead": (_close_instead, {"case.left", "handover.asked"}),
}
# Called inside a deed that writes the event.
PARTS = {
    "requests.left", "requests.reopened", "requests.finished", "requests.touched", "offers.end_with_case",
}  # fmt: skip
