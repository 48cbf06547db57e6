"""Row changes that no event tells, made past the program: each becomes an event, so that the trail shows it.

A deed and its event are one transaction. Where the database noted a change and no event beside it, somebody wrote to
the tables by other means: psql, a script, a program of another hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from lwg_intake.audit.models import LONGEST_DEED, Event, RowChange

VERB = "rows.changed_past"
# A restored database counts its transactions anew: an event of the same number tells only what was done about then.
DEED = f"interval '{LONGEST_DEED.total_seconds():.0f} seconds'"
TELL = f"""
INSERT INTO audit_event (at, actor_name, verb, record, client_id, origin, "values", xact)
SELECT min(r.at), 'the database account ' || r.db_user, %(verb)s, '', r.client_id, 'past the program',
       jsonb_build_object('tables', jsonb_agg(DISTINCT r.record)), r.xact
FROM audit_rowchange r
WHERE r.id = ANY (%(rows)s) AND r.xact <> pg_current_xact_id()::text::bigint AND NOT EXISTS (
    SELECT FROM audit_event e
    WHERE e.xact = r.xact AND e.at BETWEEN r.at - {DEED} AND r.at + {DEED}
      AND (e.verb <> %(verb)s OR e.client_id IS NOT DISTINCT FROM r.client_id)
)
GROUP BY r.xact, r.client_id, r.db_user
"""


def tell(rows: Sequence[int]) -> None:
    """Write an event for each client and transaction of these row changes that has none."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, {"verb": VERB, "rows": list(rows)})


def untold() -> QuerySet[RowChange]:
    """What the worker has not told yet: the changes of the last minute or two."""
    about = (OuterRef("at") - LONGEST_DEED, OuterRef("at") + LONGEST_DEED)
    return RowChange.objects.filter(~Exists(Event.objects.filter(xact=OuterRef("xact"), at__range=about)))
