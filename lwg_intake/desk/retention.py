"""How long each record is kept: seven years from its last entry, and a minor's until the age of 25 (Maryland law).

A record without a birth date is reckoned as a newborn's. Whoever is under care, or under a legal hold, is never past.
Nothing is deleted here: what has passed its date is listed for a person to act on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import F, OuterRef, Subquery

from lwg_intake import dates
from lwg_intake.checklists.pages import page_of
from lwg_intake.policy.values import values
from lwg_intake.records.models import Client, LegalHold, RecordDecision
from lwg_intake.records.rules import Flag

PAGE = 50

# The day of the last entry of a client `c`, whatever kind it is: one index look-up for each.
LAST_ENTRY = """
SELECT greatest(
    (SELECT (max(v.starts_at) AT TIME ZONE %(zone)s)::date FROM records_appointment v WHERE v.client_id = c.id),
    (SELECT (max(k.at) AT TIME ZONE %(zone)s)::date FROM records_contact k WHERE k.client_id = c.id),
    (SELECT max(coalesce(a.ended_on, a.started_on)) FROM records_assignment a WHERE a.client_id = c.id),
    (SELECT max(t.ended_on) FROM records_termination t WHERE t.client_id = c.id),
    (SELECT max(greatest(d.sent_on, d.signed_on)) FROM records_document d WHERE d.client_id = c.id),
    (SELECT max(o.completed_on) FROM records_omhcassessment o WHERE o.client_id = c.id),
    (SELECT (max(coalesce(s.closed_at, s.opened_at)) AT TIME ZONE %(zone)s)::date
     FROM checklists_case s WHERE s.client_id = c.id),
    (SELECT (max(m.created_at) AT TIME ZONE %(zone)s)::date FROM outbox_message m WHERE m.client_id = c.id),
    (SELECT (max(x.received_at) AT TIME ZONE %(zone)s)::date FROM outbox_incomingtext x WHERE x.client_id = c.id),
    (SELECT max(i.verified_on) FROM records_insurancepolicy i WHERE i.client_id = c.id),
    (SELECT (max(coalesce(g.ended_at, g.made_at)) AT TIME ZONE %(zone)s)::date
     FROM records_arrangement g WHERE g.client_id = c.id),
    c.last_intake_on, c.plan_updated_on, c.demographics_on
) AS last_on
"""
# The database's own calendar, as dates.months_before has it: Feb 29 goes to Feb 28.
KEEP_UNTIL = """
greatest(
    (last.last_on + make_interval(years => CASE WHEN c.dob IS NULL THEN %(minor)s ELSE %(years)s END))::date,
    (c.dob + make_interval(years => %(minor)s))::date
)
"""
ONE = f"""
SELECT last.last_on, {KEEP_UNTIL},
       EXISTS (SELECT FROM records_assignment a WHERE a.client_id = c.id AND a.ended_on IS NULL),
       EXISTS (SELECT FROM checklists_case s WHERE s.client_id = c.id AND s.status IN ('open', 'waitlist'))
FROM records_client c CROSS JOIN LATERAL ({LAST_ENTRY}) AS last WHERE c.id = %(client)s
"""
# What was decided last counts: a record handed on by mistake may be kept on after all, and one that a client came back
# to after it was handed on passes its date anew.
DECIDED = """
SELECT d.outcome, (d.decided_at AT TIME ZONE %(zone)s)::date AS "on" FROM records_recorddecision d
WHERE d.client_id = c.id ORDER BY d.id DESC LIMIT 1
"""
# First the cheap tests, which leave few; then, of those alone and once for each, the exact date. MATERIALIZED and
# OFFSET 0 keep the planner from working it out for everybody first: 1.5 s instead of 11 with 500,000 clients.
PAST = f"""
WITH old AS MATERIALIZED (
    SELECT c.id, c.dob, c.last_intake_on, c.plan_updated_on, c.demographics_on
    FROM records_client c
    WHERE (c.dob IS NULL OR c.dob <= %(born_by)s)
      AND NOT 'hold' = ANY(c.flags)
      AND NOT EXISTS (SELECT FROM records_assignment a WHERE a.client_id = c.id AND a.ended_on IS NULL)
      AND NOT EXISTS (
          SELECT FROM records_appointment v WHERE v.client_id = c.id AND v.starts_at > %(by)s + interval '2 days'
      )
      AND NOT EXISTS (SELECT FROM records_contact k WHERE k.client_id = c.id AND k.at > %(by)s + interval '2 days')
      AND NOT EXISTS (SELECT FROM checklists_case s WHERE s.client_id = c.id AND s.status IN ('open', 'waitlist'))
)
SELECT c.id, last.last_on, kept.until
FROM old c
CROSS JOIN LATERAL ({LAST_ENTRY} OFFSET 0) AS last
CROSS JOIN LATERAL (SELECT {KEEP_UNTIL} AS until OFFSET 0) AS kept
LEFT JOIN LATERAL ({DECIDED}) AS decided ON true
WHERE last.last_on IS NOT NULL AND kept.until < %(today)s
  AND (decided.outcome IS NULL
       OR decided.outcome = 'kept' AND decided."on" <= %(decided_by)s
       OR decided.outcome = 'handed' AND decided."on" < last.last_on)
