"""Searching is a look at records: it is written down like every other."""

from django.db import transaction

from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.records.search import Hit, find, shapes
from lwg_intake.records.search_terms import clean


@transaction.atomic
def search(text: str, *, by: User | None) -> list[Hit]:
    """The clients that a text may mean, best first, and one event: the text stands nowhere but there."""
    hits = find(text, user=by)
    kinds = shapes(text)
    if kinds:
        record("clients.searched", by=by, text=clean(text), kinds=kinds, shown=[hit.client_id for hit in hits])
    return hits
