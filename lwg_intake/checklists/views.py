"""The page of a case, for every procedure: facts in sight, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lwg_intake.access.looking import look_up
from lwg_intake.access.needs import needs
from lwg_intake.access.roles import Can, who_may
from lwg_intake.audit.record import record
from lwg_intake.checklists import actions, saved
from lwg_intake.checklists.board import Board, Row, State, board
from lwg_intake.checklists.forms import AnswerForm, LeaveForm, QuestionForm, whole
from lwg_intake.checklists.models import Case, Draft, Question
from lwg_intake.checklists.procedure import Step
from lwg_intake.checklists.registry import wing_of
from lwg_intake.checklists.templatetags.checklists import in_words
from lwg_intake.checklists.templatetags.plain import plain
from lwg_intake.checklists.written import written
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.rows import one

# The office sees every case, a clinician those about their own assignments: Case.visible_to decides which.
SEE = (Can.SEE_CASES, Can.SEE_OWN_CLIENTS, Can.SEE_TEAM_CLIENTS)


def _case(request: HttpRequest, pk: int) -> Case:
    """The case, where this person may see it: the office may see them all. Raises Http404."""
    if not request.user.can(Can.SEE_CASES):
        return look_up(Case.objects, pk, request.user)
    try:
        return one(Case, "id", pk)
    except Case.DoesNotExist as error:
        raise Http404 from error


@require_GET
@needs(*SEE)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The case's page, at the step that is asked for or at the next one."""
    here = board(_case(request, pk))
    record("case.opened", by=request.user, on=here.case)
    return _page(request, here, request.GET.get("step"))


def _page(
    request: HttpRequest,
    here: Board,
    key: str | None,
    form: Any = None,
    refusal: Refusal | None = None,
    **extra: Any,
) -> HttpResponse:
    at = here.row(key) if key else None
    if at is None or at.state == State.NOT_NEEDED:
        at = _next(request, here)
    context: dict[str, Any] = {
        "board": here,
        "case": here.case,
        "at": at,
        "refusal": refusal,
        "seen": here.case.seen,
        "entries": written(here.case).entries,
        "questions": written(here.case).questions,
        "leave_fields": _leave_fields(tuple(way for way in here.wing.ways_out if way != here.case.status)),
        "answers": [to for to, right in Question.ANSWERS.items() if request.user.can(right)],
        "may_lead": request.user.can(here.wing.procedure.steps[0].who),
        "title": here.wing.procedure.title,
        "note": here.facts.note,
        "number": here.number(at),
    }
    if at is not None:
        context |= _step_context(request, here, at, form) | _question_context(
            _question(request, here.case, at.step.key)
        )
    return render(request, "checklists/case.html", context | extra)


def _question_context(typed: Mapping[str, str]) -> dict[str, Any]:
    asking = any(typed.values())
    return {"question_fields": plain(QuestionForm(initial=typed)) if asking else _question_fields(), "asking": asking}


# Both stand folded on every page of a case, empty, and look the same each time.
@cache
def _leave_fields(ways: tuple[str, ...]) -> str:
    return plain(LeaveForm(ways=[(way, way.label) for way in map(Case.Status, ways)]))


@cache
def _question_fields() -> str:
    return plain(QuestionForm())


def _may(request: HttpRequest, here: Board, row: Row) -> bool:
    return request.user.can(row.step.who) and not (row.step.not_starter and here.case.opened_by_id == request.user.pk)


def _next(request: HttpRequest, here: Board) -> Row | None:
    """The step to show first: one that this person can do now, else the case's next, else the last."""
    mine = (row for row in here.free if _may(request, here, row))
    return next(mine, None) or here.next or next(reversed(here.needed), None)


def _step_context(request: HttpRequest, here: Board, at: Row, form: Any) -> dict[str, Any]:
    step = at.step
    shown = _shown(request, here, at)
    if step.form:
        if form is not None:
            shown |= {name: form.data.get(name) for name in form.fields if name in form.data}
        else:
            form = step.form(initial=shown, facts=here.facts)
    may = _may(request, here, at)
    return {
        "form": form,
        "evidence": step.evidence(here.facts) if step.evidence else [],
        "may_tick": may and here.case.status == Case.Status.OPEN and not (step.final and at.state == State.DONE),
        "who": who_may(step.who),
        "say": step.say.replace("{clinician}", str(here.facts.said("match", "clinician", "your clinician"))),
        **(step.context(here.case, here.facts, shown) if step.context and here.case.is_open else {}),
    }


