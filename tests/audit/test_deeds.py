"""Every deed of a person writes its event, and an event that cannot be written undoes the deed."""

import inspect
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists import actions as cases
from lwg_intake.desk.actions import money, people, removals, retention, search, trail
from lwg_intake.desk.trail import Asked
from lwg_intake.imports import actions as imports
from lwg_intake.imports.kinds import Mapping
from lwg_intake.imports.uploads import Upload
from lwg_intake.messages import actions as messages
from lwg_intake.policy import values as policy
from lwg_intake.records.models import Balance
from returning import actions as returning
from tests.caseload import audited
from tests.factories.access import UserFactory
from tests.factories.imports import PersonFactory, RunFileFactory
from tests.factories.messages import IncomingTextFactory, MessageFactory, WordingFactory
from tests.factories.records import (
    ArrangementFactory,
    BalanceFactory,
    ClientFactory,
    RemovalFactory,
    TerminationFactory,
)
from tests.reassignment import departures_audited, requests_audited
from tests.returning.conftest import former
from tests.returning.deeds import do, start, up_to_complete, up_to_match, visit

pytestmark = pytest.mark.django_db
OURS = ("audit", "access", "policy", "records", "imports", "checklists", "outbox", "returning", "caseload",
        "reassignment")  # fmt: skip
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


def _set_balance(p):
    client = ClientFactory()
    new = {"amount": Decimal(5), "no_show_fees": Decimal(0)}
    return lambda: money.set_balance(client_id=client.pk, by=p.billing, **new)


def _arrange(p):
    owing = BalanceFactory(amount=Decimal(5))
    return lambda: money.arrange(client_id=owing.client_id, terms="$1 a week", by=p.billing)


def _end_arrangement(p):
    arrangement = ArrangementFactory(made_by=p.billing)
    return lambda: money.end_arrangement(arrangement_id=arrangement.pk, by=p.billing)


def _removal(deed):
    def prepare(p):
        removal = RemovalFactory()
        return lambda: deed(removal_id=removal.pk, by=p.manager)

    return prepare


