"""The places in the header: one table, shown by right."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

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
    rights = getattr(getattr(request, "user", None), "rights", frozenset())
    here = getattr(request.resolver_match, "view_name", None)
    shown = []
    for place in PLACES:
        if place.right in rights:
            try:
                url = reverse(place.address)
            except NoReverseMatch:
                continue
            shown.append({"label": place.label, "url": url, "here": place.address == here})
    return shown
