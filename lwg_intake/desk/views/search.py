from __future__ import annotations

from functools import cache
from html import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.desk.actions import search as action
from lwg_intake.records.search import MOST_LINES, NOBODY, Found
from lwg_intake.records.search_hits import Hit
from lwg_intake.records.search_terms import LONGEST_TEXT

# Not a loop in the template: at every letter typed, that took a quarter of the whole request.
# While one types, each is an option of the combobox that static/search.js makes of the box; on a page, a link.
OPTION = """<li role="presentation"><a class="hit" id="hit-{n}" role="option" tabindex="-1"
  aria-selected="false" aria-posinset="{n}" aria-setsize="{count}" href="{address}">"""
LINK = """<li><a class="hit" href="{address}">"""
LINE = """
  <span class="hit__name">{} <span class="hit__called">{}</span></span>
  <span class="pill pill--{}">{}</span> <span class="hit__ref">{}</span>
  <span class="hit__facts">{}</span>
</a></li>"""


@require_http_methods(["GET", "POST"])
@needs(Can.SEE_ALL_CLIENTS, Can.SEE_OWN_CLIENTS, Can.SEE_TEAM_CLIENTS)
def search(request: HttpRequest) -> HttpResponse:
    """The clients that a text may mean: the list under the box while one types, a page of its own without a script.

    The text travels in the body, so that no name stands in an address, a log or a browser's history.
    """
    user: User = request.user  # type: ignore[assignment]
    text = request.POST.get("text", "")
    found = action.search(text, by=user)
    typing = "HX-Request" in request.headers
    context = {
        "count": len(found.hits),
        "more": len(found.hits) == MOST_LINES,
        "nearly": found.nearly,
        "sure": found.sure,
        "lines": _lines(found.hits, OPTION if typing else LINK),
        "instead": _instead(found, user) if text.strip() else "",
        "sought": text[:LONGEST_TEXT],
        "typing": typing,
    }
    if typing:
        return HttpResponse(render_to_string("desk/search_results.html", context))
    return render(request, "desk/search.html", context)


def _instead(found: Found, user: User) -> str:
    """What to try where nobody is found; who sees some clients only is told that there may be others."""
    if found.instead == NOBODY and not user.can(Can.SEE_ALL_CLIENTS):
        return f"{NOBODY} Only clients whom you may see are looked for."
    return found.instead


def _lines(hits: list[Hit], opening: str) -> SafeString:
    address, today = _address(), dates.today()
    return mark_safe(
        "\n".join(
            opening.format(n=n, count=len(hits), address=address % hit.client_id)
            + LINE.format(
                *map(
                    escape,
                    (
                        hit.name,
                        hit.preferred_name and f"“{hit.preferred_name}”",
                        hit.status,
                        hit.standing,
                        hit.ref,
                        hit.facts(today),
                    ),
                ),
            )
            for n, hit in enumerate(hits, 1)
        )
    )


@cache
def _address() -> str:
    """The address of a client's page, with a place for the client."""
    return reverse("client", args=[0]).replace("0", "%d")
