from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.checklists.forms import whole
from lwg_intake.desk.forms.numbers import NumberForm
from lwg_intake.errors import NotThere
from lwg_intake.policy.effects import foresee
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import NUMBERS, PARTS, SOURCES
from lwg_intake.policy.values import EVER, change, check, newest, values


@dataclass(frozen=True)
class Told:
    """One row of a number's history: from when it holds, who made it (nobody for the default), whether it does, and
    whether a later change for the same day took its place."""

    row: Setting
    said: str
    by: User | None
    is_default: bool
    is_ahead: bool
    is_replaced: bool


@needs(Can.SET_POLICY)
def numbers(request: HttpRequest) -> HttpResponse:
    """Every number of the practice: what it says, its value today and to come, its source, and what it was."""
    today, history = values(), _history()
    parts: list[tuple[str, list[dict[str, Any]]]] = []
    for key, number in NUMBERS.items():
        if key in PARTS:
            parts.append((PARTS[key], []))
        ahead = _to_come(history[key])
        row = {"number": number, "said": number.said(today[key]), "history": history[key], "ahead": ahead}
        parts[-1][1].append(row)
    return render(request, "desk/numbers.html", {"parts": parts, "sources": SOURCES})


@needs(Can.SET_POLICY)
def number(request: HttpRequest, key: str) -> HttpResponse:
    """Change one number from a day on. What the new value would alter is shown before it can be saved."""
    if key not in NUMBERS:
        raise NotThere("There is no such number.")
    form = NumberForm(NUMBERS[key], request.POST or None, is_saving="seen" in request.POST)
    request.on_refusal = lambda refusal: _form(request, key, form, refusal=refusal)  # type: ignore[attr-defined]
    if request.method != "POST" or not form.is_valid():
        return _form(request, key, form)
    value, effective_on = form.cleaned_data["value"], form.cleaned_data["effective_on"]
    number = check(key=key, value=value, effective_on=effective_on)
    shown, _, last = request.POST.get("seen", "").rpartition(" ")
    seen = whole(last)
    if shown != f"{value} {effective_on}" or seen is None:
        form.fields["note"].required = True
        return _form(
            request, key, form,
            foreseen=foresee(key, values(effective_on), value),
            said=number.said(value),
            seen=f"{value} {effective_on} {newest(key)}",
            effective_on=effective_on,
            is_ahead=effective_on > dates.today(),
            later=[told for told in _to_come(_history()[key]) if told.row.effective_on > effective_on],
        )  # fmt: skip
    row = change(key=key, by=request.user, seen=seen, **form.cleaned_data)
    messages.success(request, f"{number.meaning} {number.said(row.value)} from {row.effective_on:%b %-d, %Y} on.")
    return redirect("numbers")


def _form(request: HttpRequest, key: str, form: NumberForm, **also: Any) -> HttpResponse:
    number = NUMBERS[key]
    context = {"number": number, "today": number.said(values()[key]), "history": _history()[key], "form": form, **also}
    return render(request, "desk/number.html", context, status=422 if form.errors else 200)


def _to_come(history: list[Told]) -> list[Told]:
    """What will hold and from when, the next first: of several changes for one day the last one counts."""
    days = {told.row.effective_on: told for told in reversed(history) if told.is_ahead}
    return list(days.values())


def _history() -> dict[str, list[Told]]:
    """Each number's rows, the latest first, with the name of who made it; the default has no day of its own."""
    rows, today = list(Setting.objects.order_by("-effective_on", "-changed_at")), dates.today()
    names = User.objects.in_bulk({row.changed_by_id for row in rows if row.changed_by_id})
    told: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        is_replaced = row.effective_on in {later.row.effective_on for later in told[row.key]}
        by = names.get(row.changed_by_id) if row.changed_by_id else None
        said = NUMBERS[row.key].said(row.value) if row.key in NUMBERS else str(row.value)
        told[row.key].append(Told(row, said, by, row.effective_on == EVER, row.effective_on > today, is_replaced))
    return told
