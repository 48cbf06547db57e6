"""A person's saved views of the trackers: named sets of filters."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.db import transaction

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.models import SavedView
from lwg_intake.errors import NotThere, Refusal

# The addresses of the trackers.
TRACKERS = ("tracker", "reassign-tracker")
MOST = 20


def save_view(*, tracker: str, name: str, query: str, by: User) -> SavedView:
    """Keep these filters under a name; the same name again is overwritten. Raises Refusal for what cannot be kept."""
    require(by, Can.SEE_CASES)
    if tracker not in TRACKERS:
        raise NotThere("There is no such tracker.")
    name = name.strip()
    kept = urlencode([(key, value) for key, value in parse_qsl(query) if key not in ("page", "csrfmiddlewaretoken")])
    if not name:
        raise Refusal("Give the view a name.")
    if len(name) > 60 or len(kept) > 1000:
        raise Refusal("This name or these filters are too long to be kept. Choose a name of up to 60 letters.")
    if not kept:
        raise Refusal("Set a filter or an order first, then save the view.")
    with transaction.atomic():
        mine = SavedView.objects.filter(by=by, tracker=tracker)
        if mine.exclude(name=name).count() >= MOST:
            raise Refusal(f"You have {MOST} saved views here. Delete one first.")
        view, _ = SavedView.objects.update_or_create(by=by, tracker=tracker, name=name, defaults={"query": kept})
        record("view.saved", by=by, on=view, tracker=tracker)
    return view


def forget_view(*, view_id: int, by: User) -> str:
    """Delete one's own view. Returns the tracker it was of."""
    with transaction.atomic():
        view = SavedView.objects.filter(pk=view_id, by=by).first()
        if view is None:
            raise NotThere("There is no such view of yours.")
        record("view.forgotten", by=by, on=view, tracker=view.tracker)
        view.delete()
    return view.tracker
