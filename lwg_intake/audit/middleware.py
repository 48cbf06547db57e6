from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from lwg_intake.audit.record import coming_from


class OriginMiddleware:
    """Tells the audit from which network address a request came."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(request.META.get("REMOTE_ADDR") or "unknown address"):
            return self.get_response(request)