def _person(deed: Callable, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        admin, other = UserFactory(roles=[Role.ADMINISTRATOR]), UserFactory()
        if deed is people.reset_second_factor:
            from allauth.mfa.models import Authenticator

            Authenticator.objects.create(user=other, type="totp", data={})
        if deed is people.open_account:
            people.close_account(by=admin, person=other.pk)
        if deed is people.change_person:
            was = people.seen(User.objects.get(pk=other.pk))
            return lambda: deed(by=admin, person=other.pk, was=was, email=other.email, clinician=None, **fields)
        if deed is people.note_password_link:
            return lambda: deed(by=admin, person=other)
        return lambda: deed(by=admin, **fields or {"person": other.pk})

    return prepare


def _set_hold(p):
    client = former()
    return lambda: retention.set_hold(client_id=client.pk, because="Subpoena", by=p.manager)


def _lift_hold(p):
    client = former()
    retention.set_hold(client_id=client.pk, because="Subpoena", by=p.manager)
    return lambda: retention.lift_hold(client_id=client.pk, because="Settled", by=p.manager)


def _decide_record(p):
    client = TerminationFactory(ended_on=date(2010, 1, 1), client__dob=date(1970, 1, 1)).client
    return lambda: retention.decide(client_id=client.pk, outcome="kept", because="A sibling is here", by=p.manager)


NEW = {"first_name": "New", "last_name": "Colleague", "roles": ["csr"]}


def _message(deed: Callable, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        sent = {"status": "sent", "sent_at": timezone.now()} if deed is messages.mark_bounced else {}
        failed = {"status": "failed"} if deed is messages.send_again else {}
        message = MessageFactory(template="T22", client=ClientFactory(email="mari@example.org"), **sent, **failed)
        return lambda: deed(message_id=message.pk, by=p.manager, **fields)

    return prepare


def _mailing(deed: Callable, status: str, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        MessageFactory(key="T15-departure-1-client-1", status=status)
        return lambda: deed(prefix="T15-departure-1-", by=p.manager, **fields)

    return prepare


def _settle(p):
    client, text = ClientFactory(), IncomingTextFactory()
    return lambda: messages.settle(text_id=text.pk, client_ref=client.ref, by=p.manager)


def _words(deed: Callable, **fields) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        words = {"template": "T19", "channel": "text"}
        if deed is messages.restore:
            WordingFactory(**words)
            return lambda: deed(**words, version=0, after=1, by=p.manager)
        words |= {"subject": "", "body": "Ring us: $callback. Reply STOP to end texts."}
        if deed is messages.preview:
            client = ClientFactory()
            return lambda: deed(**words, client_ref=client.ref, by=p.manager)
        return lambda: deed(**words, note="", after=0, by=p.manager)

    return prepare


# Each deed by its action (and, for a tick, the step), with the events that it writes.
def _upload(p):
    by = UserFactory(roles=["administrator"])
    return lambda: imports.upload(uploads=[Upload.of("clients.csv", b"client_ref\nLW-1\n")], by=by)


def importing(deed: Callable, status: str) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        file = RunFileFactory(run__status=status)
        named = {"file_id": file.pk} if deed is imports.believe_windows else {"run_id": file.run.pk}
        return lambda: deed(**named, by=file.run.by)

    return prepare


def _say_columns(p):
    file = RunFileFactory(file="", header=["Who", "Phone"])
    mapping = Mapping("clients", {"client": 0, "phone": 1})
    return lambda: imports.say_columns(file_id=file.pk, mapping=mapping, by=file.run.by)


def _decide_person(p):
    person = PersonFactory()
    file = RunFileFactory(doubts=[person.pk])
    return lambda: imports.decide(run_id=file.run_id, person_id=person.pk, verdict="skipped", by=file.run.by)


DEEDS: dict[str, tuple[Callable[[object], Deed], set[str]]] = {
    "imports.say_columns": (_say_columns, {"import.mapped"}),
    "imports.decide": (_decide_person, {"import.person_decided"}),
    "imports.upload": (_upload, {"import.uploaded"}),
    "imports.believe_windows": (importing(imports.believe_windows, "checked"), {"import.windows"}),
    "imports.check_again": (importing(imports.check_again, "checked"), {"import.checked_again"}),
    "imports.apply": (importing(imports.apply, "checked"), {"import.applied"}),
    "imports.discard": (importing(imports.discard, "checked"), {"import.discarded"}),
    "imports.take_back": (importing(imports.take_back, "applied"), {"import.undo_asked"}),
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
    "money.set_balance": (_set_balance, {"balance.set"}),
    "money.arrange": (_arrange, {"arrangement.made"}),
    "money.end_arrangement": (_end_arrangement, {"arrangement.ended"}),
    "removals.mark_done": (_removal(removals.mark_done), {"removal.done"}),
    "removals.withdraw": (_removal(removals.withdraw), {"removal.withdrawn"}),
    "people.add_person": (_person(people.add_person, email="new@example.com", **NEW), {"person.added"}),
    "people.change_person": (_person(people.change_person, **NEW), {"person.changed"}),
    "people.close_account": (_person(people.close_account), {"person.closed"}),
    "people.open_account": (_person(people.open_account), {"person.opened"}),
    "people.reset_second_factor": (_person(people.reset_second_factor), {"person.second_factor_reset"}),
    "people.note_password_link": (_person(people.note_password_link), {"person.password_link"}),
    "search.search": (lambda p: lambda: search.search("quintero", by=p.csr), {"clients.searched"}),
    "messages.hold": (_mailing(messages.hold, "queued", because="Wrong"), {"messages.held"}),
    "messages.resume": (_mailing(messages.resume, "held"), {"messages.resumed"}),
    "messages.hold_one": (_message(messages.hold_one, because="Wrong"), {"messages.held"}),
    "messages.open_message": (_message(messages.open_message), {"message.opened"}),
    "messages.send_again": (_message(messages.send_again, confirmed=False), {"message.sent_again"}),
    "messages.send_failed_again": (
        lambda p: MessageFactory(status="failed") and (lambda: messages.send_failed_again(by=p.manager)),
        {"message.sent_again"},
    ),
    "messages.mark_bounced": (_message(messages.mark_bounced), {"message.bounced"}),
    "messages.settle": (_settle, {"text.settled", "text.received"}),
    "messages.write_words": (_words(messages.write_words), {"text.written"}),
    "messages.restore": (_words(messages.restore), {"text.written"}),
    "messages.preview": (_words(messages.preview), {"text.previewed"}),
    "retention.set_hold": (_set_hold, {"hold.set"}),
    "retention.lift_hold": (_lift_hold, {"hold.lifted"}),
    "retention.decide": (_decide_record, {"retention.decided"}),
    "retention.look": (lambda p: lambda: retention.look(after=0, by=p.manager), {"retention.opened"}),
    "trail.look": (lambda p: lambda: trail.look(asked=Asked(), before=None, by=p.manager), {"trail.opened"}),
    "trail.take_out": (lambda p: lambda: trail.take_out(asked=Asked(), by=p.manager), {"trail.exported"}),
    "trail.take_out_own": (lambda p: lambda: trail.take_out_own(asked=Asked(), by=p.csr), {"trail.exported"}),
    "policy.change": (
        lambda p: lambda: policy.change(
            key="severe_misses", value=4, effective_on=dates.today() + timedelta(days=1), note="", by=p.manager
        ),
        {"policy.changed"},
    ),
    **audited.DEEDS,
    **requests_audited.DEEDS,
    **departures_audited.DEEDS,
}  # fmt: skip

ACTIONS = {"cases": cases, "imports": imports, "messages": messages, "returning": returning, "money": money,
           "people": people, "removals": removals, "search": search, "policy": policy,
           "retention": retention, "trail": trail, **audited.MODULES, **requests_audited.MODULES,
           **departures_audited.MODULES}  # fmt: skip
# Called inside a deed that writes the event; or, for a draft, no deed at all: nobody but its writer ever sees it.
PARTS = {
    "messages.seen_client", "cases.open_case", "cases.write", "cases.save_draft",
    "returning.left", "returning.reopened", "returning.finished", "returning.touched", *audited.PARTS,
    *requests_audited.PARTS, *departures_audited.PARTS,
}  # fmt: skip


def test_every_action_is_among_the_deeds():
    """A new action that is not listed here has not shown that it is audited."""
    acting = {
        f"{name}.{function}"
        for name, module in ACTIONS.items()
        for function, made in inspect.getmembers(module, inspect.isfunction)
        if made.__module__ == module.__name__
        and not function.startswith("_")
        and "by" in inspect.signature(made).parameters
    }
    assert acting - PARTS == {name.split()[0] for name in DEEDS}


def everything() -> dict[str, str]:
    """A mark of each table's rows."""
    marks = {}
    with connection.cursor() as sql:
        for model in apps.get_models():
            if model._meta.app_label in OURS:
                table = model._meta.db_table
                sql.execute(f"SELECT md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {table} t")
                marks[table] = sql.fetchone()[0]
    return marks


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_writes_its_events_under_the_name_of_who_did_it(practice, name):
    prepare, verbs = DEEDS[name]
    deed = prepare(practice)
    last = max(Event.objects.values_list("pk", flat=True), default=0)
    deed()
    events = Event.objects.filter(pk__gt=last)
    assert verbs <= {event.verb for event in events}
    assert all(event.actor_id and event.actor_name for event in events)


@pytest.mark.parametrize("name", DEEDS)
def test_an_event_that_cannot_be_written_undoes_the_deed(practice, name, monkeypatch):
    deed = DEEDS[name][0](practice)
    before = everything()

    def broken(*args, **kwargs):
        raise RuntimeError("the audit is away")

    monkeypatch.setattr(Event.objects, "create", broken)
    with pytest.raises(RuntimeError, match="the audit is away"):
        deed()
    assert everything() == before
