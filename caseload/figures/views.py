from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from caseload.figures import rules, selectors, shown
from caseload.figures.declared import FIGURES, lines, terms
from caseload.figures.forms import FiguresForm
from caseload.figures.selectors import Scope
from caseload.figures.shown import Asked
from lwg_intake import dates
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.files import as_csv
from lwg_intake.policy.values import values


@require_GET
@needs(Can.SEE_FIGURES)
def figures(request: HttpRequest) -> HttpResponse:
    """How the practice is doing: each figure as a sentence, a picture and a table, with what it counts."""
    form = _form(request)
    valid = form.is_valid()
    asked = _asked(form)
    found = shown.figures(selectors.remembered(asked.scope, dict(asked.numbers)), asked)
    beside = {}
    if asked.scope.clinicians is not None:
        whole = Scope(asked.scope.today, asked.scope.since, asked.scope.service)
        staying = selectors.staying()
        beside = shown.figures(
            selectors.remembered(whole, dict(asked.numbers)), Asked(whole, asked.numbers, staying)
        )  # fmt: skip
    context = {
        "form": form,
        "asked": request.GET.urlencode() if valid else "",
        "scope": asked.scope,
        "least": asked.least,
        "terms": terms(asked.numbers),
        "figures": [
            (
                figure,
                lines(figure.figure.with_numbers(asked.numbers)),
                beside[key].sums_up if beside else "",
            )
            for key, figure in found.items()
        ],
    }
    return render(request, "caseload/figures.html", context, status=200 if valid else 422)


@require_GET
@needs(Can.SEE_FIGURES)
def table(request: HttpRequest, key: str) -> HttpResponse:
    """The table of one figure as a CSV file, as it stands on the page: small groups stay hidden."""
    if key not in FIGURES:
        raise NotThere("There is no such figure.")
    form = _form(request)
    if not form.is_valid():
        raise Refusal(" ".join(error for errors in form.errors.values() for error in errors))
    asked = _asked(form)
    figure = shown.BUILD[key](selectors.remembered(asked.scope, dict(asked.numbers)), asked)
    response = HttpResponse(as_csv(figure.lines()), content_type="text/csv")
    since = asked.scope.since or "ever"
    response["Content-Disposition"] = f'attachment; filename="{key}-{since}-to-{asked.scope.today}.csv"'
    return response


def _form(request: HttpRequest) -> FiguresForm:
    data = {"months": "12", **request.GET.dict()}
    return FiguresForm(data, user=request.user, clinicians=selectors.clinicians(request.user))


def _asked(form: FiguresForm) -> Asked:
    """What is asked for; what is not understood falls back to the widest, and the page says so."""
    today, chosen = dates.today(), form.chosen
    scope = Scope(
        today=today,
        since=rules.since(form.months_back, today),
        service=form.cleaned_data.get("service", ""),
        clinicians=None if chosen is None else tuple(c.pk for c in chosen),
    )
    return Asked(scope, values(), form.clinicians if chosen is None else chosen)
