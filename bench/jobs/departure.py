"""A departure with 400 clients: opened, filtered, a row updated; and 20 viewers who ask whether anything changed."""

from __future__ import annotations

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from bench.job import Contest, Job, Sizes
from bench.replay import Statement, rehearsed, replay
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.records.models import Assignment, Client, Clinician
from reassignment.actions.departures import open_departure
from reassignment.models import Departure, RosterRow
from reassignment.selectors.departures import pulse

CLIENTS, VIEWERS, POLLS = 400, 20, 25
FORM = "application/x-www-form-urlencoded"
KINDS = ("open", "filter", "update")
# The rows that an answer holds: figure and floor show the same ones.
_ROW = re.compile(rb'id="row-\d+"')

_next: list[Statement] = []
_bytes: list[bytes] = [b""]


def bare(request: HttpRequest) -> HttpResponse:
    """What a view at least does: read the form, send the statements, give the bytes."""
    assert request.method == "GET" or request.POST["preference"]
    replay(_next)
    return HttpResponse(_bytes[0])


def _departure(manager: User, clients: int) -> Departure:
    there = Departure.objects.filter(status=Departure.Status.OPEN).first()
    if there:
        return there
    leaver = Clinician.objects.order_by("pk").first()
    assert leaver is not None
    here = Assignment.objects.running().filter(clinician=leaver)
    busy = set(here.values_list("client", flat=True))
    more = Client.objects.exclude(pk__in=busy).order_by("pk")[: max(clients - len(busy), 0)]
    Assignment.objects.bulk_create(
        Assignment(client=client, clinician=leaver, service="therapy", started_on=dates.today()) for client in more
    )
    extra = list(Assignment.objects.running().filter(clinician=leaver).order_by("pk").values_list("pk", flat=True))
    Assignment.objects.filter(pk__in=extra[clients:]).update(ended_on=dates.today())
    return open_departure(
        clinician_id=leaver.pk, kind="resignation", notice_on=dates.today(),
        last_day=dates.today() + timedelta(days=9), by=manager,
    )  # fmt: skip


def prepare(sizes: Sizes) -> Contest:
    """A transition manager opens the roster, looks at who is pending, and writes down what a client would like."""
    manager = User.objects.get(email="transition_manager@example.com")
    departure = _departure(manager, min(CLIENTS, sizes.clients // 2))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reassignment_rosterrow, records_assignment, records_contact")
    browser, plain = Browser(), Browser()
    browser.force_login(manager)
    with override_settings(MIDDLEWARE=[]):
        plain.handler.load_middleware()
    rows = list(RosterRow.objects.filter(departure=departure).order_by("pk"))
    address = reverse("departure", args=[departure.pk])
    typed: dict[str, str] = {}

    def ask(item: int) -> Any:
        kind = KINDS[item % len(KINDS)]
        if kind == "update":
            where = reverse("roster-deed", args=[rows[item % len(rows)].pk, "preference"])
            return browser.post(where, urlencode(typed), content_type=FORM, HTTP_HX_REQUEST="true")
        return browser.get(address, {"show": "pending"} if kind == "filter" else None)

    def told(of: Any) -> tuple[int, bytes]:
        return of.status_code, b" ".join(_ROW.findall(of.content))

    def figure(item: int) -> tuple[int, bytes]:
        return told(ask(item))

    def floor(item: int) -> tuple[int, bytes]:
        if KINDS[item % len(KINDS)] == "update":
            return told(plain.post("/bare-departure/", urlencode(typed), content_type=FORM))
        return told(plain.get("/bare-departure/"))

    def fresh(item: int) -> None:
        row = rows[item % len(rows)]
        row.refresh_from_db()
        wish = "refer" if row.preference == "any" else "any"
        typed.update(version=str(row.version), preference=wish, note=f"Evenings {row.version}")
        got: list[bytes] = []
        _next[:] = rehearsed(lambda: got.append(ask(item).content))
        _bytes[:] = got

    def beside() -> dict[str, Any]:
        parts = {kind: _median(partial(_one, fresh, figure, n), sizes.rounds) for n, kind in enumerate(KINDS)}
        took = {f"{kind}_ms": ms for kind, ms in parts.items()}
        crowd = _viewers(departure, manager, min(POLLS, sizes.items))
        return {"rows": len(rows), "statements": len(_next)} | took | crowd

    return Contest(range(min(sizes.items, 60)), figure, floor, fresh, beside)


def _one(fresh: Any, figure: Any, item: int) -> float:
    fresh(item)
    start = time.perf_counter()
    figure(item)
    return (time.perf_counter() - start) * 1000


def _median(took: Any, rounds: int) -> float:
    return round(statistics.median(took() for _ in range(rounds)), 2)


def _viewers(departure: Departure, manager: User, polls: int) -> dict[str, Any]:
    """Twenty pages that are left open, each asking again at once, so that the figure is of the worst crowd."""
    people, beside = pulse([departure.pk])
    address = reverse("departure-changes", args=[departure.pk])

    def view(_: int) -> list[float]:
        browser, took = Browser(), []
        browser.force_login(manager)
        for _turn in range(polls):
            start = time.perf_counter()
            answer = browser.get(address, {"pulse": f"{people}.{beside}"}, HTTP_X_POLL="1")
            took.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 204, answer.status_code
        connection.close()
        return took

    alone = view(0)
    began = time.perf_counter()
    with ThreadPoolExecutor(VIEWERS) as pool:
        everyone = sorted(ms for took in pool.map(view, range(VIEWERS)) for ms in took)
    seconds = time.perf_counter() - began
    return {
        "poll_ms": round(statistics.median(alone), 2),
        "viewers": VIEWERS,
        "viewers_p95_ms": round(everyone[len(everyone) * 95 // 100], 1),
        "viewers_polls_a_second": round(len(everyone) / seconds),
        "polls_a_second_needed": VIEWERS / 5,
    }


JOB = Job(
    name="departure",
    figure="a roster of 400 clients: opened, filtered, a row updated, in turns; all middleware, audit rows, rendered",
    floor="a bare view without middleware that sends the same statements and gives the same bytes",
    aim=2,
    prepare=prepare,
)
