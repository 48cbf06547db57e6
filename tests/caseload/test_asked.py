"""Closings that no night suggested: begun by hand, or asked for after a departure; and the letter that asks first."""

from typing import Any

import pytest
from django.utils import timezone

from caseload import actions
from caseload.models import Closure, DeadlineLetter, Suggestion
from caseload.worklists import waiting_for
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists import actions as engine
from lwg_intake.checklists.models import Case
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.models import Assignment, Clinician, Contact, Handover, Termination
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, ahead, assigned, do, finish, say, states, suggested, up_to_letter
from tests.caseload.practice import number
from tests.factories.access import UserFactory
from tests.factories.caseload import HandoverFactory
from tests.factories.records import ContactFactory
from tests.pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice(db: None) -> Practice:
    made = deeds.make_practice()
    made.priya = UserFactory(first_name="Priya", roles=[Role.TRANSITION_MANAGER])
    return made


def asked(practice: Practice, **fields: Any) -> Handover:
    """Priya asks for the closing of an unresponsive client of Osei's."""
    given = {"assignment": assigned(practice)} if "assignment" not in fields else {}
    return HandoverFactory(kind="close", because="Two calls, e-mail and text unanswered", asked_by=practice.priya,
                           **given | fields)  # fmt: skip


def ring_back(case: Case, by: User, **fields: Any) -> Contact:
    said = {"direction": "in", "channel": "phone", "outcome": "reached", "reason": "Scheduling"} | fields
    return log_contact(client_id=case.client_id, by=by, **said)


# --- By hand --------------------------------------------------------------------------------------------------------
def test_a_clinician_starts_a_closing_without_a_suggestion(practice: Practice) -> None:
    case = actions.start_closing(assignment_id=assigned(practice).pk, by=practice.osei)
    assert Closure.objects.get(case=case).grounds == []
    finish(case, practice.osei)
    assert Termination.objects.count() == 1


def test_what_is_suggested_is_answered_with_it(practice: Practice) -> None:
    mine = suggested(practice, "inactive", "missed")
    case = actions.start_closing(assignment_id=mine.pk, by=practice.osei)
    assert set(Closure.objects.get(case=case).grounds) == {"inactive", "missed"}
    assert states(mine) == {("answered", "close")}


def test_nobody_elses_no_second_and_no_ended_one(practice: Practice) -> None:
    mine = assigned(practice)
    for stranger in (practice.duarte, practice.priya):
        with pytest.raises(NotThere):
            actions.start_closing(assignment_id=mine.pk, by=stranger)
    with pytest.raises(NotAllowed):
        actions.start_closing(assignment_id=mine.pk, by=practice.casey)
    actions.start_closing(assignment_id=mine.pk, by=practice.osei)
    with pytest.raises(Refusal, match="already has an open case"):
        actions.start_closing(assignment_id=mine.pk, by=practice.marsh)
    ended = assigned(practice)
    Assignment.objects.filter(pk=ended.pk).update(ended_on=ago(1))
    with pytest.raises(Refusal, match="ended already"):
        actions.start_closing(assignment_id=ended.pk, by=practice.osei)


@pytest.mark.parametrize("fields", [{"client__dob": ago(365 * 15)}, {"client__flags": ["risk"]}])
def test_a_minor_or_a_client_at_risk_is_the_clinicians_alone(practice: Practice, fields: dict[str, Any]) -> None:
    mine = assigned(practice, **fields)
    with pytest.raises(NotAllowed, match="Only Abena Osei"):
        actions.start_closing(assignment_id=mine.pk, by=practice.marsh)
    actions.start_closing(assignment_id=mine.pk, by=practice.osei)


def test_the_page_asks_once_more_and_opens_the_closing(practice: Practice) -> None:
    mine = assigned(practice)
    browser = signed_in(practice.osei)
    assert f"/caseload/assignments/{mine.pk}/close/" in words(browser.get("/caseload/"))
    path = f"/caseload/assignments/{mine.pk}/close/"
    assert f"Close {mine.client.name}?" in words(browser.get(path)) and not Case.objects.exists()
    case_page = browser.post(path).url
    assert case_page == browser.get(path).url == f"/cases/{Case.objects.get().pk}/"
    assert signed_in(practice.duarte).get(path).status_code == 404


# --- Asked for by another wing --------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["osei", "priya"])
def test_the_clinician_or_the_transition_manager_takes_it_up_and_ends_the_service(practice: Practice, who: str) -> None:
    handover, by = asked(practice), getattr(practice, who)
    case = actions.take_up(handover_id=handover.pk, by=by)
    handover.refresh_from_db()
    assert (handover.taken_up_by, Closure.objects.get(case=case).handover) == (by, handover)
    finish(case, by)
    assert Termination.objects.get().client == case.client
    assert Event.objects.filter(verb="handover.taken_up", client_id=case.client_id).exists()


