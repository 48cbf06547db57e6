import time

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.access.sessions import seconds_left


@needs(Can.USE_DESK)
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: what one may do, the password, the second factor."""
    rights = [right.label for right in Can if right in request.user.rights]
    return render(request, "account/index.html", {"rights": rights, "has_second_factor": is_mfa_enabled(request.user)})


@needs(Can.USE_DESK)
def time_left(request: HttpRequest) -> HttpResponse:
    """How many seconds this sign-in still holds. The page asks by itself, so that a left screen goes blank."""
    return JsonResponse({"seconds": max(0, int(seconds_left(request, time.time())))})
