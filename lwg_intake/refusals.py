"""A refusal becomes an answer, once, here: no view catches one."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from lwg_intake.errors import NotThere, Refusal

NUL = "\x00"
NOTHING_TO_SEE = "This address takes what a form sends, and shows nothing. Go back to the page that the form stands on."


class RefusalMiddleware:
    """Answers 403, 404, 409 or 422 with the refusal's own sentence.

    A view that shows a form leaves `request.on_refusal`, a function of the refusal that draws the page again with
    everything that was typed; otherwise the sentence has a page to itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
            page = render(request, "refusal.html", {"refusal": NOTHING_TO_SEE}, status=response.status_code)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """PostgreSQL keeps no NUL in a text, and no keyboard makes one: such a request was made by hand."""
        if any(NUL in value for sent in (request.GET, request.POST) for _, values in sent.lists() for value in values):
            return self.process_exception(request, Refusal("A character in this cannot be kept. Type it again."))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Http404):
            exception = NotThere("There is no such page, or none that you may open.")
        if not isinstance(exception, Refusal):
            return None
        redraw = getattr(request, "on_refusal", None)
        if redraw:
            response = redraw(exception)
            response.status_code = exception.status
            return response
        if "HX-Request" in request.headers:
            response = render(request, "refusal_notice.html", {"refusal": exception}, status=exception.status)
            response["HX-Retarget"], response["HX-Reswap"] = "#notices", "innerHTML show:top"
            return response
        return render(request, "refusal.html", {"refusal": exception}, status=exception.status)
