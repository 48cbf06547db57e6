"""The places in the header: one table, shown by right."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from lwg_intake.access.roles import Can


@dataclass(frozen=True)
class Place:
    """A page of the main navigation: its name there, its address's name, and the right that opens it."""

    label: str
    address: str
    right: Can


PLACES = (
    Place("Home", "home", Can.USE_DESK),
    Place("Tracker", "tracker", Can.SEE_CASES),
    Place("Calls", "calls", Can.RING_CLIENTS),
    Place("Departures", "departures", Can.WORK_CALLS),
    Place("Departures", "departures", Can.VERIFY_ROSTER),
    Place("Caseload", "caseload", Can.REVIEW_CASELOAD),
    Place("Waiting", "transfer-list", Can.REVIEW_CASELOAD),
    Place("Caseloads", "caseload-overview", Can.REVIEW_ALL_CASELOADS),
    Place("Figures", "figures", Can.SEE_FIGURES),
    Place("Outbox", "outbox", Can.SEE_OUTBOX),
    Place("Numbers", "numbers", Can.SET_POLICY),
    Place("Trail", "trail", Can.SEE_TRAIL),
    Place("Imports", "imports", Can.IMPORT),
    Place("People", "people", Can.MANAGE_PEOPLE),
)


def look(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: the practice's name, the demo's banner, and the places this person may go to."""
    return {
        "practice_name": settings.PRACTICE_NAME,
        "is_demo": getattr(settings, "DEMO", False),
        "places": _places(request),
    }


def _places(request: HttpRequest) -> list[dict[str, Any]]:
    rights: frozenset[Can] = getattr(getattr(request, "user", None), "rights", frozenset())
    return [
        {"label": place.label, "url": (url := reverse(place.address)), "here": _is_here(request.path, url)}
        for place in PLACES
        if place.right in rights
    ]


def _is_here(path: str, url: str) -> bool:
    """Whether a page is the place or stands below it; everything stands below home."""
    return path == url if url == "/" else path.startswith(url)
