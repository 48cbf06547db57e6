from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.looking import look_up
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import whole
from lwg_intake.checklists.models import Case
from lwg_intake.desk.actions import money
from lwg_intake.desk.retention import keeping
from lwg_intake.errors import Refusal
from lwg_intake.records.models import Appointment, Client, Contact
from lwg_intake.records.snapshot import snapshot

SEE = (Can.SEE_ALL_CLIENTS, Can.SEE_OWN_CLIENTS, Can.SEE_TEAM_CLIENTS)


class BalanceForm(forms.Form):
    amount = forms.DecimalField(label="Balance now, in dollars", max_digits=10, decimal_places=2)
    no_show_fees = forms.DecimalField(
        label="Of it no-show fees", max_digits=10, decimal_places=2, min_value=0, required=False
    )

    def clean_no_show_fees(self) -> object:
        return self.cleaned_data["no_show_fees"] or 0


class ArrangementForm(forms.Form):
    terms = forms.CharField(
        label="Arrangement", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as: $40 a month from December, first payment made.",
        error_messages={"required": "Write what was arranged."},
    )  # fmt: skip


@require_GET
@needs(*SEE)
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """All that the record shows of one client. Opening it is recorded; without the record it does not open."""
    found = look_up(Client.objects, pk, request.user)
    record("client.opened", by=request.user, on=found, client_id=found.pk)
    return _page(request, found)


def _page(request: HttpRequest, found: Client, refusal: Refusal | None = None, **forms_: forms.Form) -> HttpResponse:
    seen = snapshot(found)
    balance = seen.balance
    context = {
        "client": found,
        "seen": seen,
        "kept": keeping(found),
        "refusal": refusal,
        "visits": Paginator(Appointment.objects.filter(client=found).select_related("clinician"), 12).get_page(
            request.GET.get("visits")
        ),
        "contacts": Paginator(Contact.objects.current().filter(client=found).select_related("written_by"), 8).get_page(
            request.GET.get("contacts")
        ),
        "cases": Case.objects.visible_to(request.user).filter(client=found).select_related("opened_by"),
        "open_case": _open_case(request, found, "returning"),
        "open_change": _open_case(request, found, "reassignment"),
        "may_start": request.user.can(Can.WORK_RETURNS),
        "may_reassign": request.user.can(Can.WORK_REASSIGNMENTS),
        "may_clear": request.user.can(Can.CLEAR_BALANCES),
        "balance_form": BalanceForm(
            initial={"amount": balance.amount, "no_show_fees": balance.no_show_fees} if balance else {}
        ),
        "arrangement_form": ArrangementForm(),
        **forms_,
    }
    return render(request, "desk/client.html", context)


def _open_case(request: HttpRequest, client: Client, procedure: str) -> Case | None:
    rows = Case.objects.visible_to(request.user).filter(client=client, procedure=procedure, status__in=Case.OPEN)
    return rows.first()


@require_POST
@needs(Can.CLEAR_BALANCES)
def balance(request: HttpRequest, pk: int) -> HttpResponse:
    """Billing sets the balance, or records or ends an arrangement: the button says which."""
    found = look_up(Client.objects, pk, request.user)
    request.on_refusal = lambda refusal: _page(request, found, refusal)  # type: ignore[attr-defined]
    do = request.POST.get("do", "set")
    if do == "end":
        number = request.POST.get("arrangement", "")
        money.end_arrangement(arrangement_id=whole(number) or 0, by=request.user)
        messages.success(request, "The arrangement has ended: the balance counts again.")
        return redirect("client", pk=pk)
    name, form = ("arrangement_form", ArrangementForm(request.POST)) if do == "arrange" else (
        "balance_form", BalanceForm(request.POST))  # fmt: skip
    if not form.is_valid():
        response = _page(request, found, **{name: form})
        response.status_code = 422
        return response
    request.on_refusal = lambda refusal: _page(request, found, refusal, **{name: form})  # type: ignore[attr-defined]
    if do == "arrange":
        money.arrange(client_id=pk, by=request.user, **form.cleaned_data)
        messages.success(request, "The arrangement is recorded: the balance no longer holds up a return.")
    else:
        money.set_balance(client_id=pk, by=request.user, **form.cleaned_data)
        messages.success(request, "The balance is recorded.")
    return redirect("client", pk=pk)
