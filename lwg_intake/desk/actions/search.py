"""Searching is a look at records: it is written down like every other."""

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.audit.record import record
from lwg_intake.records.search import Found, answer
from lwg_intake.records.search_terms import clean, read


def search(text: str, *, by: User | None) -> Found:
    """The clients that a text may mean, best first, and one event: the text stands nowhere but there.

    Nothing is changed, so there is no deed to undo: where the event cannot be written, nobody is shown.
    """
    terms = read(text, dates.today())
    found = answer(terms, user=by)
    if terms:
        kinds = sorted({term.shape for term in terms})
        record("clients.searched", by=by, text=clean(text), kinds=kinds, shown=[hit.client_id for hit in found.hits])
    return found
