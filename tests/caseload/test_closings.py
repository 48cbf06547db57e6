"""A closing from its first step to the termination: what its letter says, and who may end what."""

import re
from typing import Any

import pytest

from caseload import actions
from caseload.models import Closure
from lwg_intake.access.models import User
from lwg_intake.audit.models import Event
from lwg_intake.checklists import actions as engine
from lwg_intake.checklists.board import State, board
from lwg_intake.checklists.models import Case, Entry
from lwg_intake.errors import NotAllowed, NotThere, Refusal
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Appointment, Assignment, Client, Contact, Episode, Handover, Termination
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, ahead, asked_on, do, finish, say, suggested, today, up_to_letter
from tests.factories.policy import SettingFactory
from tests.factories.records import AssignmentFactory, ContactFactory, EpisodeFactory, TerminationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


@pytest.fixture
def case(practice: Practice) -> Case:
    return start(practice)


def start(practice: Practice, *grounds: str, tried: bool = True, **fields: Any) -> Case:
    mine = suggested(practice, *grounds, **fields)
    EpisodeFactory(client=mine.client, started_on=mine.started_on)
    if tried:
        ContactFactory(client=mine.client, direction="out", channel="phone", outcome="no_answer")
    found: Case = say(mine, "close", practice.osei)
    return found


def test_a_closing_ends_with_the_termination_that_a_return_reads(practice: Practice, case: Case) -> None:
    done = finish(case, practice.osei)
    termination = Termination.objects.get()
    assert (termination.client, termination.clinician) == (case.client, practice.clinician)
    assert (termination.service, termination.category, termination.ground) == ("therapy", "none", "Stopped coming")
    assert termination.ended_on == today() == Assignment.objects.get().ended_on
    assert Closure.objects.get().termination == termination
    assert Episode.objects.get().ended_on == today() and Episode.objects.get().termination == termination
    assert done.status == Case.Status.COMPLETED and not board(done).left
    verbs = set(Event.objects.filter(client_id=case.client_id).values_list("verb", flat=True))
    assert {"case.started", "case.ticked", "case.completed", "message.queued", "termination.written"} <= verbs
    assert asked_on(ahead(40)) == set()


def test_nothing_ends_before_the_note_is_signed(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei)
    assert not Termination.objects.exists() and Assignment.objects.get().ended_on is None
    with pytest.raises(Refusal, match="Not done yet: Termination Note"):
        engine.complete(case_id=case.pk, by=practice.osei)


def test_another_service_goes_on(practice: Practice, case: Case) -> None:
    other = AssignmentFactory(client=case.client, clinician=practice.colleague, service="medication")
    finish(case, practice.osei)
    other.refresh_from_db()
    assert other.ended_on is None and Episode.objects.get().ended_on is None


LETTERS = {
    "unreached": ("T20", ("inactive",), {}),
    "attendance": ("T23", ("missed",), {"category": "A"}),
    "agreed": ("T24", ("plan_due",), {}),
    "billing": ("T24", ("inactive",), {"category": "B"}),
}


@pytest.mark.parametrize("why", LETTERS)
def test_the_letter_that_fits(practice: Practice, why: str) -> None:
    template, grounds, ending = LETTERS[why]
    case = start(practice, *grounds)
    up_to_letter(case, practice.osei, **ending)
    do(case, "letter", practice.osei)
    message = Message.objects.get()
    assert (message.template, message.to) == (template, case.client.email)
    assert Closure.objects.get(case=case).letter == message


@pytest.mark.parametrize("why", LETTERS)
def test_a_letter_says_how_to_come_back_and_neither_diagnosis_nor_service(practice: Practice, why: str) -> None:
    _, grounds, ending = LETTERS[why]
    case = start(practice, *grounds, service="medication", client__flags=["part2"])
    up_to_letter(case, practice.osei, ground="Substance use, F10.20", **ending)
    do(case, "letter", practice.osei, referrals="Open Door\nHarbor Help\nA third place")
    message = Message.objects.get()
    text = f"{message.subject}\n{message.body}".lower()
    assert not re.search("therap|medication|psych|diagnos|counsel|treatment|substance|f10", text)
    for said in ("come back", "988", "open door", "harbor help", "a third place", "records"):
        assert said in text
    assert "$" not in text and f"{today():%B %-d, %Y}".lower() in text


