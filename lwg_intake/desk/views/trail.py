from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.checklists.forms import whole
from lwg_intake.desk import trail as selectors
from lwg_intake.desk.actions import trail as actions
from lwg_intake.desk.forms.trail import OwnTrailForm, TrailForm
from lwg_intake.desk.trail import Asked
from lwg_intake.desk.verbs import Kind
from lwg_intake.errors import Refusal
from lwg_intake.files import as_csv
from lwg_intake.records.models import Client

# The parts of an address that ask for a piece of the trail, by the names of the fields above it.
PARTS = {"client": "the client", "person": "who", "from": "the first day", "until": "the last day", "kind": "what"}


@require_http_methods(["GET", "POST"])
@needs(Can.SEE_TRAIL)
def trail(request: HttpRequest) -> HttpResponse:
    """Who saw or changed what. The question is posted, and becomes an address that holds numbers of rows only."""
    if request.method == "POST":
        form = TrailForm(request.POST)
        if not form.is_valid():
            return render(request, "desk/trail.html", {"form": form, "refused": True}, status=422)
        return redirect(_address("trail", form.asked))
    asked, unread = _asked(request.GET)
    about = Client.objects.filter(pk=asked.client).first() if asked.client else None
    lines, more = actions.look(asked=asked, before=whole(request.GET.get("before", "")), by=request.user)
    context = {
        "form": TrailForm(initial=_typed(asked) | {"client": about.ref if about else ""}),
        "about": about,
        "is_gone": asked.client is not None and about is None,
        "lines": lines,
        "untold": selectors.untold(about.pk) if about and "before" not in request.GET else [],
        "is_first": "before" not in request.GET,
        "older": _address("trail", asked, before=more) if more else "",
        "newest": _address("trail", asked),
        "file": _address("trail-file", asked),
        "is_narrowed": asked != Asked(),
        "unread": unread,
    }
    return render(request, "desk/trail.html", context)


@require_GET
@needs(Can.SEE_TRAIL)
def trail_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    asked, unread = _asked(request.GET)
    if unread:
        raise Refusal(
            f"This address does not say in a way that is understood: {', '.join(unread)}. "
            "A file of everything would mislead. Ask again on the page of the trail."
        )
    return _file(actions.take_out(asked=asked, by=request.user))


def _file(table: list[list[str]]) -> HttpResponse:
    response = HttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trail-{dates.today()}.csv"'
    return response


@require_GET
@needs(Can.USE_DESK)
def own_trail(request: HttpRequest) -> HttpResponse:
    """What a person did here themselves: everybody sees their own."""
    user: User = request.user  # type: ignore[assignment]
    form = OwnTrailForm(request.GET or None)
    asked = form.asked if form.is_valid() else Asked()
    mine = Asked(None, user.pk, asked.first_on, asked.last_on, asked.kind)
    lines, more = selectors.page(mine, user, whole(request.GET.get("before", "")))
    narrowed = {name: form.data[name] for name in form.fields if form.is_bound and form.data.get(name)}
    context = {
        "form": form,
        "lines": lines,
        "is_first": "before" not in request.GET,
        "older": f"?{urlencode({**narrowed, 'before': more})}" if more else "",
        "newest": f"?{urlencode(narrowed)}",
        "file": f"{reverse('own-trail-file')}?{urlencode(narrowed)}",
        "is_narrowed": bool(narrowed),
    }
    return render(request, "desk/own_trail.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Can.USE_DESK)
def own_trail_file(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    form = OwnTrailForm(request.GET)
    if not form.is_valid():
        raise Refusal("One of the filters is not understood, and a file of everything would mislead. Correct it.")
    return _file(actions.take_out_own(asked=form.asked, by=request.user))


def _address(name: str, asked: Asked, **also: Any) -> str:
    query = urlencode(asked.as_query() | also)
    return f"{reverse(name)}{'?' if query else ''}{query}"


def _asked(sent: QueryDict) -> tuple[Asked, list[str]]:
    """What an address asks for, and which parts of it are not understood: these are left out."""
    told = {name: sent.get(name, "") for name in PARTS}
    asked = Asked(
        client=whole(told["client"]),
        person=whole(told["person"]),
        first_on=_day(told["from"]),
        last_on=_day(told["until"]),
        kind=told["kind"] if told["kind"] in Kind.values else "",
    )
    return asked, [PARTS[name] for name in PARTS if told[name] and name not in asked.as_query()]


def _day(text: str) -> Any:
    try:
        day = forms.DateField(required=False).clean(text)
    except forms.ValidationError:
        return None
    return day if day and day.year < 9999 else None


def _typed(asked: Asked) -> dict[str, Any]:
    return {"person": asked.person, "first_on": asked.first_on, "last_on": asked.last_on, "kind": asked.kind}
