from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import DayInput
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.messages import actions
from lwg_intake.messages.catalogue import TEMPLATES, Audience
from lwg_intake.messages.models import IncomingText, Message

Status = Message.Status

# What one looks at: its address, its name, and the statuses.
SHOWS: dict[str, tuple[str, tuple[Status, ...]]] = {
    "mend": ("To look at", (Status.FAILED, Status.BOUNCED)),
    "waiting": ("Waiting", (Status.QUEUED, Status.SENDING)),
    "held": ("Held back", (Status.HELD,)),
    "sent": ("Sent", (Status.SENT,)),
    "all": ("All", tuple(Status)),
}
PILLS = {
    Status.QUEUED: "waiting", Status.SENDING: "open", Status.HELD: "hold", Status.SENT: "done",
    Status.FAILED: "blocked", Status.BOUNCED: "warning",
}  # fmt: skip
TOLD = {
    "hold": "Held back: it does not leave until somebody sends it.",
    "again": "It waits to be sent again.",
    "bounced": "It is marked as come back, and stands in the client's log.",
}


class Narrow(forms.Form):
    """Which messages to show; whatever cannot be read narrows nothing."""

    template = forms.ChoiceField(
        label="Text", required=False,
        choices=[("", "Any"), *((key, f"{key} · {kind.purpose}") for key, kind in TEMPLATES.items())],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label="Leaves as", required=False, choices=[("", "Any"), *Message.CHANNELS],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    on = forms.DateField(label="Written on", required=False, widget=DayInput())


@needs(Can.SEE_OUTBOX)
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What waits, what failed and why, what is held back; and the texts from outside that nobody has placed."""
    counts = dict(Message.objects.values_list("status").annotate(n=Count("pk")).order_by())
    shows = [
        {"key": key, "label": label, "count": sum(counts.get(s.value, 0) for s in statuses)}
        for key, (label, statuses) in SHOWS.items()
    ]
    show = request.GET.get("show", "")
    if show not in SHOWS:
        show = next((s["key"] for s in shows[:3] if s["count"]), "all")
    narrow = Narrow(request.GET)
    narrow.is_valid()
    rows = _narrowed(Message.objects.filter(status__in=SHOWS[show][1]).select_related("client"), narrow.cleaned_data)
    page = Paginator(rows, 40).get_page(request.GET.get("page"))
    shown = sorted({message.client_id for message in page if message.client_id})
    record("outbox.opened", by=request.user, clients=len(shown), shown=shown)
    context = {
        "shows": shows,
        "show": show,
        "narrow": narrow,
        "is_narrowed": any(narrow.cleaned_data.values()),
        "page": page,
        "lines": [_line(message) for message in page],
        "more": "&".join(f"{name}={request.GET[name]}" for name in ("show", *narrow.fields) if narrow.data.get(name)),
        "incoming": IncomingText.objects.filter(settled_at__isnull=True)[:20],
        "failed": counts.get(Status.FAILED.value, 0),
        "now": timezone.now(),
        "may_edit": request.user.can(Can.EDIT_TEXTS),
    }
    return render(request, "desk/outbox.html", context)


def _narrowed(rows: QuerySet[Message], asked: dict[str, Any]) -> QuerySet[Message]:
    on: date | None = asked.get("on")
    for name in ("template", "channel"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    return rows.filter(created_at__date=on) if on else rows


def _line(message: Message) -> dict[str, Any]:
    kind = TEMPLATES.get(message.template)
    return {
        "message": message,
        "purpose": kind.purpose if kind else message.template,
        "to_staff": kind is None or kind.audience == Audience.STAFF,
        "pill": PILLS[Status(message.status)],
    }


@needs(Can.SEE_OUTBOX)
@require_GET
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One message with its words. Opening it is recorded."""
    return _page(request, actions.open_message(message_id=pk, by=request.user))


def _page(request: HttpRequest, found: Message, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        **_line(found),
        "now": timezone.now(),
        "refusal": refusal,
        "because": request.POST.get("because", ""),
        "may_hold": found.status == Status.QUEUED,
        "may_send": found.status in (Status.FAILED, Status.BOUNCED, Status.HELD),
        "may_mark": found.status == Status.SENT,
    }
    return render(request, "desk/outbox_message.html", context)


@needs(Can.SEE_OUTBOX)
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold one back, send it again, or mark it as come back: the button says which."""
    do, by = request.POST.get("do", ""), request.user
    found = Message.objects.select_related("client").filter(pk=pk).first()
    if found is None:
        raise NotThere("There is no such message.")
    request.on_refusal = lambda refusal: _page(  # type: ignore[attr-defined]
        request, Message.objects.select_related("client").get(pk=pk), refusal
    )
    if do == "hold":
        actions.hold_one(message_id=pk, because=request.POST.get("because", ""), by=by)
    elif do == "again":
        actions.send_again(message_id=pk, confirmed="confirmed" in request.POST, by=by)
    elif do == "bounced":
        actions.mark_bounced(message_id=pk, by=by)
    else:
        raise Refusal("Choose what is to be done with this message.")
    messages.success(request, TOLD[do])
    return redirect("outbox-message", pk=pk)


@needs(Can.SEE_OUTBOX)
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Send everything that failed again."""
    done, left = actions.send_failed_again(by=request.user)
    messages.success(request, f"{done} wait{'' if done != 1 else 's'} to be sent again.")
    if left:
        messages.warning(request, f"{left} of them want{'' if left != 1 else 's'} a look first: open each one.")
    return redirect("outbox")


@needs(Can.SEE_OUTBOX)
def incoming(request: HttpRequest, pk: int) -> HttpResponse:
    """A text from a number that names no single client: whose is it? Reading it is recorded."""
    text = IncomingText.objects.filter(pk=pk, settled_at__isnull=True).first()
    if text is None:
        raise NotThere("There is no such text, or somebody has settled it already.")
    request.on_refusal = lambda refusal: _incoming(request, text, refusal)  # type: ignore[attr-defined]
    if request.method != "POST":
        record("text.opened", by=request.user, on=text)
        return _incoming(request, text)
    is_clients = request.POST.get("do") == "client"
    ref = (request.POST.get("other_ref", "").strip() or request.POST.get("client_ref", "")) if is_clients else ""
    if is_clients and not ref:
        raise Refusal("Choose the client who sent this, or write the record number.")
    settled = actions.settle(text_id=pk, client_ref=ref, by=request.user)
    messages.success(request, f"It stands in the log of {settled.client}." if settled.client else "Put away.")
    return redirect("outbox")


def _incoming(request: HttpRequest, text: IncomingText, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "text": text,
        "clients": actions.incoming.whose(text.number).visible_to(request.user)[:10],
        "chosen": request.POST.get("client_ref", ""),
        "other": request.POST.get("other_ref", ""),
        "refusal": refusal,
    }
    return render(request, "desk/outbox_incoming.html", context)
