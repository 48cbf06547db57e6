"""What a clinician's answer does, and who may give it."""

from typing import Any

import pytest
from django.db import transaction

from caseload import actions
from caseload.models import Closure, DeadlineLetter, Snooze, Suggestion
from lwg_intake.audit.models import Event
from lwg_intake.checklists.models import Case
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Contact, Handover, Termination
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, ahead, asked_on, say, states, suggested, today
from tests.caseload.practice import number
from tests.factories.records import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


# --- The four answers -----------------------------------------------------------------------------------------------
def test_close_opens_the_closing_of_that_assignment(practice: Practice) -> None:
    mine = suggested(practice, "inactive", "missed")
    case = say(mine, "close", practice.osei)
    assert (case.procedure, case.client, case.assignment, case.status) == ("closing", mine.client, mine, "open")
    assert set(Closure.objects.get(case=case).grounds) == {"inactive", "missed"}
    assert states(mine) == {("answered", "close")}
    mine.refresh_from_db()
    assert mine.ended_on is None and not Termination.objects.exists() and not Message.objects.exists()
    assert asked_on(today()) == set()


def test_a_letter_goes_by_mail_where_the_client_wants_mail(practice: Practice) -> None:
    mine = suggested(practice, "trying")
    letter = say(mine, "letter", practice.osei, on=ahead(14))
    message = Message.objects.get()
    assert (message.template, message.to, letter.message) == ("T22", mine.client.email, message)
    assert f"{ahead(14):%A, %B %-d, %Y}" in message.body and mine.client.first_name in message.body
    contact = Contact.objects.get()
    assert (contact.direction, contact.channel, contact.outcome) == ("out", "email", "sent")
    assert contact.reason == "Closure notice" and contact.written_by == practice.osei


@pytest.mark.parametrize("fields", [{"client__email_ok": False}, {"client__email_ok": None}, {"client__email": ""}])
def test_to_the_others_it_goes_through_the_portal(practice: Practice, fields: dict[str, Any]) -> None:
    number("email_unasked", 0)
    letter = say(suggested(practice, "trying", **fields), "letter", practice.osei, on=ahead(14))
    assert letter.message is None and not Message.objects.exists()
    assert Contact.objects.get().channel == "portal"


def test_who_was_written_to_is_not_asked_about_before_the_date(practice: Practice) -> None:
    mine = suggested(practice, "inactive")
    say(mine, "letter", practice.osei, on=ahead(14))
    assert asked_on(today()) == asked_on(ahead(14)) == set()
    assert asked_on(ahead(15)) == {"inactive", "deadline_passed"}


def test_a_second_letter_takes_the_place_of_the_first(practice: Practice) -> None:
    mine = suggested(practice, "trying")
    first = say(mine, "letter", practice.osei, on=ahead(3))
    Suggestion.objects.all().delete()
    deeds.SuggestionFactory(assignment=mine, ground="missed")
    second = say(mine, "letter", practice.osei, on=ahead(20))
    first.refresh_from_db()
    assert (first.ended_on, second.ended_on) == (today(), None)
    assert "deadline_passed" not in asked_on(ahead(4))


def test_a_passed_letter_that_was_answered_is_over(practice: Practice) -> None:
    mine = suggested(practice, "deadline_passed")
    letter = DeadlineLetter.objects.create(assignment=mine, deadline_on=ago(1), written_by=practice.osei)
    say(mine, "keep", practice.osei, because="Back from the hospital next week", on=ahead(10))
    letter.refresh_from_db()
    assert letter.ended_on == today()


def test_keep_is_asked_again_on_the_day(practice: Practice) -> None:
    mine = suggested(practice)
    assert say(mine, "keep", practice.osei, because="Abroad until then", on=ahead(20)) is None
    assert states(mine) == {("answered", "keep")}
    assert set(Snooze.objects.values_list("because", "until_on")) == {("Abroad until then", ahead(20))}
    assert asked_on(ahead(1)) == asked_on(ahead(19)) == set()
    assert asked_on(ahead(20)) == {"inactive"}


def test_a_call_meanwhile_does_not_break_the_rest(practice: Practice) -> None:
    """Inactive becomes trying with a call: both are absence, and the clinician has answered that."""
    mine = suggested(practice)
    say(mine, "keep", practice.osei, because="Abroad until then", on=ahead(20))
    ContactFactory(client=mine.client, direction="in", outcome="reached")
    assert asked_on(ahead(1)) == set()


@pytest.mark.parametrize("said", [{"because": "Abroad"}, {"on": ahead(9)}, {"because": "  ", "on": ahead(9)}, {}])
def test_keep_needs_a_reason_and_a_date(practice: Practice, said: dict[str, Any]) -> None:
    mine = suggested(practice)
    with pytest.raises(Refusal, match="Say why this client is kept, and when to ask again"):
        say(mine, "keep", practice.osei, **said)
    assert states(mine) == {("open", "")} and not Snooze.objects.exists()


def test_a_letter_needs_a_date_and_a_reassignment_a_reason(practice: Practice) -> None:
    mine = suggested(practice)
    with pytest.raises(Refusal, match="Choose the date"):
        say(mine, "letter", practice.osei)
    with pytest.raises(Refusal, match="Say why another clinician"):
        say(mine, "reassign", practice.osei, because=" ")
    assert states(mine) == {("open", "")}


