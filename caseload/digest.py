"""The weekly e-mail to each clinician who has something to review: counts and a link, no names."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q
from django.urls import reverse

from caseload.models import Suggestion
from caseload.rules import CLOSING
from lwg_intake import dates
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.messages.models import Message
from lwg_intake.messages.outbox import write
from lwg_intake.records.models import Clinician

TEMPLATE = "T29"


def send_digests(on: date | None = None) -> int:
    """Write this week's digests into the outbox; returns how many were new.

    Once a week for each clinician, however often it runs: the key is the ISO week. Whoever cannot sign in to review
    gets none.
    """
    day = on or dates.today()
    year, week, _ = day.isocalendar()
    clinicians = {
        c.pk: c
        for c in Clinician.objects.staying().filter(account__is_active=True).select_related("account")
        if c.account and c.account.can(Can.REVIEW_CASELOAD)
    }
    rows = (
        Suggestion.objects.open()
        .filter(assignment__clinician__in=clinicians, assignment__ended_on__isnull=True)
        .values("assignment__clinician")
        .annotate(
            clients=Count("assignment", distinct=True),
            closing=Count("assignment", distinct=True, filter=Q(ground__in=CLOSING)),
            since=Min("opened_on"),
        )
        .order_by("assignment__clinician")
    )
    with transaction.atomic():
        before = Message.objects.filter(template=TEMPLATE).count()
        for row in rows:
            clinician = clinicians[row["assignment__clinician"]]
            assert clinician.account is not None
            write(
                TEMPLATE,
                key=f"{TEMPLATE}-{year}-W{week:02}-clinician-{clinician.pk}",
                to=clinician.account.email,
                clinician_name=clinician.first_name,
                waiting=_count(row["clients"], "client waits", "clients wait"),
                closing=f"{row['closing'] or 'none'} of them",
                since=f"{row['since']:%B %-d}",
                link=settings.BASE_URL + reverse("caseload"),
            )
        new = Message.objects.filter(template=TEMPLATE).count() - before
        record("caseload.digests_written", by=None, week=f"{year}-W{week:02}", messages=new)
    return new


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
