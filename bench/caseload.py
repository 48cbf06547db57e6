"""A practice whose open assignments have a history: weekly visits up to the day that the sweep judges.

Most clients come; some have stopped, of whom half still ring; some miss every eighth visit. How many there are of each
depends on the assignments alone, so that a longer history brings up nobody else.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection

DAY = date(2026, 9, 30)

# n % 16 = 3 stopped coming (30 to 150 days ago); n % 12 = 5 misses often; the others missed twice.
_PEOPLE = """
INSERT INTO records_clinician (ref, first_name, last_name, kind, credentials, email, states, payers, services,
    specialties, languages, ages, openings, gender, modality, employment)
SELECT 'T' || n, 'Cora', 'Kline ' || n, 'therapist', 'LCPC', 't' || n || '@example.com', '{MD}', '{}', '{therapy}',
    '{}', '{English}', '{}', '{}', '', 'both', 'full_time'
FROM generate_series(0, %(assignments)s / 50) AS n;

INSERT INTO records_client (ref, first_name, last_name, preferred_name, dob, email, phone, address, city, state,
    postal_code, language, guardian_name, guardian_email, guardian_phone, portal, flags, availability, plan_updated_on)
SELECT 'C' || n, 'Ada', 'Brook ' || n, '', date '1960-01-01' + n %% 18000, '', '', '', '', 'MD', '', '', '', '', '', '',
    CASE WHEN n %% 200 = 0 THEN '{hold}'::text[] WHEN n %% 100 = 1 THEN '{risk}'::text[] ELSE '{}'::text[] END, '{}',
    %(day)s - n * 7919 %% 100
FROM generate_series(1, %(assignments)s) AS n;

INSERT INTO records_assignment (client_id, clinician_id, service, started_on)
SELECT c.id, k.id, 'therapy', %(day)s - 7 * %(weeks)s - 160
FROM (SELECT id, substr(ref, 2)::int AS n FROM records_client) AS c
JOIN records_clinician k ON k.ref = 'T' || c.n %% (%(assignments)s / 50);

INSERT INTO records_contact (client_id, at, direction, channel, outcome, party, reason, note, written_at)
SELECT c.id, (%(day)s - (c.n * 31 + w * 97) %% 365) + time '15:00', 'out', 'phone',
    CASE w %% 3 WHEN 0 THEN 'reached' ELSE 'voicemail' END, '', '', '', now()
FROM (SELECT id, substr(ref, 2)::int AS n FROM records_client) AS c, generate_series(1, 3) AS w
WHERE c.n %% 16 <> 3 OR c.n %% 32 = 3;

CREATE TEMPORARY TABLE roll AS
SELECT a.client_id, a.clinician_id, a.service, substr(c.ref, 2)::int AS n
FROM records_assignment a JOIN records_client c ON c.id = a.client_id;
"""
# One week of all, the way a practice writes them down; week 0 is the one before the day, week -1 lies ahead.
_WEEK = """
INSERT INTO records_appointment (client_id, clinician_id, service, starts_at, kind, state)
SELECT client_id, clinician_id, service,
    (%(day)s - 7 * %(week)s - 1 - n %% 5 - CASE n %% 16 WHEN 3 THEN 30 + n %% 120 ELSE 0 END)
        + make_interval(hours => 9 + n %% 9),
    'session',
    CASE
        WHEN %(week)s < 0 THEN 'scheduled'
        WHEN n %% 101 = 0 AND %(week)s = 2 THEN 'unresolved'
        WHEN n %% 12 = 5 AND %(week)s %% 8 = 4 THEN 'no_show'
        WHEN n %% 12 <> 5 AND %(week)s IN (%(weeks)s / 4, %(weeks)s / 2) THEN 'late_cancel'
        ELSE 'kept'
    END
FROM roll
WHERE %(week)s >= 0 OR n %% 16 <> 3
"""


def fill(assignments: int, visits: int) -> None:
    """So many open assignments, and so many past visits among them; the coming week's visits come on top."""
    weeks = max(visits // assignments, 1)
    asked: dict[str, Any] = {"assignments": max(assignments, 50), "weeks": weeks, "day": DAY}
    with connection.cursor() as cursor:
        # The rows are right by construction: keys and indexes are checked and built once, at the end.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_PEOPLE, asked)
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'records_appointment'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        for week in range(weeks - 1, -2, -1):
            cursor.execute(_WEEK, asked | {"week": week})
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("DROP TABLE roll")
        cursor.execute("SET session_replication_role = DEFAULT")
