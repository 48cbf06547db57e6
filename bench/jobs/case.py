"""A case's page: the whole GET, against a bare view that sends the same statements and gives the same bytes."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from bench import practice
from bench.job import Contest, Job, Sizes
from bench.replay import Statement, rehearsed, replay
from lwg_intake.access.models import User
from lwg_intake.checklists.actions import tick
from lwg_intake.checklists.models import Case
from lwg_intake.records.models import Contact
from returning import actions

CONTACTS = 200
# What differs from one answer to the next: the token against forged forms, and how long ago a thing was.
_EACH_TIME = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|hx-headers=\'[^\']*\'')

_sent: list[Statement] = []
_bytes: list[bytes] = []


def bare(request: HttpRequest, pk: int) -> HttpResponse:
    """What a view at least does: send the statements, give the bytes."""
    replay(_sent)
    return HttpResponse(_bytes[0])


def prepare(sizes: Sizes) -> Contest:
    """A CSR opens a return in the middle: past records read, 200 contacts on the log, every step still needed."""
    csr = User.objects.get(email="csr@example.com")
    client = practice.may_return().order_by("-pk").first()
    if client is None:
        raise SystemExit("case-page: no former client without an open case is left; run it again with --fresh.")
    now = timezone.now()
    Contact.objects.bulk_create(
        Contact(client=client, at=now - timedelta(days=n + 1), direction="out", channel="phone", outcome="voicemail",
                reason="Scheduling", written_by=csr)
        for n in range(CONTACTS)
    )  # fmt: skip
    case: Case = actions.start(client_id=client.pk, service="therapy", channel="phone", by=csr)
    tick(case_id=case.pk, step_key="ending", fields={"category": "none", "severe": False, "summary": "Goals met."},
         version=0, by=csr)  # fmt: skip
    browser, plain = Browser(), Browser()
    browser.force_login(csr)
    with override_settings(MIDDLEWARE=[]):
        plain.handler.load_middleware()
    address = reverse("case", args=[case.pk])

    def look(item: int) -> tuple[int, bytes]:
        answer = browser.get(address)
        return answer.status_code, _EACH_TIME.sub(b"", answer.content)

    def send(item: int) -> tuple[int, bytes]:
        answer = plain.get(f"/bare-case/{case.pk}/")
        return answer.status_code, _EACH_TIME.sub(b"", answer.content)

    _sent[:] = rehearsed(lambda: look(0))
    _bytes[:] = [browser.get(address).content]

    def beside() -> dict[str, Any]:
        return {"statements": len(_sent), "bytes": len(_bytes[0]), "contacts": CONTACTS}

    return Contest(range(sizes.items), look, send, beside=beside)


JOB = Job(
    name="case-page",
    figure="GET of a returning case's page: signed-in CSR, all middleware, audit row, rendered",
    floor="a bare view without middleware that sends the same statements and gives the same bytes",
    aim=2,
    prepare=prepare,
)
