"""The writers of the caseload wing: what a clinician answers to the night, and what each tick of a closing does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from caseload import drafts, selectors
from caseload.facts import Closing
from caseload.models import Closure, DeadlineLetter, Snooze, Suggestion
from caseload.procedure import CLOSING
from caseload.rules import Answer, Ground, Guard, letter_template
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.checklists.actions import open_case
from lwg_intake.checklists.models import Case
from lwg_intake.checklists.registry import Effect
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.messages.catalogue import Channel as MessageChannel
from lwg_intake.messages.outbox import write
from lwg_intake.messages.reaching import reach
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.episodes import derive
from lwg_intake.records.models import Appointment, Assignment, Handover, Termination

Fields = Mapping[str, Any]
Outcome = Case | DeadlineLetter | Handover | None
# The two grounds of absence: a call only turns the one into the other.
ABSENCE = {Ground.INACTIVE, Ground.TRYING}


def answer(
    *, assignment_id: int, answer: str, by: User, because: str = "", on: date | None = None, text: str = "T22"
) -> Outcome:
    """Answer everything that is suggested for one assignment.

    `on` is the letter's deadline or the day to ask again, `text` which letter (T22 to schedule by the day, T21 to ask
    first whether there is interest); `because` is needed to keep and to reassign. Returns what
    came of it: the closing case, the letter, the handover, or nothing for a client who is kept.
    Raises NotAllowed, NotThere, Stale when nothing is open any more, and Refusal.
    """
    require(by, Can.REVIEW_CASELOAD)
    with transaction.atomic():
        assignment = _theirs(assignment_id, by)
        open_ones = list(Suggestion.objects.open().select_for_update().filter(assignment=assignment))
        if not open_ones:
            raise Stale(
                f"Nothing is suggested for {assignment.client.name} any more: it was answered, or its reason has gone. "
                "Nothing was changed."
            )
        _require_clinician(assignment, open_ones, by)
        said = {"because": because, "on": on, "text": text}
        outcome: Outcome = _ANSWERS[Answer(answer)](assignment, open_ones, by=by, **said)
        _settle(assignment, open_ones, Answer(answer), because, by)
    return outcome


def _settle(assignment: Assignment, found: list[Suggestion], answer: Answer, because: str, by: User) -> None:
    """These suggestions are answered, and a letter whose date has gone by with them."""
    Suggestion.objects.filter(pk__in=[s.pk for s in found]).update(
        status=Suggestion.Status.ANSWERED, answer=answer, because=because, answered_by=by, answered_at=timezone.now()
    )
    DeadlineLetter.objects.filter(assignment=assignment, ended_on__isnull=True, deadline_on__lt=dates.today()).update(
        ended_on=dates.today()
    )
    record("suggestion.answered", by=by, on=assignment, answer=answer, grounds=[s.ground for s in found])


def answer_all(*, assignment_ids: Iterable[int], by: User, **said: Any) -> list[Outcome]:
    """The same answer for several: for all of them, or, where one is refused, for none. Raises as `answer` does."""
    with transaction.atomic():
        return [answer(assignment_id=pk, by=by, **said) for pk in sorted(set(assignment_ids))]


def _locked(assignment_id: int) -> Assignment | None:
    rows = Assignment.objects.select_for_update(of=("self",))
    return rows.select_related("client", "clinician__account", "clinician__supervisor").filter(pk=assignment_id).first()


def _theirs(assignment_id: int, by: User) -> Assignment:
    """The assignment, locked. Raises NotThere where it is neither the person's own nor their team's."""
    assignment = _locked(assignment_id)
    clinician = assignment.clinician if assignment else None
    theirs = clinician and (
        clinician.account_id == by.pk
        or (by.can(Can.SEE_TEAM_CLIENTS) and clinician.supervisor and clinician.supervisor.account_id == by.pk)
    )
    if not theirs or assignment is None:
        raise NotThere("There is no such client on your caseload.")
    return assignment


def _require_clinician(assignment: Assignment, found: list[Suggestion], by: User, handed_over: bool = False) -> None:
    """A minor's or a risk-flagged client is the clinician's alone; after a departure, whoever was asked."""
    if handed_over and selectors.has_left(assignment.clinician):
        return
    alone = {Guard.MINOR, Guard.RISK} & ({note for s in found for note in s.notes} | selectors.cautions(assignment))
    if alone and assignment.clinician.account_id != by.pk:
        because = Guard(sorted(alone)[0]).label
        raise NotAllowed(f"{assignment.client.name}: {because} Only {assignment.clinician} can answer this.")


def _close(assignment: Assignment, found: list[Suggestion], *, by: User, **_: Any) -> Case:
    return _open_closing(assignment, [s.ground for s in found], by)


def _open_closing(assignment: Assignment, grounds: list[str], by: User, handover: Handover | None = None) -> Case:
    case = open_case(
        procedure=CLOSING, client=assignment.client, assignment=assignment, by=by,
        words=f"Started the closing of {assignment.client.name}.",
    )  # fmt: skip
    Closure.objects.create(case=case, assignment=assignment, grounds=grounds, handover=handover)
    return case


def start_closing(*, assignment_id: int, by: User) -> Case:
    """Start a closing that no night suggested; what is suggested all the same is answered with it.

    Raises NotAllowed, NotThere, and Refusal where one is open or the service has ended.
    """
    require(by, Can.CLOSE_CLIENTS)
    with transaction.atomic():
        assignment = _theirs(assignment_id, by)
        return _start(assignment, by)


def _start(assignment: Assignment, by: User, handover: Handover | None = None) -> Case:
    if assignment.ended_on is not None:
        raise Refusal(f"This service of {assignment.client.name} has ended already.")
    found = list(Suggestion.objects.open().select_for_update().filter(assignment=assignment))
    _require_clinician(assignment, found, by, handed_over=handover is not None)
    case = _open_closing(assignment, [s.ground for s in found], by, handover)
    if found:
        _settle(assignment, found, Answer.CLOSE, "", by)
    return case


def take_up(*, handover_id: int, by: User) -> Case:
    """Start the closing that another wing asked for: an unresponsive client of a departure (S1).

    One that is open already goes on with the request attached. Raises NotAllowed, NotThere, Refusal, and Stale where
    somebody took it up, or it was withdrawn.
    """
    require(by, Can.END_UNRESPONSIVE)
    with transaction.atomic():
        asked = selectors.asked_of(by).filter(pk=handover_id).first()
        if asked is None:
            raise NotThere("There is no such request, or none that is yours to take up.")
        assignment = _locked(asked.assignment_id)
        assert assignment is not None
        rows = Handover.objects.filter(pk=asked.pk, taken_up_at__isnull=True)
        if not rows.update(taken_up_by=by, taken_up_at=timezone.now()):
            asked.refresh_from_db()
            raise Stale(f"{asked.taken_up_by} took this up already, or it was withdrawn. Nothing was changed.")
        record("handover.taken_up", by=by, on=asked, client_id=assignment.client_id, kind=asked.kind)
        running = Closure.objects.select_related("case").filter(assignment=assignment, case__status="open").first()
        if running is None:
            return _start(assignment, by, asked)
        Closure.objects.filter(pk=running.pk, handover__isnull=True).update(handover=asked)
        return running.case


def _write(
    assignment: Assignment, found: list[Suggestion], *, by: User, on: date | None, text: str, **_: Any
) -> DeadlineLetter:
    """The letter with a date goes out by e-mail where it may; else it is to be sent through the portal."""
    if on is None:
        raise Refusal("Choose the date by which the client is to schedule.")
    if text not in ("T21", "T22"):
        raise Refusal("Choose which letter goes out.")
    absent = {Ground.INACTIVE, Ground.LAPSED, Ground.DEADLINE_PASSED}
    if text == "T21" and absent.isdisjoint(s.ground for s in found):
        raise Refusal(
            f"{assignment.client.name} is in contact: whether there is interest need not be asked. "
            "Use the letter with a date."
        )
    client, words = assignment.client, selectors.letter_words(assignment, text, on)
    if ahead := selectors.visit_ahead(assignment):
        raise Refusal(
            f"{client.name} has a visit on {ahead:%b %-d}: the letter would ask to schedule. Choose another answer."
        )
    message = None
    if reach(client, MessageChannel.EMAIL).to:
        message = write(text, key=f"{text}-assignment-{assignment.pk}-{on}", client=client, **words)
    DeadlineLetter.objects.filter(assignment=assignment, ended_on__isnull=True).update(ended_on=dates.today())
    letter = DeadlineLetter.objects.create(assignment=assignment, deadline_on=on, written_by=by, message=message)
    asked = "to schedule" if text == "T22" else "whether there is still interest, to reply"
    log_contact(
        client_id=client.pk, channel="email" if message else "portal", outcome="sent", by=by,
        reason="Closure notice", note=f"Asked {asked} by {on:%b %-d, %Y}.",
    )  # fmt: skip
    _snooze(assignment, [s for s in found if s.ground != Ground.DEADLINE_PASSED], on + timedelta(days=1),
            f"Letter with the date {on:%b %-d, %Y}", by)  # fmt: skip
    return letter


def _keep(
    assignment: Assignment, found: list[Suggestion], *, by: User, because: str, on: date | None, **_: Any
) -> None:
    if on is None or not because.strip():
        raise Refusal("Say why this client is kept, and when to ask again.")
    _snooze(assignment, found, on, because.strip(), by)


def _snooze(assignment: Assignment, found: list[Suggestion], until: date, because: str, by: User) -> None:
    """Keep the grounds quiet until a day; both grounds of absence rest together."""
    grounds = {s.ground for s in found}
    grounds |= ABSENCE if grounds & ABSENCE else set()
    Snooze.objects.bulk_create(
        Snooze(assignment=assignment, ground=g, until_on=until, because=because, by=by) for g in sorted(grounds)
    )


def _reassign(assignment: Assignment, found: list[Suggestion], *, by: User, because: str, **_: Any) -> Handover:
    if not because.strip():
        raise Refusal("Say why another clinician would serve better.")
    try:
        with transaction.atomic():
            asked = Handover.objects.create(
                kind=Handover.Kind.REASSIGN, assignment=assignment, because=because.strip(), asked_by=by
            )
            record("handover.asked", by=by, on=asked, client_id=assignment.client_id, kind="reassign")
            return asked
    except IntegrityError as error:
        raise Refusal(f"A reassignment of {assignment.client.name} is asked for already.") from error


_ANSWERS: dict[Answer, Callable[..., Outcome]] = {
    Answer.CLOSE: _close,
    Answer.LETTER: _write,
    Answer.KEEP: _keep,
    Answer.REASSIGN: _reassign,
}


# --- What a tick of a closing does ----------------------------------------------------------------------------------


def _visits(*, case: Case, facts: Closing, fields: Fields, by: User) -> None:
    """Visits that were cancelled in TherapyNotes stand here as cancelled by us: they count against nobody."""
    assignment = selectors.details(case).assignment
    if fields["cancelled"]:
        rows = Appointment.objects.filter(
            client_id=case.client_id, clinician_id=assignment.clinician_id, service=assignment.service,
            state="scheduled", starts_at__gte=timezone.now(),
        )  # fmt: skip
        record("appointments.cancelled", by=by, on=case, visits=list(rows.values_list("pk", flat=True)))
        rows.update(state="clinician_cancel")


def _wish(*, case: Case, facts: Closing, fields: Fields, by: User) -> None:
    """A client who would go on with somebody else is handed to the reassignment wing at once."""
    if fields["wish"] == "yes":
        asked, made = Handover.objects.get_or_create(
            kind=Handover.Kind.REASSIGN, assignment=selectors.details(case).assignment, taken_up_at=None,
            defaults={"because": "The client would go on with another clinician.", "asked_by": by},
        )  # fmt: skip
        if made:
            record("handover.asked", by=by, on=asked, client_id=case.client_id, kind="reassign")


def _require_may(facts: Closing, by: User) -> None:
    """The clinician, their supervisor, or whoever may end an unresponsive client's services that were handed over."""
    supervises = by.can(Can.SEE_TEAM_CLIENTS) and facts.supervisor_account == by.pk
    asked = facts.handed_over and by.can(Can.END_UNRESPONSIVE)
    if not (facts.clinician_account == by.pk or supervises or asked):
        raise NotAllowed(f"Only {facts.clinician}, or who supervises them, can close this client. Nothing was changed.")


