"""Ranking the practice's clinicians for one client, against the one statement that reads them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import connection

from bench.job import Contest, Job, Sizes
from bench.replay import rehearsed, replay
from lwg_intake import dates
from lwg_intake.records.matching import Needs, rank
from lwg_intake.records.models import Clinician
from lwg_intake.records.places import offers

CLINICIANS = 500
# What is read besides the practice's own: names, lists and places as real as the demo's.
_MORE = """
INSERT INTO records_clinician (ref, first_name, last_name, kind, credentials, email, states, payers, services,
    specialties, languages, ages, openings, gender, modality, employment, capacity, accepting_new)
SELECT 'M' || n, 'Mara', 'Lindqvist ' || n, 'therapist', 'LCPC', 'm' || n || '@example.com',
    CASE WHEN n %% 3 = 0 THEN '{MD,DC}'::text[] ELSE '{MD}'::text[] END, '{CareFirst BCBS,Cigna,Maryland Medicaid@MD}',
    '{therapy,couples}', CASE WHEN n %% 2 = 0 THEN '{Anxiety,Grief}'::text[] ELSE '{Trauma,ADHD}'::text[] END,
    CASE WHEN n %% 5 = 0 THEN '{English,Spanish}'::text[] ELSE '{English}'::text[] END, '{18+}',
    CASE WHEN n %% 4 = 0 THEN '{Tue 10:00,Wed 14:00}'::text[] ELSE '{Mon 09:00}'::text[] END, 'female', 'both',
    'full_time', 40, true
FROM generate_series(1, %(missing)s) AS n
"""


def prepare(sizes: Sizes) -> Contest:
    """One client with every kind of wish."""
    with connection.cursor() as cursor:
        cursor.execute(_MORE, {"missing": max(CLINICIANS - Clinician.objects.staying().count(), 0)})
        cursor.execute("ANALYZE records_clinician")
    needs = Needs(
        service="therapy", on=dates.today(), state="MD", payer="CareFirst BCBS", payer_class="commercial",
        payer_state="MD", specialties=("Grief",), language="Spanish", gender="female", modality="virtual",
        times=("Tue 10:00",),
    )  # fmt: skip

    def figure(item: int) -> int:
        fits, left_out = rank(needs, offers())
        return len(fits) + len(left_out)

    statements = rehearsed(partial(figure, 0))

    def floor(item: int) -> int:
        return len(replay(statements)[-1])

    def beside() -> dict[str, Any]:
        return {"clinicians": figure(0), "statements": len(statements)}

    return Contest(range(sizes.items), figure, floor, beside=beside)


JOB = Job(
    name="match",
    figure=f"offers() and rank(): {CLINICIANS} clinicians for one client, with the reasons of each",
    floor="the same statement through psycopg, its rows read",
    aim=2,
    prepare=prepare,
)
