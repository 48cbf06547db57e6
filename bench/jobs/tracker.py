"""The tracker: its first page and its hundredth, with three filters, against the same statements alone."""

from __future__ import annotations

import re
import statistics
import time
from functools import partial
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from bench.job import Contest, Job, Sizes
from bench.replay import Statement, rehearsed, replay
from lwg_intake.access.models import User
from returning.models import Return

FILTERS = "stage=completed&category=none&service=therapy"
# Three of four are completed, and four of five of those ended for another reason than A to D.
_ROWS = """
WITH csr AS (SELECT id FROM access_user WHERE email = 'csr@example.com'),
people AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM records_client),
made AS (
    INSERT INTO checklists_case (procedure, procedure_version, client_id, status, version, opened_by_id, opened_at,
        closed_by_id, closed_at, closed_because)
    SELECT 'returning', 1, p.id, CASE WHEN r % 4 = 0 THEN 'withdrew' ELSE 'completed' END, 1, csr.id,
        now() - make_interval(hours => r), csr.id, now() - make_interval(hours => r - 1), ''
    FROM generate_series(1, %(missing)s) AS r
    JOIN people p ON p.n = 1 + r % (SELECT count(*) FROM people), csr
    RETURNING id, status, opened_at
)
INSERT INTO returning_return (case_id, service, asked_on, channel, stage, ended_on, category, severe, eligibility,
    conditions, appointment_kind, kind_because, modality, balance, clinician_id)
SELECT id, CASE WHEN id % 7 = 0 THEN 'medication' ELSE 'therapy' END, opened_at::date, 'phone', status,
    opened_at::date - 400, CASE WHEN id % 5 = 0 THEN 'A' ELSE 'none' END, false, 'eligible', '', 'intake',
    'No intake is on file.', 'virtual', 0, (SELECT min(id) FROM records_clinician)
FROM made
"""
_LINKS = re.compile(rb'href="/cases/(\d+)/"')


def prepare(sizes: Sizes) -> Contest:
    """A CSR who is signed in looks at page 1 and page 100 in turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM returning_return")
        missing = max(sizes.rows - cursor.fetchone()[0], 0)
        cursor.execute(_ROWS.replace("%(missing)s", str(missing)))
        cursor.execute("ANALYZE returning_return, checklists_case")
    browser = Browser()
    browser.force_login(User.objects.get(email="csr@example.com"))
    address, column = reverse("tracker"), [f.attname for f in Return._meta.concrete_fields].index("case_id")
    written: dict[int, list[Statement]] = {}

    def look(page: int) -> list[int]:
        answer = browser.get(f"{address}?{FILTERS}&page={page}")
        assert answer.status_code == 200, answer.status_code
        return sorted({int(pk) for pk in _LINKS.findall(answer.content)})

    def send(page: int) -> list[int]:
        answers = replay(written[page])
        places = [n for n, statement in enumerate(written[page]) if '"returning_return"."case_id"' in statement.sql]
        return sorted(row[column] for row in answers[places[-1]])

    pages = (1, min(100, max(sizes.rows // 100, 1)))
    for page in pages:
        look(page)
        written[page] = rehearsed(partial(look, page))

    def beside() -> dict[str, Any]:
        first, last = (statistics.median(_took(partial(look, page)) for _ in range(sizes.rounds)) for page in pages)
        return {"rows": sizes.rows, "last_page": pages[1], "first_ms": round(first, 1), "last_ms": round(last, 1),
                "statements": len(written[1])}  # fmt: skip

    return Contest([pages[n % 2] for n in range(sizes.items)], look, send, beside=beside)


def _took(deed: Any) -> float:
    start = time.perf_counter()
    deed()
    return (time.perf_counter() - start) * 1000


JOB = Job(
    name="tracker",
    figure="GET /returning/ with three filters, page 1 and page 100 in turns: signed-in CSR, rendered table",
    floor="the same statements through psycopg",
    aim=2,
    prepare=prepare,
)