def _require_alone(facts: Closing, by: User) -> None:
    """A minor's or a risk-flagged client's ending is the clinician's alone; once they left, whoever was asked."""
    alone = Guard.MINOR if facts.is_minor else Guard.RISK if facts.is_at_risk else None
    if alone and facts.clinician_account != by.pk and not (facts.handed_over and facts.clinician_left):
        raise NotAllowed(f"{alone.label} Only {facts.clinician} can do this step.")


def _letter(*, case: Case, facts: Closing, fields: Fields, by: User) -> dict[str, Any]:
    _require_alone(facts, by)
    template = letter_template(facts)
    message = None
    if fields["how"] == "email":
        words = drafts.letter_variables(facts, fields["referrals"])
        message = write(template, key=f"{template}-case-{case.pk}", client=case.client, **words)
        record("message.queued", by=by, on=message, template=template)
        Closure.objects.filter(case=case).update(letter=message)
    log_contact(
        client_id=case.client_id, channel="email" if message else "portal", outcome="sent", by=by,
        reason="Closure notice", note=f"Closing letter ({template}), by {fields['how']}.",
    )  # fmt: skip
    return {"template": template}


def _end(*, case: Case, facts: Closing, fields: Fields, by: User) -> None:
    """The Termination that a return reads one day; the assignment ends with it."""
    _require_alone(facts, by)
    assignment = selectors.details(case).assignment
    ended_on = date.fromisoformat(facts.said("ending", "ended_on"))
    termination, made = Termination.objects.get_or_create(
        client_id=case.client_id, clinician_id=assignment.clinician_id, service=assignment.service, ended_on=ended_on,
        defaults={"category": facts.said("ending", "category"), "ground": facts.said("ending", "ground"),
                  "note": "Closed after review." },
    )  # fmt: skip
    if not made:
        raise Refusal("A termination of that day is on record already. Look at the client's record.")
    Assignment.objects.filter(pk=assignment.pk, ended_on__isnull=True).update(ended_on=ended_on)
    derive([case.client_id])
    Closure.objects.filter(case=case).update(termination=termination)
    record("termination.written", by=by, on=termination, category=termination.category)


