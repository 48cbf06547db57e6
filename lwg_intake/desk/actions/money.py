"""What billing does about a balance (S0 step 4): clear it, or record an arrangement."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import wing_of
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.records.models import Arrangement, Balance, Client


def _client(client_id: int, by: User) -> Client:
    require(by, Can.CLEAR_BALANCES)
    client = Client.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=client_id).first()
    if client is None:
        raise NotThere("There is no such client, or none that you may see.")
    return client


def _tell_cases(client: Client, by: User) -> None:
    """The client's open cases show at once what billing did."""
    for case in Case.objects.filter(client=client, status__in=Case.OPEN).select_related("client"):
        wing_of(case.procedure).touched(case=case, by=by)


def set_balance(*, client_id: int, amount: Decimal, no_show_fees: Decimal, by: User) -> Balance:
    """The balance as TherapyNotes shows it now, in dollars. Raises Refusal for fees above the whole."""
    if no_show_fees > max(amount, Decimal(0)):
        raise Refusal("The no-show fees are part of the balance, and cannot be more than it.")
    with transaction.atomic():
        client = _client(client_id, by)
        balance, _ = Balance.objects.update_or_create(
            client=client, defaults={"amount": amount, "no_show_fees": no_show_fees, "as_of": dates.today()}
        )
        record("balance.set", by=by, on=balance, amount=str(amount), no_show_fees=str(no_show_fees))
        _tell_cases(client, by)
    return balance


def arrange(*, client_id: int, terms: str, by: User) -> Arrangement:
    """Record that the present balance does not stand in the way, and on which terms."""
    with transaction.atomic():
        client = _client(client_id, by)
        balance = Balance.objects.filter(client=client).first()
        if balance is None or balance.amount <= 0:
            raise Refusal("Nothing is owed, so there is nothing to arrange.")
        now = timezone.now()
        Arrangement.objects.filter(client=client, ended_at__isnull=True).update(ended_at=now, ended_by=by)
        arrangement = Arrangement.objects.create(client=client, amount=balance.amount, terms=terms, made_by=by)
        record("arrangement.made", by=by, on=arrangement, amount=str(balance.amount))
        _tell_cases(client, by)
    return arrangement


def end_arrangement(*, arrangement_id: int, by: User) -> Arrangement:
    """The arrangement no longer holds: the balance blocks again. Raises Stale when it was ended already."""
    with transaction.atomic():
        arrangement = Arrangement.objects.select_related("client").filter(pk=arrangement_id).first()
        if arrangement is None:
            raise NotThere("There is no such arrangement.")
        client = _client(arrangement.client_id, by)
        rows = Arrangement.objects.filter(pk=arrangement_id, ended_at__isnull=True)
        if not rows.update(ended_at=timezone.now(), ended_by=by):
            raise Stale("Someone else ended this arrangement first.")
        record("arrangement.ended", by=by, on=arrangement)
        _tell_cases(client, by)
    return arrangement