def test_nobody_is_told_they_were_tried_when_nobody_tried(practice: Practice) -> None:
    case = start(practice, tried=False)
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei)
    message = Message.objects.get()
    assert message.template == "T24"
    assert "tried to reach you" not in message.body and "talked about" not in message.body


def test_a_letter_by_post_or_portal_queues_nothing_and_is_in_the_log(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei, how="post")
    assert not Message.objects.exists()
    contact = Contact.objects.latest("pk")
    assert contact.reason == "Closure notice" and contact.note.endswith("by post.")


def test_a_letter_that_left_is_not_sent_again(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei)
    with pytest.raises(Refusal, match="cannot be changed"):
        do(case, "letter", practice.osei)
    assert Message.objects.count() == 1


def test_a_visit_ahead_is_cancelled_first_in_therapynotes_words(practice: Practice, case: Case) -> None:
    booked = deeds.visit(Assignment.objects.get(), 5, "scheduled")
    elsewhere = deeds.visit(AssignmentFactory(client=case.client, service="medication"), 5, "scheduled")
    with pytest.raises(Refusal, match="A visit is booked: .*Cancel it in TherapyNotes first"):
        do(case, "visits", practice.osei)
    do(case, "visits", practice.osei, cancelled=True)
    assert Appointment.objects.get(pk=booked.pk).state == "clinician_cancel"
    assert Appointment.objects.get(pk=elsewhere.pk).state == "scheduled"
    assert Event.objects.get(verb="appointments.cancelled").values["visits"] == [booked.pk]


def test_a_visit_booked_meanwhile_stops_the_end(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei)
    deeds.visit(Assignment.objects.get(), 5, "scheduled")
    with pytest.raises(Refusal, match="A visit was booked since"):
        do(case, "note", practice.osei)
    do(case, "visits", practice.osei, cancelled=True)
    do(case, "note", practice.osei)
    assert Termination.objects.exists()


def test_a_hold_stops_a_closing(practice: Practice) -> None:
    case = start(practice, client__flags=["hold"])
    with pytest.raises(Refusal, match="legal hold"):
        do(case, "visits", practice.osei)