def test_it_is_taken_up_once(practice: Practice) -> None:
    handover = asked(practice)
    actions.take_up(handover_id=handover.pk, by=practice.priya)
    with pytest.raises(Stale, match="Priya .* took this up already"):
        actions.take_up(handover_id=handover.pk, by=practice.osei)
    assert Case.objects.count() == 1


def test_others_do_not_take_it_up(practice: Practice) -> None:
    handover = asked(practice)
    with pytest.raises(NotThere):
        actions.take_up(handover_id=handover.pk, by=practice.duarte)
    for role in (practice.casey, practice.marsh, practice.morgan):
        with pytest.raises(NotAllowed):
            actions.take_up(handover_id=handover.pk, by=role)
    other = HandoverFactory(kind="reassign", assignment=assigned(practice))
    with pytest.raises(NotThere):
        actions.take_up(handover_id=other.pk, by=practice.priya)


def test_a_closing_that_is_open_already_goes_on_with_the_request(practice: Practice) -> None:
    handover = asked(practice)
    case = actions.start_closing(assignment_id=handover.assignment_id, by=practice.osei)
    assert actions.take_up(handover_id=handover.pk, by=practice.priya).pk == case.pk
    assert Closure.objects.get(case=case).handover == handover


def test_a_closing_nobody_asked_for_is_not_the_transition_managers(practice: Practice) -> None:
    case = actions.start_closing(assignment_id=assigned(practice).pk, by=practice.osei)
    for deed in (
        lambda: do(case, "attempts", practice.priya),
        lambda: do(case, "visits", practice.priya),
        lambda: engine.leave(case_id=case.pk, way="kept", because="No", by=practice.priya),
    ):
        with pytest.raises(NotAllowed, match="can close this client"):
            deed()
    case.refresh_from_db()
    assert case.status == "open" and not case.ticks.exists()


@pytest.mark.parametrize(("last_day", "may"), [(ago(1), True), (ahead(0), False), (None, False)])
def test_a_minor_of_one_who_left_is_closed_by_whoever_was_asked(practice: Practice, last_day: Any, may: bool) -> None:
    handover = asked(practice, assignment=assigned(practice, client__dob=ago(365 * 15)))
    Clinician.objects.filter(pk=practice.clinician.pk).update(last_day=last_day)
    if not may:
        with pytest.raises(NotAllowed, match="minor"):
            actions.take_up(handover_id=handover.pk, by=practice.priya)
        assert Handover.objects.get(pk=handover.pk).taken_up_at is None
        return
    case = actions.take_up(handover_id=handover.pk, by=practice.priya)
    up_to_letter(case, practice.priya)
    do(case, "letter", practice.priya, how="portal")
    do(case, "note", practice.priya)
    assert Termination.objects.exists()


# --- The client rings back ------------------------------------------------------------------------------------------
def test_a_client_who_rings_back_stops_the_last_steps_until_somebody_says_why(practice: Practice) -> None:
    case = actions.take_up(handover_id=asked(practice).pk, by=practice.priya)
    up_to_letter(case, practice.priya)
    ring_back(case, practice.casey)
    with pytest.raises(Refusal, match="in contact since the closing was asked for: incoming phone"):
        do(case, "letter", practice.priya)
    with pytest.raises(Refusal, match="say why"):
        do(case, "letter", practice.priya, heard="  ")
    assert not Message.objects.exists()
    do(case, "letter", practice.priya, heard="Rang to say goodbye; wants no other clinician.")
    do(case, "note", practice.priya)
    assert Termination.objects.exists()


def test_who_rings_after_the_letter_stops_the_end(practice: Practice) -> None:
    case = actions.take_up(handover_id=asked(practice).pk, by=practice.osei)
    up_to_letter(case, practice.osei)
    ring_back(case, practice.casey)
    do(case, "letter", practice.osei, heard="Said goodbye.")
    ring_back(case, practice.casey, direction="out", outcome="replied", channel="email")
    with pytest.raises(Refusal, match="outgoing e-mail"):
        do(case, "note", practice.osei)
    do(case, "note", practice.osei, heard="Said goodbye again.")
    assert Termination.objects.exists()


@pytest.mark.parametrize("heard", ["before", "attempt", "taken back"])
def test_what_is_no_word_since_stops_nothing(practice: Practice, heard: str) -> None:
    handover = asked(practice)
    case = actions.take_up(handover_id=handover.pk, by=practice.priya)
    if heard == "before":
        ContactFactory(client=case.client, direction="in", at=handover.asked_at)
    elif heard == "attempt":
        ring_back(case, practice.casey, direction="out", outcome="voicemail")
    else:
        first = ring_back(case, practice.casey, direction="out")
        ring_back(case, practice.casey, direction="out", outcome="", corrects=first)
    finish(case, practice.priya)
    assert Termination.objects.exists()