def _by_whom_it_may(effect: Effect | None) -> Effect:
    """The step's effect, for those alone who may close this client."""

    def checked(*, case: Case, facts: Closing, fields: Fields, by: User) -> dict[str, Any] | None:
        _require_may(facts, by)
        return effect(case=case, facts=facts, fields=fields, by=by) if effect else None

    return checked


_DO: dict[str, Effect] = {"visits": _visits, "reassign": _wish, "letter": _letter, "note": _end}
EFFECTS = {step.key: _by_whom_it_may(_DO.get(step.key)) for step in CLOSING.steps if step.who == Can.CLOSE_CLIENTS}
UNDONE = {key: _by_whom_it_may(None) for key in EFFECTS}


def may_leave(facts: Closing, way: str) -> None:
    if "note" in facts.answers:
        raise Refusal("The service has ended. Somebody who comes back is a returning client.")


def left(*, case: Case, way: str, by: User) -> None:
    """Kept after all: the night may ask again tomorrow."""
    _require_may(selectors.facts(case), by)


def reopened(*, case: Case, facts: Closing, by: User) -> None:
    """A closing that was left is not reopened: the night asks anew."""
    raise Refusal("A closing is started anew from the caseload.")


def finished(*, case: Case, facts: Closing, by: User) -> str:
    _require_may(facts, by)
    return Case.Status.COMPLETED


def touched(*, case: Case, by: User, facts: Closing | None = None) -> None:
    """Nothing else follows a closing's steps."""
