"""A clinician's places: who is on offer, and the one way to take a place, so that the last is never given twice."""

from datetime import date
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.errors import Refusal
from lwg_intake.records.matching import Needs, Offer, left_out
from lwg_intake.records.models import Assignment, Client, Clinician, PlaceHold
from lwg_intake.records.models.people import named

# What an offer holds after who it is, under the names that the clinician's row has for it.
_COLUMNS = Offer._fields[2:]


def _counted(rows: models.QuerySet) -> Coalesce:
    per = rows.filter(clinician=OuterRef("pk")).order_by().values("clinician").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(per), 0)


# Stand for the day and the clinician in the statement that is written once.
_TODAY, _ONE = date.min, -1


@cache
def _statement(one: bool) -> tuple[str, tuple[Any, ...]]:
    """What reads who is on offer, written once: Django takes as long to write it as to read the rows."""
    rows = Clinician.objects.staying(_TODAY).annotate(
        taken=_counted(Assignment.objects.running()) + _counted(PlaceHold.objects.filter(released_at__isnull=True))
    )
    rows = rows.filter(pk=_ONE) if one else rows
    return rows.values_list("pk", "first_name", "last_name", "credentials", *_COLUMNS).query.sql_with_params()


def offers(pk: int | None = None) -> list[Offer]:
    """Every clinician who has not left, with the places taken: open assignments and places held. One statement."""
    sql, params = _statement(pk is not None)
    asked = {_TODAY: dates.today(), _ONE: pk}
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked.get(value, value) for value in params])
        return [Offer(pk, named(first, last, letters), *rest) for pk, first, last, letters, *rest in cursor.fetchall()]


def hold(*, client: Client, clinician_id: int, needs: Needs) -> PlaceHold | None:
    """Take a place for a client, or None where the client already stands on that clinician's record.

    Locks the clinician's row, so that of two people who take the last place the second is refused.
    Raises Refusal with the reason when the clinician cannot be offered.
    """
    with transaction.atomic():
        if not Clinician.objects.select_for_update(of=("self",)).filter(pk=clinician_id).exists():
            raise Refusal("There is no such clinician. Choose one from the list.")
        now = timezone.now()
        PlaceHold.objects.filter(client=client, service=needs.service, released_at__isnull=True).update(released_at=now)
        found = offers(clinician_id)
        if not found:
            raise Refusal("This clinician has left. Choose another from the list.")
        here = Assignment.objects.filter(
            client=client, clinician=clinician_id, service=needs.service, ended_on__isnull=True
        ).exists()
        against = left_out(needs, found[0])
        if here:
            against = [reason for reason in against if not reason.startswith("is full")]
        if against:
            raise Refusal(f"{found[0].name} {' and '.join(against)}. Choose another from the list.")
        if here:
            return None
        return PlaceHold.objects.create(client=client, clinician_id=clinician_id, service=needs.service)


def release(held: PlaceHold | None) -> None:
    """Give a held place back; one that was given back already stays so."""
    if held is not None:
        PlaceHold.objects.filter(pk=held.pk, released_at__isnull=True).update(released_at=timezone.now())
