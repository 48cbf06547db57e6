"""Finding a client among all: the whole request of one who types, against its statements alone."""

from __future__ import annotations

import re
import statistics
import time
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.test import Client as Browser
from django.urls import reverse

from bench.calls import KINDS, Call, calls, share_found
from bench.job import Contest, Job, Sizes
from bench.names import people
from bench.replay import Statement, rehearsed, replay
from lwg_intake.access.models import User
from lwg_intake.records.models import Client

FORM = "application/x-www-form-urlencoded"
SAMPLE = 2 * len(KINDS)  # Queries that are also asked in the way a developer would first think of.
_FOUND = re.compile(rb'href="/clients/(\d+)/"')


def prepare(sizes: Sizes) -> Contest:
    """A CSR who is signed in types; the floor sends what her request sent, and reads all the rows."""
    browser = Browser()
    browser.force_login(User.objects.get(email="csr@example.com"))
    address = reverse("search")
    written: dict[str, list[Statement]] = {}

    def type_in(text: str) -> list[int]:
        answer = browser.post(address, urlencode({"text": text}), content_type=FORM, headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.status_code
        return [int(number) for number in _FOUND.findall(answer.content)]

    def send(text: str) -> list[int]:
        return _last_found(written[text], replay(written[text]))

    asked = calls(people(sizes.clients), sizes.items)
    for call in asked:
        written[call.text] = rehearsed(partial(type_in, call.text))
    return Contest([call.text for call in asked], type_in, send, beside=lambda: _beside(asked, type_in))


def _last_found(statements: list[Statement], answers: list[list[tuple[Any, ...]]]) -> list[int]:
    """The clients of the last statement that searched."""
    rows = [a for s, a in zip(statements, answers, strict=True) if "records_searchkey" in s.sql]
    return [row[0] for row in rows[-1]]


def _beside(asked: list[Call], type_in: Any) -> dict[str, Any]:
    """How many find whom they mean, and what `icontains` over the columns of names would do on a sample of them."""
    refs = dict(Client.objects.values_list("pk", "ref"))
    found = [[refs[pk] for pk in type_in(call.text)] for call in asked]
    sample, plain, took = asked[:SAMPLE], [], []
    for call in sample:
        start = time.perf_counter()
        plain.append(_contains(call.text))
        took.append((time.perf_counter() - start) * 1000)
    missed = {kind.name: 0 for kind in KINDS}
    for call, answer in zip(asked, found, strict=True):
        missed[call.kind] += not call.means & set(answer[:3])
    return {
        "found_in_3": round(share_found(asked, found), 4),
        "missed": {kind: times for kind, times in missed.items() if times},
        "icontains_sample": len(sample),
        "icontains_ms": round(statistics.fmean(took), 1),
        "icontains_found_in_3": round(share_found(sample, plain), 4),
    }


def _contains(text: str) -> list[str]:
    """The usual first try: each word somewhere in the first, the last or the preferred name."""
    query = Q()
    for word in text.replace(",", " ").split():
        query &= Q(first_name__icontains=word) | Q(last_name__icontains=word) | Q(preferred_name__icontains=word)
    return list(Client.objects.filter(query).values_list("ref", flat=True)[:20])


JOB = Job(
    name="look-up",
    figure="POST /search/ as one types: signed-in CSR, all middleware, audit row, rendered list",
    floor="the same statements through psycopg",
    aim=1.5,
    aimed="ratio_p95",
    prepare=prepare,
)
