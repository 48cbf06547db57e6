"""The writers of the engine. Each deed is one transaction: the change, its line in the history, its audit event."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.board import Board, Row, State, board
from lwg_intake.checklists.gates import sentence, stops
from lwg_intake.checklists.models import Case, Draft, Entry, Question, Tick
from lwg_intake.checklists.procedure import Procedure, Step
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.records.models import Assignment, Client
from lwg_intake.rows import one
from lwg_intake.transitions import move

Entered = Mapping[str, Any] | Callable[[Step, Any], Mapping[str, Any]]


def open_case(
    *, procedure: Procedure, client: Client, by: User, words: str, assignment: Assignment | None = None
) -> Case:
    """Open a case. Raises Refusal where the client (or the assignment) has one of this procedure open already."""
    try:
        with transaction.atomic():
            case = Case.objects.create(
                procedure=procedure.key,
                procedure_version=procedure.version,
                client=client,
                assignment=assignment,
                opened_by=by,
            )
    except IntegrityError as error:
        raise Refusal(f"{client.name} already has an open case of this kind. Go on with that one.") from error
    write(case, "started", words, by=by)
    return case


def write(
    case: Case, deed: str, words: str, *, by: User, step: str = "", fields: Mapping[str, Any] | None = None
) -> None:
    """One line of the case's history and its audit event. The event carries no free text."""
    Entry.objects.create(case=case, step=step, deed=deed, words=words, fields=fields or {}, by=by)
    record(f"case.{deed}", by=by, on=case, procedure=case.procedure, step=step)


def _visible(case_id: int, by: User) -> Case:
    """The case, locked, so that everything judged in this transaction still holds when it is written."""
    try:
        if by.can(Can.SEE_CASES):
            return one(Case, "id", case_id, lock=True)
        return Case.objects.visible_to(by).select_for_update(of=("self",)).get(pk=case_id)
    except Case.DoesNotExist as error:
        raise NotThere("There is no such case, or none that you may open.") from error


def _open(case_id: int, by: User) -> Case:
    case = _visible(case_id, by)
    if case.status != Case.Status.OPEN:
        raise Refusal(f"This case is {case.get_status_display().lower()}. Reopen it first.")
    return case


def _row(here: Board, step_key: str, version: int | None, by: User) -> Row:
    row = here.row(step_key)
    if row is None:
        raise NotThere("There is no such step in this procedure.")
    require(by, row.step.who)
    if row.step.not_starter and here.case.opened_by_id == by.pk:
        raise NotAllowed("Who started a case does not decide it. Ask another manager.")
    if row.version != version:
        tick = row.tick
        who = f"{tick.by} saved it at {timezone.localtime(tick.at):%-I:%M %p}" if tick else "Someone else changed it"
        raise Stale(
            f"This step changed while you had it open: {who}. What you typed is still below; compare, then save."
        )
    return row


def tick(*, case_id: int, step_key: str, fields: Entered, version: int | None, by: User, waiting: bool = False) -> Case:
    """Tick a step (or save it as still waiting), with what was entered.

    `fields` are cleaned values, or a function that cleans them by the step and the facts, so that these are read once
    and under the lock. `version` is the step's version the person saw (0 for one never touched, None where that is
    not known, which is always stale).
    Raises NotAllowed, NotThere, Stale, and Refusal with the gate's own sentence.
    """
    with transaction.atomic():
        case = _open(case_id, by)
        here = board(case)
        row = _row(here, step_key, version, by)
        step, facts = row.step, here.facts
        if row.state == State.NOT_NEEDED:
            raise Refusal(f"“{step.title}” is not needed on this case as it stands.")
        if waiting and not step.can_wait:
            raise Refusal(f"“{step.title}” is done or not done: it cannot be saved as waiting.")
        if row.state == State.LATER:
            raise Refusal(f"First: {', '.join(row.first)}.")
        given = fields(step, facts) if callable(fields) else fields
        # As the database will give them back: rules and effects then see one shape only.
        kept: dict[str, Any] = json.loads(json.dumps(dict(given), cls=DjangoJSONEncoder))
        verdict = step.gate(facts.with_answer(step.key, kept)) if step.gate else None
        if stops(verdict) and not waiting:
            raise Refusal(sentence(verdict))  # type: ignore[arg-type]
        if step.final and row.state == State.DONE:
            raise Refusal(f"“{step.title}” is done and cannot be changed: what it did has left the house.")
        effect = (here.wing.waits if waiting else here.wing.effects).get(step.key)
        if effect:
            kept |= effect(case=case, facts=facts, fields=kept, by=by) or {}
        changed = row.tick is not None and row.tick.outcome == Tick.Outcome.DONE
        _store(
            case, row, by,
            outcome=Tick.Outcome.WAITING if waiting else Tick.Outcome.DONE,
            fields=kept, wording=wording(step), because=sentence(verdict) if verdict else "",
            policy={key: facts.policy[key] for key in here.wing.numbers},
        )  # fmt: skip
        deed, words = (
            ("waiting", "saved, still waiting")
            if waiting
            else ("changed", "changed")
            if changed
            else ("ticked", "done")
        )
        write(case, deed, f"{step.title}: {words}.{_difference(row, kept)}", by=by, step=step.key, fields=kept)
        _close_step(here, case, step.key, by, facts if waiting else facts.with_answer(step.key, kept))
    return case


