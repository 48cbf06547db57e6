"""Ticking a step: the whole POST, against a bare view that sends the same statements and gives the same answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from bench import practice
from bench.job import Contest, Job, Sizes
from bench.replay import Statement, rehearsed, replay
from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case, Tick
from returning import actions

FORM = "application/x-www-form-urlencoded"
STEP = "ending"
TYPED = {"do": "tick", "version": "0", "category": "none", "summary": "Goals met."}
# Every run ticks a case of its own, so that each does the same work: that many runs want that many cases.
MOST_ITEMS = 12

_next: list[Statement] = []


def bare(request: HttpRequest, pk: int) -> HttpResponse:
    """What a view at least does: read the form, send the statements, answer."""
    assert request.POST["do"] == "tick"
    replay(_next)
    return HttpResponseRedirect(reverse("case", args=[pk]))


def prepare(sizes: Sizes) -> Contest:
    """A CSR who is signed in ticks the first step of returns that were just started."""
    csr = User.objects.get(email="csr@example.com")
    browser, plain = Browser(), Browser()
    browser.force_login(csr)
    with override_settings(MIDDLEWARE=[]):
        plain.handler.load_middleware()
    former = practice.may_return().order_by("pk")
    runs_an_item = 2 * (sizes.rounds + 1)
    items = min(sizes.items, MOST_ITEMS, former.count() // runs_an_item)
    if items < 1:
        raise SystemExit("step-tick: too few former clients without an open case are left; run it again with --fresh.")
    client_ids = iter(list(former.values_list("pk", flat=True)[: items * runs_an_item]))
    body = urlencode(TYPED)
    case: list[Case] = []

    def answer(of: Any) -> tuple[int, str, bytes]:
        return of.status_code, of["Location"].replace(str(case[0].pk), "<case>"), of.content

    def tick(item: int) -> tuple[int, str, bytes]:
        return answer(browser.post(reverse("case-step", args=[case[0].pk, STEP]), body, content_type=FORM))

    def send(item: int) -> tuple[int, str, bytes]:
        return answer(plain.post(f"/bare/{case[0].pk}/", body, content_type=FORM))

    def fresh(item: int) -> None:
        if case:
            assert Tick.objects.filter(case=case[0], step=STEP, outcome=Tick.Outcome.DONE).count() == 1
        case[:] = [actions.start(client_id=next(client_ids), service="therapy", channel="phone", by=csr)]
        _next[:] = rehearsed(lambda: tick(item))
        browser.cookies.pop("messages", None)

    return Contest(range(items), tick, send, fresh, beside=lambda: {"statements": len(_next)})


JOB = Job(
    name="step-tick",
    figure="POST of a step's tick: signed-in CSR, all middleware, history and audit rows",
    floor="a bare view without middleware that sends the same statements",
    aim=2,
    prepare=prepare,
)