def test_the_field_for_it_shows_only_where_somebody_rang(practice: Practice) -> None:
    case = actions.take_up(handover_id=asked(practice).pk, by=practice.osei)
    up_to_letter(case, practice.osei)
    browser = signed_in(practice.osei)
    assert "nonetheless" not in words(browser.get(f"/cases/{case.pk}/?step=letter"))
    ring_back(case, practice.casey)
    page = words(browser.get(f"/cases/{case.pk}/?step=letter"))
    assert "Why end the service nonetheless?" in page and "Ring back first" in page


# --- The home page --------------------------------------------------------------------------------------------------
def lists(user: User) -> dict[str, list[str]]:
    return {work.title: [item.name for item in work.items] for work in waiting_for(user)}


def test_what_was_asked_for_stands_on_the_home_page_until_it_is_taken_up(practice: Practice) -> None:
    handover = asked(practice)
    name = str(handover.assignment.client)
    for who in (practice.osei, practice.priya):
        assert lists(who)["Clients to close, as asked for"] == [name]
    assert lists(practice.duarte)["Clients to close, as asked for"] == []
    assert "Clients to close, as asked for" not in lists(practice.morgan)
    home = words(signed_in(practice.priya).get("/"))
    assert "Clients to close" in home and "Two calls, e-mail and text unanswered" in home
    path = f"/caseload/asked/{handover.pk}/"
    page = words(signed_in(practice.priya).get(path))
    assert "Two calls" in page and "Take it up" in page
    assert signed_in(practice.duarte).get(path).status_code == 404
    assert signed_in(practice.priya).post(path).status_code == 302
    assert signed_in(practice.osei).post(path).status_code == 409
    assert lists(practice.osei)["Clients to close, as asked for"] == []
    assert lists(practice.priya)["Your closings under way"] == [name]


def test_the_office_is_asked_about_attendance_closures_where_policy_says_so(practice: Practice) -> None:
    case = say(suggested(practice, "missed"), "close", practice.osei)
    say(suggested(practice, "inactive"), "close", practice.osei)
    assert "Attendance closures to look at" not in lists(practice.morgan)
    number("closing_consults", 1)
    assert lists(practice.morgan)["Attendance closures to look at"] == [str(case.client)]
    assert lists(practice.casey)["Attendance closures to look at"] == [str(case.client)]
    assert "Attendance closures to look at" not in lists(practice.bo)
    assert "Attendance closures to look at" in words(signed_in(practice.morgan).get("/"))
    do(case, "consult", practice.morgan)
    assert lists(practice.morgan)["Attendance closures to look at"] == []


def test_a_clinician_sees_at_home_how_many_wait_for_a_review(practice: Practice) -> None:
    assert lists(practice.osei)["Caseload"] == []
    suggested(practice, "inactive", "missed")
    suggested(practice)
    suggested(practice, clinician=practice.colleague)
    assert lists(practice.osei)["Caseload"] == ["Review 2 clients"]
    assert "Review 2 clients" in words(signed_in(practice.osei).get("/"))
    assert "Caseload" not in lists(practice.morgan)


# --- The letter that asks first -------------------------------------------------------------------------------------
def test_an_inactive_client_may_be_asked_first(practice: Practice) -> None:
    mine = suggested(practice, "inactive")
    seen = deeds.visit(mine, -50, "kept")
    say(mine, "letter", practice.osei, on=ahead(14), text="T21")
    message = Message.objects.get()
    assert message.template == "T21"
    assert f"{timezone.localtime(seen.starts_at):%B %Y}" in message.body and f"{ahead(14):%A, %B %-d}" in message.body
    assert DeadlineLetter.objects.get().deadline_on == ahead(14)
    assert "still interest" in Contact.objects.get().note


def test_who_is_in_contact_or_was_never_seen_is_not_asked_first(practice: Practice) -> None:
    trying, never = suggested(practice, "trying"), suggested(practice, "inactive")
    deeds.visit(trying, -50, "kept")
    with pytest.raises(Refusal, match="is in contact"):
        say(trying, "letter", practice.osei, on=ahead(14), text="T21")
    with pytest.raises(Refusal, match="never seen"):
        say(never, "letter", practice.osei, on=ahead(14), text="T21")
    with pytest.raises(Refusal, match="which letter"):
        say(never, "letter", practice.osei, on=ahead(14), text="T5")
    assert Suggestion.objects.open().count() == 2 and not Message.objects.exists()


def test_the_page_offers_both_letters(practice: Practice) -> None:
    mine = suggested(practice, "inactive")
    deeds.visit(mine, -50, "kept")
    browser = signed_in(practice.osei)
    assert "Still interested?" in words(browser.get("/caseload/"))
    said = {"assignment": mine.pk, "answer": "letter", "on": ahead(14).isoformat()}
    assert browser.post("/caseload/answers/", said | {"text": "T9"}).status_code == 422
    browser.post("/caseload/answers/", said | {"text": "T21"})
    assert Message.objects.get().template == "T21"
