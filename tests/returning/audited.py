"""The deeds of a return and of any case, for the audit's test."""

from collections.abc import Callable

from lwg_intake import dates
from lwg_intake.checklists import actions as cases
from lwg_intake.records.models import Balance
from returning import actions as returning
from tests.factories.records import ClientFactory
from tests.returning.conftest import former
from tests.returning.deeds import do, start, up_to_complete, up_to_match, visit

Deed = Callable[[], object]


def case_of(p, *steps):
    case = start(p, former())
    for step in steps:
        do(case, step, p.csr)
    return case


def matched(p):
    case = start(p, former())
    up_to_match(case, p)
    do(case, "match", p.csr, clinician_id=p.duarte.pk)
    return case


def scheduled(p):
    case = matched(p)
    do(case, "schedule", p.csr, **visit())
    return case


def assigned(p):
    case = scheduled(p)
    do(case, "assignment", p.csr, started_on=dates.today().isoformat())
    return case


def ticking(key: str, prepare: Callable, **fields) -> Callable[[object], Deed]:
    def deed(p) -> Deed:
        case = prepare(p)
        return lambda: do(case, key, p.csr, **fields)

    return deed


def _start(p):
    client = former()
    return lambda: start(p, client)


def _untick(p):
    case = case_of(p, "ending")
    return lambda: cases.untick(case_id=case.pk, step_key="ending", because="wrong", version=1, by=p.csr)


def _unmatch(p):
    case = matched(p)
    return lambda: cases.untick(case_id=case.pk, step_key="match", because="wrong", version=1, by=p.csr)


def _answer(p):
    case = case_of(p)
    question = cases.ask(case_id=case.pk, step_key="balance", to="billing", text="Is it?", by=p.csr)
    return lambda: cases.answer(question_id=question.pk, text="Yes.", by=p.billing)


def _ask(p):
    case = case_of(p)
    return lambda: cases.ask(case_id=case.pk, step_key="balance", to="billing", text="Is it?", by=p.csr)


def _leave(p):
    case = scheduled(p)
    return lambda: cases.leave(case_id=case.pk, way="withdrew", because="Moved", by=p.csr)


def _reopen(p):
    case = case_of(p)
    cases.leave(case_id=case.pk, way="withdrew", because="Moved", by=p.csr)
    return lambda: cases.reopen(case_id=case.pk, because="Came back", by=p.csr)


def _complete(p):
    case = case_of(p)
    up_to_match(case, p)
    up_to_complete(case, p, p.duarte)
    return lambda: cases.complete(case_id=case.pk, by=p.csr)


def _decide(p):
    case = start(p, former(category="C"))
    do(case, "ending", p.csr, category="C")
    said = {"decision": "conditions", "conditions": "Weekly", "because": "Stable"}
    return lambda: do(case, "decision", p.manager, **said)


def _match(p):
    case = start(p, former())
    up_to_match(case, p)
    return lambda: do(case, "match", p.csr, clinician_id=p.duarte.pk)


def _balance(p):
    case = case_of(p)
    Balance.objects.update(client=ClientFactory())
    return lambda: do(case, "balance", p.csr)


def _schedule(p):
    case = matched(p)
    return lambda: do(case, "schedule", p.csr, **visit())


def _assign(p):
    case = scheduled(p)
    return lambda: do(case, "assignment", p.csr, started_on=dates.today().isoformat())


def _remove(p):
    client = former()
    client.assignments.update(ended_on=None)
    case = start(p, client)
    up_to_match(case, p)
    do(case, "match", p.csr, clinician_id=p.duarte.pk)
    return lambda: do(case, "removal", p.csr)


MODULES = {"cases": cases, "returning": returning}
# Called inside a deed that writes the event; or, for a draft, no deed at all: nobody but its writer ever sees it.
PARTS = {
    "cases.open_case", "cases.write", "cases.save_draft", "cases.save_question",
    "returning.left", "returning.reopened", "returning.finished", "returning.touched",
}  # fmt: skip
DEEDS: dict[str, tuple[Callable[[object], Deed], set[str]]] = {
    "returning.start": (_start, {"case.started"}),
    "cases.tick ending": (ticking("ending", case_of), {"case.ticked"}),
    "cases.tick waiting": (ticking("ending", case_of, waiting=True), {"case.waiting"}),
    "cases.tick changed": (ticking("ending", lambda p: case_of(p, "ending"), category="B"), {"case.changed"}),
    "cases.tick decision": (_decide, {"case.ticked", "return.decided"}),
    "cases.tick demographics": (ticking("demographics", case_of, city="Bowie"), {"case.ticked", "client.changed"}),
    "cases.tick insurance": (ticking("insurance", case_of), {"case.ticked", "insurance.confirmed"}),
    "cases.tick balance": (_balance, {"case.ticked", "balance.seen"}),
    "cases.tick portal": (ticking("portal", case_of), {"case.ticked", "portal.confirmed"}),
    "cases.tick match": (_match, {"case.ticked", "place.held"}),
    "cases.tick schedule": (_schedule, {"case.ticked", "appointment.scheduled"}),
    "cases.tick assignment": (_assign, {"case.ticked", "assignment.made"}),
    "cases.tick notice": (ticking("notice", assigned), {"case.ticked", "message.queued"}),
    "cases.tick removal": (_remove, {"case.ticked", "removal.asked"}),
    "cases.untick": (_untick, {"case.unticked"}),
    "cases.untick match": (_unmatch, {"case.unticked"}),
    "cases.ask": (_ask, {"case.asked"}),
    "cases.answer": (_answer, {"case.answered"}),
    "cases.leave": (_leave, {"case.left", "appointment.taken_back"}),
    "cases.reopen": (_reopen, {"case.reopened"}),
    "cases.complete": (_complete, {"case.completed"}),
}
