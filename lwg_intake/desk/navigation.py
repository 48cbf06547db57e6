"""The places in the header: one table, shown by right."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from lwg_intake.access.roles import Can


@dataclass(frozen=True)
class Place:
    """A page of the main navigation: its name there, its address's name, and the right that opens it.

    What few need every day is kept under "More", so that the header of a manager stays one line.
    """

    label: str
    address: str
    right: Can
    seldom: bool = False


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
    Place("Outbox", "outbox", Can.SEE_OUTBOX, seldom=True),
    Place("Numbers", "numbers", Can.SET_POLICY, seldom=True),
    Place("Trail", "trail", Can.SEE_TRAIL, seldom=True),
    Place("Imports", "imports", Can.IMPORT, seldom=True),
    Place("People", "people", Can.MANAGE_PEOPLE),
)


# More places than this do not stand on one line of a desk's screen.
ON_ONE_LINE = 7


def look(request: HttpRequest) -> dict[str, Any]:
    """What every page shows: the practice's name, the demo's banner, and the places this person may go to."""
    rights: frozenset[Can] = getattr(getattr(request, "user", None), "rights", frozenset())
    mine = [place for place in PLACES if place.right in rights]
    fold = len(mine) > ON_ONE_LINE
    return {
        "practice_name": settings.PRACTICE_NAME,
        "is_demo": getattr(settings, "DEMO", False),
        "places": [_link(place, request.path) for place in mine if not (fold and place.seldom)],
        "more_places": [_link(place, request.path) for place in mine if fold and place.seldom],
    }


@cache
def _urls() -> dict[str, str]:
    return {place.address: reverse(place.address) for place in PLACES}


def _link(place: Place, path: str) -> dict[str, Any]:
    url = _urls()[place.address]
    return {"label": place.label, "url": url, "here": _is_here(path, url)}


def _is_here(path: str, url: str) -> bool:
    """Whether a page is the place or stands below it; everything stands below home."""
    return path == url if url == "/" else path.startswith(url)