def test_a_hold_that_came_meanwhile_stops_letter_and_end(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    Client.objects.update(flags=["hold"])
    with pytest.raises(Refusal, match="legal hold"):
        do(case, "letter", practice.osei)
    Client.objects.update(flags=[])
    do(case, "letter", practice.osei)
    Client.objects.update(flags=["hold"])
    with pytest.raises(Refusal, match="legal hold"):
        do(case, "note", practice.osei)
    assert not Termination.objects.exists()


def test_without_the_client_the_summary_holds_the_reasoning(practice: Practice, case: Case) -> None:
    for key in deeds.FIRST:
        do(case, key, practice.osei)
    do(case, "ending", practice.osei)
    with pytest.raises(Refusal, match="Write why, and what was tried"):
        do(case, "summary", practice.osei, reasoning=" ")
    do(case, "summary", practice.osei, with_client="yes", reasoning="")


def test_what_is_drafted_comes_from_the_record(practice: Practice) -> None:
    mine = suggested(practice, "missed")
    deeds.visit(mine, -60, "kept")
    for days in (50, 40, 35):
        deeds.visit(mine, -days, "no_show")
    ContactFactory(client=mine.client, direction="out", channel="voicemail", outcome="voicemail")
    case = actions.start_closing(assignment_id=mine.pk, by=practice.osei)
    here = board(case)
    text = here.row("summary").step.form.from_record(here.facts)["text"]
    assert "Visits kept: 1" in text and len(re.findall(r", \d{4} no-show", text)) == 3 and "voicemail" in text.lower()
    assert f"{ago(60):%b %-d, %Y}" in text
    assert here.row("ending").step.form.from_record(here.facts)["category"] == "A"


# --- Asked first, reassigned, left ----------------------------------------------------------------------------------
def test_the_office_is_asked_only_where_the_practice_wants_it(practice: Practice) -> None:
    assert board(start(practice, "missed")).row("consult").state == State.NOT_NEEDED
    SettingFactory(key="closing_consults", value=1)
    assert board(start(practice, "inactive")).row("consult").state == State.NOT_NEEDED
    case = start(practice, "missed")
    for key in deeds.FIRST:
        do(case, key, practice.osei)
    with pytest.raises(Refusal, match="First: The office asked first"):
        do(case, "ending", practice.osei)
    with pytest.raises(NotAllowed):
        do(case, "consult", practice.osei)
    with pytest.raises(Refusal, match="The office asks to keep"):
        do(case, "consult", practice.morgan, agrees="no")
    do(case, "consult", practice.casey)
    do(case, "ending", practice.osei)


def test_who_would_go_on_with_another_clinician_is_reassigned(practice: Practice, case: Case) -> None:
    for key in deeds.FIRST[:3]:
        do(case, key, practice.osei)
    do(case, "reassign", practice.osei, wish="yes")
    assert Handover.objects.get().assignment == case.assignment
    with pytest.raises(Refusal, match="goes on with another clinician"):
        do(case, "ending", practice.osei)
    engine.leave(case_id=case.pk, way="kept", because="Goes to a colleague", by=practice.osei)
    assert asked_on(ahead(1)) == set()


def test_left_as_kept_ends_nothing_and_the_night_may_ask_again(practice: Practice, case: Case) -> None:
    do(case, "visits", practice.osei)
    left = engine.leave(case_id=case.pk, way="kept", because="She rang", by=practice.osei)
    assert left.status == Case.Status.KEPT and Assignment.objects.get().ended_on is None
    assert not Termination.objects.exists()
    assert Entry.objects.filter(case=case, deed="left").get().words == "Kept after all: She rang"
    assert asked_on(ahead(1)) == {"inactive"}
    with pytest.raises(Refusal):
        engine.reopen(case_id=case.pk, because="Again", by=practice.osei)


def test_a_service_that_has_ended_is_not_left(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei)
    do(case, "note", practice.osei)
    with pytest.raises(Refusal, match="returning client"):
        engine.leave(case_id=case.pk, way="kept", because="She rang", by=practice.osei)


def test_a_termination_of_the_day_is_not_written_twice(practice: Practice, case: Case) -> None:
    up_to_letter(case, practice.osei)
    do(case, "letter", practice.osei)
    TerminationFactory(client=case.client, clinician=practice.clinician, ended_on=today())
    with pytest.raises(Refusal, match="on record already"):
        do(case, "note", practice.osei)
    assert Assignment.objects.get().ended_on is None


@pytest.mark.parametrize("who", ["duarte", "casey", "morgan"])
def test_others_do_not_close(practice: Practice, case: Case, who: str) -> None:
    by: User = getattr(practice, who)
    with pytest.raises(NotThere if who == "duarte" else NotAllowed):
        do(case, "visits", by)


def test_a_supervisor_closes_for_the_team(practice: Practice, case: Case) -> None:
    finish(case, practice.marsh)
    assert Termination.objects.get().clinician == practice.clinician


def test_one_closing_per_assignment(practice: Practice, case: Case) -> None:
    mine = Assignment.objects.get()
    deeds.SuggestionFactory(assignment=mine, ground="missed")
    with pytest.raises(Refusal, match="already has an open case"):
        say(mine, "close", practice.osei)
    assert Case.objects.count() == 1


def test_the_supervisor_does_not_end_what_is_the_clinicians_alone(practice: Practice) -> None:
    case = start(practice, "inactive", client__flags=["risk"])
    up_to_letter(case, practice.marsh)
    with pytest.raises(NotAllowed, match="the clinician alone decides"):
        do(case, "letter", practice.marsh)
    do(case, "letter", practice.osei)