def _shown(request: HttpRequest, here: Board, at: Row) -> dict[str, Any]:
    """What stands in a step's fields: of the record, or what was saved, or what this person typed since."""
    if at.step.form is None:
        return {}
    saved = at.tick.fields if at.tick else {}
    return at.step.form.from_record(here.facts) | saved | _draft(request, here.case, at.step.key)


def _question(request: HttpRequest, case: Case, key: str) -> dict[str, str]:
    """The question that stands at a step, not asked yet: as it was sent just now, or as it was kept before."""
    if request.method == "POST" and "question" in request.POST:
        return {name: request.POST.get(name, "") for name in QuestionForm.base_fields}
    return _draft(request, case, Draft.question_at(key))


def _draft(request: HttpRequest, case: Case, key: str) -> dict[str, Any]:
    """What this person typed there and has not saved yet."""
    mine = (d.fields for d in written(case).drafts if (d.step, d.by_id) == (key, request.user.pk))
    return next(mine, {})


@require_POST
@needs(*SEE)
def step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Tick a step, save it as waiting, keep it as a draft, or take its tick back: the button says which."""
    do = request.POST.get("do", "tick")
    version = whole(request.POST.get("version", ""))
    # The page after a refusal is drawn from the case as it then stands, with what was typed.
    request.on_refusal = partial(_refused, request, pk, key, do != "untick")  # type: ignore[attr-defined]
    if do == "untick":
        because = request.POST.get("because", "")
        actions.untick(case_id=pk, step_key=key, because=because, version=version, by=request.user)
        return redirect(_address(pk, key))
    if do == "draft":
        _keep(request, board(_case(request, pk)), key)
        return redirect(_address(pk, key))
    waiting = do == "waiting"
    ticked = actions.tick(
        case_id=pk, step_key=key, fields=partial(_entered, request), version=version, by=request.user, waiting=waiting
    )
    messages.success(request, f"{_step(ticked, key).title}: {'saved, still waiting' if waiting else 'done'}.")
    if not _keep_question(request, ticked, key):
        return redirect(reverse("case", args=[pk]))
    messages.warning(request, "Your question is not asked yet: it stands below.")
    return redirect(_address(pk, key))


def _step(case: Case, key: str) -> Step:
    step = wing_of(case.procedure).procedure.step(key)
    if step is None:
        raise NotThere("There is no such step in this procedure.")
    return step


def _entered(request: HttpRequest, step: Step, facts: Any) -> dict[str, Any]:
    """What was typed, cleaned by the facts. Raises Refusal where a field is wrong; the fields then say how."""
    if step.form is None:
        return {}
    form = step.form(request.POST, facts=facts)
    if not form.is_valid():
        raise Refusal("Nothing was saved yet: look at what is marked below.")
    return form.cleaned_data


def _refused(request: HttpRequest, pk: int, key: str, typed: bool, refusal: Refusal) -> HttpResponse:
    here = board(_case(request, pk))
    row = here.row(key)
    form = None
    if typed and row is not None and here.case.is_open:
        _keep(request, here, key)
        if row.step.form is not None:
            form = row.step.form(request.POST, facts=here.facts)
            form.is_valid()
    stands = _stands(here, row, form) if isinstance(refusal, Stale) else []
    return _page(request, here, key, form, refusal, stands=stands)


def _stands(here: Board, row: Row | None, form: Any) -> list[tuple[str, str]]:
    """What somebody else saved where it differs from what was typed: label and words."""
    if form is None or row is None or row.tick is None or row.step.form is None:
        return []
    saved = row.step.form(initial=row.tick.fields, facts=here.facts)
    pairs = [(field, in_words(field), in_words(form[field.name])) for field in saved if not field.is_hidden]
    return [(str(field.label), words or "empty") for field, words, typed in pairs if words != typed]


def _address(pk: int, key: str) -> str:
    return f"{reverse('case', args=[pk])}?step={key}"


def _keep(request: HttpRequest, here: Board, key: str) -> None:
    """Keep what was typed at a step: into its fields, where they differ from before, and the question beside them."""
    row = here.row(key)
    if row is None:
        raise NotThere("There is no such step in this procedure.")
    form = row.step.form
    sent = form is not None and not request.POST.keys().isdisjoint({*form.base_fields, "version"})
    # A draft of nothing new would later hide what somebody else saved since.
    if form and sent and form(request.POST, initial=_shown(request, here, row), facts=here.facts).has_changed():
        fields = {
            name: request.POST.getlist(name) if hasattr(field, "choices") and field.widget.allow_multiple_selected
            else request.POST.get(name, "")
            for name, field in form.base_fields.items()
        }  # fmt: skip
        actions.save_draft(case_id=here.case.pk, step_key=key, fields=fields, by=request.user)
    _keep_question(request, here.case, key)


def _keep_question(request: HttpRequest, case: Case, key: str) -> bool:
    """Keep a question that was typed and not asked. Says whether there is one."""
    typed, before = _question(request, case, key), _draft(request, case, Draft.question_at(key))
    asking = any(typed.values())
    if typed != before and (asking or before):
        actions.save_question(case_id=case.pk, step_key=key, fields=typed, by=request.user)
    return asking


@require_POST
@needs(*SEE)
def draft(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Keep what is being typed. Asked by the page itself while somebody types."""
    _keep(request, board(_case(request, pk)), key)
    return HttpResponse(status=204)