def test_reassign_hands_over_and_rests_meanwhile(practice: Practice) -> None:
    mine = suggested(practice)
    handover = say(mine, "reassign", practice.osei, because="Wants evenings")
    assert (handover.kind, handover.assignment, handover.because) == ("reassign", mine, "Wants evenings")
    assert handover.asked_by == practice.osei and handover.taken_up_at is None
    assert asked_on(ahead(1)) == set()


def test_a_reassignment_is_asked_for_once(practice: Practice) -> None:
    mine = suggested(practice)
    say(mine, "reassign", practice.osei, because="Wants evenings")
    deeds.SuggestionFactory(assignment=mine, ground="missed")
    with pytest.raises(Refusal, match="asked for already"):
        say(mine, "reassign", practice.osei, because="Wants evenings")
    assert Handover.objects.count() == 1 and ("open", "") in states(mine)


# --- Who, and when --------------------------------------------------------------------------------------------------
def test_a_supervisor_answers_for_the_team(practice: Practice) -> None:
    mine = suggested(practice)
    say(mine, "keep", practice.marsh, because="On leave", on=ahead(9))
    assert Suggestion.objects.get().answered_by == practice.marsh


@pytest.mark.parametrize("note", ["minor", "risk"])
def test_a_minor_or_a_risk_is_the_clinicians_alone(practice: Practice, note: str) -> None:
    mine = suggested(practice, "inactive", "missed", notes=(note, "other_service"))
    with pytest.raises(NotAllowed, match="Only Abena Osei"):
        say(mine, "close", practice.marsh)
    assert states(mine) == {("open", "")}
    assert isinstance(say(mine, "close", practice.osei), Case)


def test_a_colleagues_client_is_not_there(practice: Practice) -> None:
    mine = suggested(practice)
    theirs = suggested(practice, clinician=practice.colleague)
    for assignment, by in ((mine, practice.duarte), (theirs, practice.osei), (theirs, practice.marsh)):
        with pytest.raises(NotThere):
            say(assignment, "close", by)
    with pytest.raises(NotThere):
        actions.answer(assignment_id=10**6, answer="close", by=practice.osei)
    assert not Case.objects.exists()


@pytest.mark.parametrize("who", ["morgan", "casey", "bo"])
def test_the_office_does_not_answer(practice: Practice, who: str) -> None:
    mine = suggested(practice)
    with pytest.raises(NotAllowed):
        say(mine, "close", getattr(practice, who))
    assert states(mine) == {("open", "")}


def test_the_second_of_two_answers_is_stale(practice: Practice) -> None:
    mine = suggested(practice)
    say(mine, "keep", practice.osei, because="Abroad", on=ahead(9))
    with pytest.raises(Stale, match="Nothing is suggested for .* any more"):
        say(mine, "close", practice.marsh)
    assert states(mine) == {("answered", "keep")} and not Case.objects.exists()


def test_what_was_withdrawn_is_not_answered(practice: Practice) -> None:
    mine = suggested(practice)
    Suggestion.objects.update(status="withdrawn", withdrawn_on=today(), withdrawn_because="The client came.")
    with pytest.raises(Stale):
        say(mine, "close", practice.osei)


def test_every_answer_is_on_record_and_without_words(practice: Practice) -> None:
    for answer, said in (
        ("close", {}), ("letter", {"on": ahead(14)}), ("keep", {"because": "In hospital", "on": ahead(9)}),
        ("reassign", {"because": "In hospital"}),
    ):  # fmt: skip
        mine = suggested(practice, "inactive", "missed")
        say(mine, answer, practice.osei, **said)
        event = Event.objects.get(verb="suggestion.answered", record_id=mine.pk)
        assert (event.actor_id, event.client_id) == (practice.osei.pk, mine.client_id)
        assert event.values["answer"] == answer and set(event.values["grounds"]) == {"inactive", "missed"}
        assert "hospital" not in str(event.values)


def test_no_answer_without_its_audit(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = suggested(practice)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the audit is down")

    monkeypatch.setattr("caseload.actions.record", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        say(mine, "keep", practice.osei, because="Abroad", on=ahead(9))
    assert states(mine) == {("open", "")} and not Snooze.objects.exists()


def test_several_at_once(practice: Practice) -> None:
    several = [suggested(practice) for _ in range(4)]
    outcomes = actions.answer_all(
        assignment_ids=[a.pk for a in several[:3]], answer="letter", by=practice.osei, on=ahead(14)
    )
    assert len(outcomes) == Message.objects.count() == 3
    assert [states(a) for a in several] == [{("answered", "letter")}] * 3 + [{("open", "")}]


def test_several_are_answered_together_or_not_at_all(practice: Practice) -> None:
    good, gone = suggested(practice), suggested(practice)
    say(gone, "keep", practice.marsh, because="Abroad", on=ahead(9))
    with pytest.raises(Stale, match=gone.client.name):
        actions.answer_all(assignment_ids=[good.pk, gone.pk], answer="close", by=practice.osei)
    assert states(good) == {("open", "")} and not Case.objects.exists()