def untick(*, case_id: int, step_key: str, because: str, version: int | None, by: User) -> Case:
    """Take a tick back, with the reason; what was entered stays to be corrected. Raises as `tick` does."""
    if not because.strip():
        raise Refusal("Say why you take this tick back.")
    with transaction.atomic():
        case = _open(case_id, by)
        here = board(case)
        row = _row(here, step_key, version, by)
        if row.tick is None or row.tick.outcome == Tick.Outcome.UNDONE:
            raise Refusal(f"“{row.step.title}” is not ticked.")
        if row.step.final and row.state == State.DONE:
            raise Refusal(f"“{row.step.title}” cannot be unticked: what it did has left the house.")
        undo = here.wing.undone.get(step_key)
        if undo:
            undo(case=case, facts=here.facts, fields=row.tick.fields, by=by)
        _store(case, row, by, outcome=Tick.Outcome.UNDONE, fields=row.tick.fields, wording=row.tick.wording,
               because="", policy=row.tick.policy)  # fmt: skip
        write(case, "unticked", f"{row.step.title}: unticked, because {because.strip()}", by=by, step=step_key)
        answers = {key: said for key, said in here.facts.answers.items() if key != step_key}
        _close_step(here, case, step_key, by, replace(here.facts, answers=answers))
    return case


def wording(step: Step) -> str:
    """What the page said when the step was ticked, kept with the tick."""
    return "\n".join((step.title, step.ask, *step.do))


def _store(case: Case, row: Row, by: User, **values: Any) -> None:
    """Compare-and-set on the step's version."""
    values |= {"by": by, "at": timezone.now()}
    if row.tick is None:
        Tick.objects.create(case=case, step=row.step.key, **values)
        return
    if not Tick.objects.filter(pk=row.tick.pk, version=row.tick.version).update(version=F("version") + 1, **values):
        raise Stale("Someone else changed this step at the same moment. Look at it again.")


def _difference(row: Row, fields: Mapping[str, Any]) -> str:
    """Which fields a change touched, by their labels."""
    if row.tick is None or row.tick.outcome != Tick.Outcome.DONE or row.step.form is None:
        return ""
    labels = {name: str(field.label or name) for name, field in row.step.form.base_fields.items()}
    names = [label for name, label in labels.items() if str(row.tick.fields.get(name)) != str(fields.get(name))]
    return f" Now different: {', '.join(names)}." if names else ""


def _close_step(here: Board, case: Case, step_key: str, by: User, facts: Any) -> None:
    """What follows every change of a step. `facts` are those before with the change; some steps change more of them."""
    Draft.objects.filter(case=case, step=step_key, by=by).delete()
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    case.version += 1
    here.wing.touched(case=case, by=by, facts=None if step_key in here.wing.reread else facts)


def save_draft(*, case_id: int, step_key: str, fields: Mapping[str, Any], by: User) -> None:
    """Keep what somebody typed, for that person alone, until the step is saved."""
    case = Case.objects.visible_to(by).filter(pk=case_id).first()
    if case is None:
        raise NotThere("There is no such case, or none that you may open.")
    if case.is_open:
        Draft.objects.update_or_create(case=case, step=step_key, by=by, defaults={"fields": dict(fields)})


