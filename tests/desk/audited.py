"""The deeds of the desk itself, for the audit's test."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.desk.actions import money, people, removals, retention, search, trail
from lwg_intake.desk.trail import Asked
from lwg_intake.policy import values as policy
from tests.factories.access import UserFactory
from tests.factories.records import (
    ArrangementFactory,
    BalanceFactory,
    ClientFactory,
    RemovalFactory,
    TerminationFactory,
)
from tests.returning.conftest import former

Deed = Callable[[], object]


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


MODULES = {"money": money, "people": people, "removals": removals, "search": search, "policy": policy,
           "retention": retention, "trail": trail}  # fmt: skip
PARTS: set[str] = set()
DEEDS: dict[str, tuple[Callable[[object], Deed], set[str]]] = {
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
    "retention.set_hold": (_set_hold, {"hold.set"}),
    "retention.lift_hold": (_lift_hold, {"hold.lifted"}),
    "retention.decide": (_decide_record, {"retention.decided"}),
    "retention.look": (lambda p: lambda: retention.look(number=None, by=p.manager), {"retention.opened"}),
    "retention.look_at_holds": (
        lambda p: lambda: retention.look_at_holds(number=None, by=p.manager),
        {"holds.opened"},
    ),
    "trail.look": (lambda p: lambda: trail.look(asked=Asked(), before=None, by=p.manager), {"trail.opened"}),
    "trail.take_out": (lambda p: lambda: trail.take_out(asked=Asked(), by=p.manager), {"trail.exported"}),
    "trail.take_out_own": (lambda p: lambda: trail.take_out_own(asked=Asked(), by=p.csr), {"trail.exported"}),
    "policy.change": (
        lambda p: (
            lambda: policy.change(
                key="severe_misses", value=4, effective_on=dates.today() + timedelta(days=1), note="", by=p.manager
            )
        ),
        {"policy.changed"},
    ),
}
