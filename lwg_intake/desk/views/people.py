from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from lwg_intake.access.accounts import password_path
from lwg_intake.access.models import User
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.desk.actions import people as actions
from lwg_intake.desk.forms.people import PersonForm, label_of
from lwg_intake.records.models import Clinician


@needs(Can.MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Every account, the open ones first."""
    accounts = (
        User.objects.select_related("clinician")
        .annotate(has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type="totp")))
        .order_by("-is_active", Lower("last_name"), Lower("first_name"), "pk")
    )
    return render(request, "desk/people.html", {"accounts": accounts})


@needs(Can.MANAGE_PEOPLE)
def add(request: HttpRequest) -> HttpResponse:
    """Open an account and mail the link to choose a password."""
    form = PersonForm(request.POST or None)
    request.on_refusal = lambda refusal: _form(request, form, refusal=refusal)  # type: ignore[attr-defined]
    if request.method != "POST" or not form.is_valid():
        return _form(request, form)
    person = actions.add_person(by=request.user, **form.cleaned_data)
    del request.on_refusal  # type: ignore[attr-defined]
    messages.success(request, f"{person} has an account now.")
    return _mail_link(request, person)


@needs(Can.MANAGE_PEOPLE)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: its name, roles and clinician's record."""
    who = get_object_or_404(User.objects.select_related("clinician"), pk=pk)
    shown = {
        "first_name": who.first_name,
        "last_name": who.last_name,
        "email": who.email,
        "roles": who.roles,
        "clinician": getattr(who, "clinician", None),
    }
    form = PersonForm(request.POST or None, initial=shown)
    request.on_refusal = lambda refusal: _form(request, form, who=who, refusal=refusal)  # type: ignore[attr-defined]
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, who=who)
    changed = actions.change_person(
        by=request.user, person=who.pk, was=request.POST.get("was", ""), **form.cleaned_data
    )
    messages.success(request, f"The account of {changed} is saved.")
    return redirect("people")


@require_POST
@needs(Can.MANAGE_PEOPLE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    who = actions.close_account(by=request.user, person=get_object_or_404(User, pk=pk).pk)
    messages.success(request, f"The account of {who} is closed, and {who} is signed out everywhere.")
    return redirect("people")


@require_POST
@needs(Can.MANAGE_PEOPLE)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    who = actions.open_account(by=request.user, person=get_object_or_404(User, pk=pk).pk)
    messages.success(request, f"The account of {who} is open again.")
    return _mail_link(request, who)


@require_POST
@needs(Can.MANAGE_PEOPLE)
def mail_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Mail a new link to choose a password."""
    return _mail_link(request, get_object_or_404(User, pk=pk))


@require_POST
@needs(Can.MANAGE_PEOPLE)
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    who = actions.reset_second_factor(by=request.user, person=get_object_or_404(User, pk=pk).pk)
    messages.success(request, f"{who} signs in with the password alone until the second factor is turned on again.")
    return redirect("person", who.pk)


def _mail_link(request: HttpRequest, who: User) -> HttpResponse:
    actions.note_password_link(by=request.user, person=who)
    url = request.build_absolute_uri(password_path(who))
    context = {"user": who, "password_reset_url": url, "request": request}
    get_adapter().send_password_reset_mail(who, who.email, context)
    messages.success(request, f"A link to choose a password was mailed to {who.email}. It works for three days.")
    return redirect("person", who.pk)


def _form(request: HttpRequest, form: PersonForm, *, who: User | None = None, refusal: Any = None) -> HttpResponse:
    context = {
        "form": form,
        "who": who,
        "was": actions.seen(who) if who else "",
        "refusal": refusal,
        "clinicians": [label_of(clinician) for clinician in Clinician.objects.all()],
        "has_second_factor": who and Authenticator.objects.filter(user=who, type="totp").exists(),
    }
    return render(request, "desk/people_form.html", context, status=422 if form.errors else 200)