def save_question(*, case_id: int, step_key: str, fields: Mapping[str, str], by: User) -> None:
    """Keep a question that somebody typed at a step, for that person alone, until it is asked or wiped out."""
    if any(fields.values()):
        save_draft(case_id=case_id, step_key=Draft.question_at(step_key), fields=fields, by=by)
    else:
        Draft.objects.filter(case=case_id, step=Draft.question_at(step_key), by=by).delete()


def ask(*, case_id: int, step_key: str, to: str, text: str, by: User) -> Question:
    """Put a question to management or billing."""
    with transaction.atomic():
        case = _open(case_id, by)
        if board(case).row(step_key) is None:
            raise NotThere("There is no such step in this procedure.")
        question = Question.objects.create(case=case, step=step_key, to=to, text=text, asked_by=by)
        Draft.objects.filter(case=case, step=Draft.question_at(step_key), by=by).delete()
        write(case, "asked", f"Asked {question.get_to_display().lower()}: {text}", by=by, step=step_key)
        Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return question


def answer(*, question_id: int, text: str, by: User) -> Question:
    """Answer a question, once. Raises Stale when somebody else was first."""
    with transaction.atomic():
        question = Question.objects.select_related("case").filter(pk=question_id).first()
        if question is None:
            raise NotThere("There is no such question.")
        require(by, Question.ANSWERS[Question.To(question.to)])
        now = timezone.now()
        rows = Question.objects.filter(pk=question_id, answered_at__isnull=True)
        if not rows.update(answer=text, answered_by=by, answered_at=now):
            raise Stale("Someone else answered this first. Their answer stands on the case.")
        question.answer, question.answered_by, question.answered_at = text, by, now
        write(question.case, "answered", f"{question.get_to_display()} answered: {text}", by=by, step=question.step)
        Case.objects.filter(pk=question.case_id).update(version=F("version") + 1)
    return question


def leave(*, case_id: int, way: str, because: str, by: User) -> Case:
    """Leave a case by one of its ways out; nothing that was done is lost. Raises Refusal without a reason."""
    if not because.strip():
        raise Refusal("Say why.")
    with transaction.atomic():
        case = _visible(case_id, by)
        here = board(case)
        require(by, here.wing.procedure.steps[0].who)
        if way not in here.wing.ways_out:
            labels = ", ".join(Case.Status(out).label.lower() for out in here.wing.ways_out)
            raise Refusal(f"Choose what happened: {labels}.")
        here.wing.may_leave(here.facts, way)
        _end(case, way, by, because.strip())
        here.wing.left(case=case, way=way, by=by)
        write(case, "left", f"{Case.Status(way).label}: {because.strip()}", by=by)
    return case


def reopen(*, case_id: int, because: str, by: User) -> Case:
    """Take a case up again that was left. What was decided stays decided."""
    if not because.strip():
        raise Refusal("Say why you reopen this case.")
    with transaction.atomic():
        case = _visible(case_id, by)
        here = board(case)
        require(by, here.wing.procedure.steps[0].who)
        try:
            with transaction.atomic():
                move(case, Case.Status.OPEN, closed_by=None, closed_at=None, closed_because="")
        except IntegrityError as error:
            raise Refusal("Another case of this kind was opened for this client since. Go on with that one.") from error
        here.wing.reopened(case=case, facts=here.facts, by=by)
        write(case, "reopened", f"Reopened: {because.strip()}", by=by)
    return case


def complete(*, case_id: int, by: User) -> Case:
    """End a case whose steps are all done. Raises Refusal naming the steps that are not."""
    with transaction.atomic():
        case = _open(case_id, by)
        here = board(case)
        require(by, here.wing.procedure.steps[0].who)
        if here.left:
            raise Refusal(f"Not done yet: {', '.join(row.step.title for row in here.left)}.")
        status = here.wing.finished(case=case, facts=here.facts, by=by)
        _end(case, status, by, "")
        here.wing.touched(case=case, by=by)
        write(case, "completed", "All steps are done; the case is complete.", by=by)
    return case


def _end(case: Case, status: str, by: User, because: str) -> None:
    """A waitlist place is not an end: the case stays one of the client's open ones."""
    if status == Case.Status.WAITLIST:
        move(case, status, closed_because=because)
    else:
        move(case, status, closed_by=by, closed_at=timezone.now(), closed_because=because)
