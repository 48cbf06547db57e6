from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.desk.actions import search as action
from lwg_intake.records.search import MOST_LINES


@require_http_methods(["GET", "POST"])
@needs(Can.SEE_ALL_CLIENTS, Can.SEE_OWN_CLIENTS, Can.SEE_TEAM_CLIENTS)
def search(request: HttpRequest) -> HttpResponse:
    """The clients that a text may mean: the list under the box while one types, a page of its own without a script.

    The text travels in the body, so that no name stands in an address, a log or a browser's history.
    """
    user: User = request.user  # type: ignore[assignment]
    text = request.POST.get("text", "")
    hits = action.search(text, by=user)
    context = {
        "hits": hits,
        "more": len(hits) == MOST_LINES,
        "asked": len(text.strip()) > 1,
    }
    is_fragment = "HX-Request" in request.headers
    return render(
        request,
        "desk/search_results.html" if is_fragment else "desk/search.html",
        context,
    )
