"""What managers do about keeping records: legal holds, and decisions about what has passed its date."""

from typing import Any

from django.core.paginator import Page
from django.db import transaction
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.desk import retention
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.records.models import Client, LegalHold, RecordDecision
from lwg_intake.records.rules import Flag


def _client(client_id: int, by: User) -> Client:
    require(by, Can.KEEP_RECORDS)
    client = Client.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=client_id).first()
    if client is None:
        raise NotThere("There is no such client, or none that you may see.")
    return client


def _flag(client: Client, is_held: bool) -> None:
    rest = [flag for flag in client.flags if flag != Flag.HOLD]
    Client.objects.filter(pk=client.pk).update(flags=[*rest, Flag.HOLD] if is_held else rest)


def set_hold(*, client_id: int, because: str, by: User) -> LegalHold:
    """Put the record under a legal hold. Raises Stale where somebody did already."""
    with transaction.atomic():
        client = _client(client_id, by)
        if LegalHold.objects.filter(client=client, lifted_at__isnull=True).exists():
            raise Stale("This record is under a legal hold already. Look below who set it, and why.")
        hold = LegalHold.objects.create(client=client, because=because, set_by=by)
        _flag(client, True)
        record("hold.set", by=by, on=hold)
    return hold


def lift_hold(*, client_id: int, because: str, by: User) -> LegalHold:
    """Lift the hold, also one that came with an import. Raises Stale where there is none any more."""
    with transaction.atomic():
        client = _client(client_id, by)
        hold = LegalHold.objects.filter(client=client, lifted_at__isnull=True).first()
        if hold is None and Flag.HOLD not in client.flags:
            raise Stale("There is no legal hold on this record any more.")
        if hold is None:
            hold = LegalHold.objects.create(client=client, because="It came with an import; no reason is on record.")
        lifted = {"lifted_by": by, "lifted_at": timezone.now(), "lifted_because": because}
        LegalHold.objects.filter(pk=hold.pk).update(**lifted)
        _flag(client, False)
        record("hold.lifted", by=by, on=hold)
    return hold


def decide(*, client_id: int, outcome: str, because: str, by: User, seen: int | None = None) -> RecordDecision:
    """Keep a record on past its date, or hand it to records staff. Nothing is deleted.

    `seen` is the last decision that its writer saw: Stale is raised where there is a newer one. Raises Refusal for a
    record that is under a legal hold, or not past its date.
    """
    with transaction.atomic():
        client = _client(client_id, by)
        if outcome not in RecordDecision.Outcome.values:
            raise Refusal("Choose whether the record is kept on or handed to records staff.")
        kept = retention.keeping(client)
        if kept.is_held:
            raise Refusal("This record is under a legal hold: nothing is decided about it until a manager lifts it.")
        if not kept.is_past or kept.until is None:
            raise Refusal("This record is not past its date, so there is nothing to decide.")
        if seen is not None and seen != kept.decided:
            last = kept.decisions[0]
            raise Stale(
                f"{last.decided_by} decided meanwhile: {last.get_outcome_display().lower()}. Yours was not saved: "
                "read why below, and decide again if you have to."
            )
        decision = RecordDecision.objects.create(
            client=client, outcome=outcome, because=because, kept_until_on=kept.until, decided_by=by
        )
        record("retention.decided", by=by, on=decision, outcome=decision.get_outcome_display().lower())
    return decision


def look(*, number: str | None, by: User) -> Page[Any]:
    """A page of the records past their date, and one event for the look."""
    require(by, Can.KEEP_RECORDS)
    return _on_record("retention.opened", retention.past(number), by)


def look_at_holds(*, number: str | None, by: User) -> Page[Any]:
    """A page of the records under a legal hold, and one event for the look."""
    require(by, Can.KEEP_RECORDS)
    return _on_record("holds.opened", retention.held(number), by)


def _on_record(verb: str, page: Page[Any], by: User) -> Page[Any]:
    record(verb, by=by, clients=len(page), shown=[row.client.pk for row in page])
    return page
