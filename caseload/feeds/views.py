from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caseload.feeds import actions, selectors
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.policy.values import values


@needs(Can.REVIEW_CASELOAD)
@require_http_methods(["GET", "POST"])
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """One's own calendar address: make it, see it, revoke it."""
    if request.method == "POST":
        if request.POST.get("do") == "revoke":
            actions.revoke(by=request.user)
            messages.success(request, "Revoked: the old address does not open any more.")
        else:
            actions.make(by=request.user)
            messages.success(request, "Your address is below. Give it to your calendar, and to nobody else.")
        return redirect("caseload-calendar")
    feed = selectors.feed_of(request.user)
    context = {
        "feed": feed,
        "address": selectors.address(feed) if feed else "",
        "months": values()["roster_review_months"],
    }
    return render(request, "caseload/calendar.html", context)


@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The feed, for whoever has its secret address: a calendar cannot sign in. Nothing on the way may keep it."""
    response = HttpResponse(selectors.calendar(selectors.open_feed(token)), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store, private"
    response["Content-Disposition"] = 'inline; filename="caseload-review.ics"'
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