@require_GET
@needs(*SEE)
def rail(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of steps, if the case changed since the version the page has; nothing otherwise."""
    found = _case(request, pk)
    if request.GET.get("version") == str(found.version):
        return HttpResponse(status=204)
    here = board(found)
    at = here.row(request.GET.get("step", "")) or _next(request, here)
    changed = at is not None and request.GET.get("at") != str(at.version)
    context = {
        "board": here,
        "case": found,
        "at": at,
        "changed": changed,
        "number": here.number(at),
        "last": found.entries.select_related("by").first(),
    }
    return render(request, "checklists/rail.html", context)


@require_POST
@needs(*SEE)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    here = board(_case(request, pk))
    key = request.POST.get("step", "")
    form = QuestionForm(request.POST)
    request.on_refusal = partial(_refused, request, pk, key, False)  # type: ignore[attr-defined]
    if here.row(key):
        _keep(request, here, key)
    if not form.is_valid():
        again = board(_case(request, pk))
        response = _page(request, again, key, question_fields=plain(form), asking=True)
        response.status_code = 422
        return response
    said = form.cleaned_data
    actions.ask(case_id=pk, step_key=key, to=said["to"], text=said["question"], by=request.user)
    messages.success(request, "Your question is on their page.")
    return redirect(_address(pk, key))


@require_POST
@needs(Can.ANSWER_MANAGEMENT, Can.ANSWER_BILLING)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    question = get_object_or_404(Question.objects.filter(case__in=Case.objects.visible_to(request.user)), pk=pk)
    form = AnswerForm(request.POST)
    request.on_refusal = partial(_refused, request, question.case_id, question.step, False)  # type: ignore[attr-defined]
    if not form.is_valid():
        here = board(_case(request, question.case_id))
        response = _page(request, here, question.step, answering=question.pk)
        response.status_code = 422
        return response
    actions.answer(question_id=pk, text=form.cleaned_data["answer"], by=request.user)
    messages.success(request, "Answered.")
    return redirect(_address(question.case_id, question.step))


@require_POST
@needs(*SEE)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    here = board(_case(request, pk))
    form = LeaveForm(request.POST, ways=[(way, way.label) for way in map(Case.Status, here.wing.ways_out)])

    def again(refusal: Refusal | None = None) -> HttpResponse:
        response = _page(request, here, None, refusal=refusal, leave_fields=plain(form), leaving=True)
        response.status_code = 422
        return response

    request.on_refusal = again  # type: ignore[attr-defined]
    if not form.is_valid():
        return again()
    left = actions.leave(case_id=pk, by=request.user, **form.cleaned_data)
    messages.success(request, f"{left.get_status_display()}. Nothing that was done is lost.")
    return redirect("case", pk=pk)


@require_POST
@needs(*SEE)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    request.on_refusal = partial(_refused, request, pk, "", False)  # type: ignore[attr-defined]
    actions.reopen(case_id=pk, because=request.POST.get("because", ""), by=request.user)
    return redirect("case", pk=pk)


@require_POST
@needs(*SEE)
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    request.on_refusal = partial(_refused, request, pk, "", False)  # type: ignore[attr-defined]
    actions.complete(case_id=pk, by=request.user)
    messages.success(request, "Complete.")
    return redirect("case", pk=pk)


@needs(Can.SEE_CASES)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of a tracker under a name."""
    given = {name: request.POST.get(name, "") for name in ("tracker", "name", "query")}
    view = saved.save_view(**given, by=request.user)
    messages.success(request, f"Saved as “{view.name}”.")
    return redirect(f"{reverse(view.tracker)}?{view.query}")


@needs(Can.SEE_CASES)
@require_POST
def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    tracker = saved.forget_view(view_id=pk, by=request.user)
    messages.success(request, "The view is deleted.")
    return redirect(tracker)
