from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.desk.forms.numbers import NumberForm
from lwg_intake.errors import NotThere
from lwg_intake.policy.models import Setting
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.policy.values import EVER, change, values


@needs(Can.SET_POLICY)
def numbers(request: HttpRequest) -> HttpResponse:
    """Every number of the practice: what it says, its value today, where it comes from, and what it was."""
    today, history = values(), _history()
    rows = [{"number": n, "value": today[key], "history": history[key]} for key, n in NUMBERS.items()]
    return render(request, "desk/numbers.html", {"rows": rows})


@needs(Can.SET_POLICY)
def number(request: HttpRequest, key: str) -> HttpResponse:
    """Change one number from a day on."""
    if key not in NUMBERS:
        raise NotThere("There is no such number.")
    form = NumberForm(request.POST or None)
    request.on_refusal = lambda refusal: _form(request, key, form, refusal=refusal)  # type: ignore[attr-defined]
    if request.method != "POST" or not form.is_valid():
        return _form(request, key, form)
    row = change(key=key, by=request.user, **form.cleaned_data)
    messages.success(request, f"{row.value} {NUMBERS[key].unit} from {row.effective_on:%b %-d, %Y} on.")
    return redirect("numbers")


def _form(request: HttpRequest, key: str, form: NumberForm, *, refusal: Any = None) -> HttpResponse:
    context = {
        "number": NUMBERS[key],
        "value": values()[key],
        "history": _history()[key],
        "form": form,
        "refusal": refusal,
    }
    return render(request, "desk/number.html", context, status=422 if form.errors else 200)


def _history() -> dict[str, list[dict[str, Any]]]:
    """Each number's rows, the latest first, with the name of who made it; the default has no day of its own."""
    rows = list(Setting.objects.order_by("-effective_on", "-changed_at"))
    names = User.objects.in_bulk({row.changed_by_id for row in rows if row.changed_by_id})
    told: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by = names.get(row.changed_by_id) if row.changed_by_id else None
        told[row.key].append({"row": row, "by": by, "is_default": row.effective_on == EVER})
    return told
