from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can
from lwg_intake.checklists.forms import whole
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.messages import actions, rules
from lwg_intake.messages.catalogue import COMMON, TEMPLATES, Channel
from lwg_intake.messages.models import Wording
from lwg_intake.messages.texts import Text, original, wording


class WordsForm(forms.Form):
    """The words of a text as a manager types them; what they may say is the action's to judge."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    subject = forms.CharField(
        label="Subject",
        max_length=200,
        required=False,
        help_text="Nothing about the client: a locked phone shows it.",
    )
    body = forms.CharField(
        label="Words", max_length=8000, strip=False, widget=forms.Textarea(attrs={"rows": 16, "class": "note"}),
        error_messages={"required": "Write the words of the text."},
    )  # fmt: skip
    note = forms.CharField(label="What changed, and why", max_length=200, required=False)
    client_ref = forms.CharField(
        label="A client's record number", max_length=40, required=False,
        help_text="Left empty, the names of the variables stand in.",
    )  # fmt: skip

    def __init__(self, channel: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel != Channel.EMAIL:
            del self.fields["subject"]
        if channel == Channel.TEXT:
            self.fields["body"].widget.attrs["rows"] = 6


@needs(Can.EDIT_TEXTS)
@require_GET
def texts(request: HttpRequest) -> HttpResponse:
    """Every text of the practice: what it is for, how it leaves, to whom, and which words are in force."""
    newest: dict[tuple[str, str], Wording] = {}
    for row in Wording.objects.select_related("written_by").order_by("version"):
        newest[row.template, row.channel] = row
    rows = [
        {"kind": kind, "channels": [(channel, newest.get((kind.key, channel))) for channel in kind.channels]}
        for kind in TEMPLATES.values()
    ]
    return render(request, "desk/texts.html", {"rows": rows})


@needs(Can.EDIT_TEXTS)
def text(request: HttpRequest, template: str, channel: str) -> HttpResponse:
    """Change the words of one text, or see first how they read."""
    if template not in TEMPLATES or channel not in TEMPLATES[template].channels:
        raise NotThere("There is no such text.")
    now = wording(template, channel)
    initial = {"after": now.version, "subject": now.subject, "body": now.body}
    if request.method != "POST":
        return _page(request, now, WordsForm(channel, initial=initial))
    form = WordsForm(channel, request.POST)
    if not form.is_valid():
        return _page(request, now, form)
    request.on_refusal = lambda refusal: _refused(request, template, channel, form, refusal)  # type: ignore[attr-defined]
    typed = form.cleaned_data
    words = {"template": template, "channel": channel, "subject": typed.get("subject", ""), "body": typed["body"]}
    if request.POST.get("do") == "preview":
        shown = actions.preview(**words, client_ref=typed["client_ref"], by=request.user)
        return _page(request, now, form, preview=shown)
    made = actions.write_words(**words, note=typed["note"], after=typed["after"], by=request.user)
    messages.success(request, f"Version {made.version} is in force. What is written already keeps its words.")
    for doubt in actions.doubts(channel, made.subject, made.body):
        messages.warning(request, doubt)
    return redirect("text", template, channel)


@needs(Can.EDIT_TEXTS)
@require_POST
def restore(request: HttpRequest, template: str, channel: str) -> HttpResponse:
    """Bring the words of an older version back."""
    version, after = whole(request.POST.get("version")), whole(request.POST.get("after"))
    if version is None or after is None:
        raise Refusal("Choose a version.")
    made = actions.restore(template=template, channel=channel, version=version, after=after, by=request.user)
    messages.success(request, f"Version {made.version} is in force, with the words of version {version}.")
    return redirect("text", template, channel)


def _refused(request: HttpRequest, template: str, channel: str, form: WordsForm, refusal: Refusal) -> HttpResponse:
    """Everything typed stays. Where somebody else was first, their words stand beside, and saving again is on top."""
    now = wording(template, channel)
    if isinstance(refusal, Stale):
        form.data = {**form.data.dict(), "after": str(now.version)}  # type: ignore[attr-defined]
    return _page(request, now, form, refusal=refusal, theirs=now if isinstance(refusal, Stale) else None)


def _page(
    request: HttpRequest, now: Wording, form: WordsForm, *,
    preview: Text | None = None, refusal: Refusal | None = None, theirs: Wording | None = None,
) -> HttpResponse:  # fmt: skip
    kind, channel = TEMPLATES[now.template], now.channel
    needed = kind.needed(channel)
    typed = {name: str(form[name].value() or "") for name in ("subject", "body") if name in form.fields}
    context = {
        "kind": kind,
        "channel": Channel(channel),
        "now": now,
        "form": form,
        "refusal": refusal,
        "theirs": theirs,
        "preview": preview,
        "variables": [(name, name in needed, name in COMMON) for name in kind.known(channel)],
        "segments": rules.segments((preview or now).body) if channel == Channel.TEXT else 0,
        "doubts": actions.doubts(channel, typed.get("subject", ""), typed["body"]),
        "original": original(now.template, channel),
        "history": Wording.objects.filter(template=now.template, channel=channel).select_related("written_by"),
    }
    return render(request, "desk/text.html", context, status=422 if form.errors else 200)