ORDER BY kept.until, c.id
"""


@dataclass(frozen=True)
class Keeping:
    """How long one record is kept. `until` is None while nothing is on record, a case is open, or under care."""

    last_on: date | None
    until: date | None
    is_under_care: bool
    has_open_case: bool
    is_flagged: bool
    hold: LegalHold | None
    holds: list[LegalHold]
    decisions: list[RecordDecision]
    today: date

    @property
    def is_held(self) -> bool:
        return self.hold is not None or self.is_flagged

    @property
    def is_past(self) -> bool:
        """Whether a person may decide about it now."""
        return self.until is not None and self.until < self.today and not self.is_held

    @property
    def decided(self) -> int:
        """The number of the last decision: who decides says which one they saw."""
        return self.decisions[0].pk if self.decisions else 0

    @property
    def past_holds(self) -> list[LegalHold]:
        return [hold for hold in self.holds if hold.lifted_at]


def keeping(client: Client) -> Keeping:
    """How long a client's record is kept, as of today."""
    with connection.cursor() as cursor:
        cursor.execute(ONE, _numbers(values()) | {"client": client.pk})
        last_on, until, is_under_care, has_open_case = cursor.fetchone()
    holds = list(LegalHold.objects.filter(client=client).select_related("set_by", "lifted_by"))
    return Keeping(
        last_on=last_on,
        until=None if is_under_care or has_open_case or last_on is None else until,
        is_under_care=is_under_care,
        has_open_case=has_open_case,
        is_flagged=Flag.HOLD in client.flags,
        hold=next((hold for hold in holds if hold.lifted_at is None), None),
        holds=holds,
        decisions=list(RecordDecision.objects.filter(client=client).select_related("decided_by")),
        today=dates.today(),
    )


@dataclass(frozen=True)
class Past:
    """A record past its date, with what was decided about it before."""

    client: Client
    last_on: date
    until: date
    decision: RecordDecision | None


def past(number: str | None = None) -> Page[Any]:
    """A page of the records past their date that wait for a person, whose date passed first before the others.

    A record kept on is brought up again after some months (policy); one handed to records staff is not.
    """
    page: Page[Any] = Paginator(_past(values()), PAGE).get_page(number)
    clients = Client.objects.in_bulk([pk for pk, _, _ in page.object_list])
    decided: dict[int, RecordDecision] = {}
    for decision in RecordDecision.objects.filter(client__in=clients).select_related("decided_by").order_by("pk"):
        decided[decision.client_id] = decision
    page.object_list = [Past(clients[pk], last_on, until, decided.get(pk)) for pk, last_on, until in page.object_list]
    return page


@dataclass(frozen=True)
class Held:
    """A record under a legal hold; one that came with an import has nothing but its flag."""

    client: Client
    hold: LegalHold | None


def held(number: str | None = None) -> Page[Any]:
    """A page of the records under a legal hold, the longest held first; of those from an import it is not known."""
    since = LegalHold.objects.filter(client=OuterRef("pk"), lifted_at__isnull=True).values("set_at")
    flagged = Client.objects.filter(flags__contains=[Flag.HOLD]).annotate(since=Subquery(since))
    page = page_of(flagged.order_by(F("since").asc(nulls_first=True), "pk"), number, Client.objects.all())
    standing = LegalHold.objects.filter(client__in=page.object_list, lifted_at__isnull=True).select_related("set_by")
    holds = {hold.client_id: hold for hold in standing}
    page.object_list = [Held(client, holds.get(client.pk)) for client in page.object_list]
    return page


def past_under(numbers: Mapping[str, int]) -> frozenset[int]:
    """The clients whose records would be on the list if these were the practice's numbers."""
    return frozenset(pk for pk, _, _ in _past(numbers))


def _past(numbers: Mapping[str, int]) -> list[tuple[int, date, date]]:
    today = dates.today()
    asked = _numbers(numbers) | {
        "today": today,
        "by": dates.months_before(today, 12 * numbers["keep_years"]),
        "born_by": dates.months_before(today, 12 * numbers["keep_minor_until_years"]),
        "decided_by": dates.months_before(today, numbers["keep_review_months"]),
    }
    with connection.cursor() as cursor:
        cursor.execute(PAST, asked)
        return cursor.fetchall()


def _numbers(numbers: Mapping[str, int]) -> dict[str, Any]:
    return {
        "zone": settings.TIME_ZONE, "years": numbers["keep_years"], "minor": numbers["keep_minor_until_years"]
    }  # fmt: skip
