"""Where the text service calls. Public, because Twilio signs no one in: each call is signed with the account's token
instead, and one without a right signature is turned away before it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lwg_intake.messages import incoming

View = Callable[[HttpRequest], HttpResponse]


def signed(view: View) -> View:
    """Let in only what Twilio signed. CSRF does not apply: no browser and no cookie is involved."""

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        from twilio.request_validator import RequestValidator

        token, url = settings.TWILIO_AUTH_TOKEN, settings.BASE_URL + request.get_full_path()
        signature = request.headers.get("X-Twilio-Signature", "")
        if not token or not RequestValidator(token).validate(url, request.POST, signature):
            return HttpResponseForbidden("This call is not signed by the text service.", content_type="text/plain")
        return view(request)

    return checked


@signed
def text_in(request: HttpRequest) -> HttpResponse:
    """Somebody has sent us a text. The answer is an empty one: nothing is replied."""
    incoming.receive(
        number=request.POST.get("From", ""),
        body=request.POST.get("Body", "")[:5000],
        ref=request.POST.get("MessageSid", "")[:64],
        opt_out=request.POST.get("OptOutType", ""),
    )
    return HttpResponse("<Response/>", content_type="text/xml")


@signed
def text_status(request: HttpRequest) -> HttpResponse:
    """A text of ours was delivered, or was not."""
    from lwg_intake.messages.texting.twilio import sentence

    incoming.report(
        message=_number(request.GET.get("message", "")),
        ref=request.POST.get("MessageSid", "")[:64],
        status=request.POST.get("MessageStatus", ""),
        why=sentence(_number(request.POST.get("ErrorCode", ""))),
    )
    return HttpResponse(status=204)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
