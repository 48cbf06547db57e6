"""The caseload page: for a clinician, a supervisor, a manager; its filters, its answers, its mistakes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from caseload.models import Snooze, Suggestion
from caseload.sweeps import sweep
from lwg_intake.access.roles import Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists.models import Case
from lwg_intake.messages.models import Message
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, ahead, assigned, states, suggested
from tests.factories.access import UserFactory
from tests.factories.caseload import DeadlineLetterFactory, SnoozeFactory
from tests.factories.records import ContactFactory, TerminationFactory
from tests.pages import signed_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]

PAGE = "/caseload/"


@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


@pytest.fixture
def osei(practice: Practice) -> Browser:
    return signed_in(practice.osei)


def post(browser: Browser, *several: Any, **said: Any) -> HttpResponse:
    return browser.post(reverse("caseload-answer"), {"assignment": [a.pk for a in several], **said})


def shown(answer: HttpResponse) -> list[str]:
    """The clients in the table of everyone, as listed."""
    return [line.assignment.client.last_name for line in answer.context["lines"]]


# --- What stands on the page ----------------------------------------------------------------------------------------
def test_suggestions_stand_first_with_their_evidence(practice: Practice, osei: Browser) -> None:
    assigned(practice, client__last_name="Aaron")
    mine = assigned(practice, client__last_name="Zimmer")
    for days in (50, 44, 38):
        deeds.visit(mine, -days, "no_show")
    deeds.visit(mine, -70, "kept")
    ContactFactory(client=mine.client, direction="out", outcome="voicemail")
    Suggestion.objects.all().delete()
    sweep()
    Suggestion.objects.exclude(assignment=mine).delete()
    page = osei.get(PAGE)
    text = words(page)
    assert "Your caseload" in text and "2 open assignments of 50 places" in text
    assert shown(page) == ["Zimmer", "Aaron"]
    assert "Unseen for 70 days, no contact on record." in text
    assert f"3 missed: {ago(50):%b %-d, %Y} no-show" in text
    row = text[text.index('<h2 id="everyone">') :]
    assert f'data-label="Last seen">{ago(70):%b %-d, %Y}' in row and 'data-label="Missed" class="num">3' in row


def test_every_ground_the_night_knows_has_its_sentence(practice: Practice, osei: Browser) -> None:
    for ground in ("inactive", "missed", "plan", "unresolved", "trying", "deadline"):
        mine = assigned(practice, started_on=ago(400))
        if ground == "missed":
            for days in (3, 4, 5):
                deeds.visit(mine, -days, "late_cancel")
        if ground == "plan":
            type(mine.client).objects.filter(pk=mine.client_id).update(plan_updated_on=ago(120))
        if ground == "unresolved":
            deeds.visit(mine, -3, "scheduled")
        if ground == "trying":
            ContactFactory(client=mine.client, direction="in", outcome="reached")
        if ground == "deadline":
            DeadlineLetterFactory(assignment=mine, deadline_on=ago(1), written_at=timezone.now() - timedelta(days=15))
    sweep()
    assert set(Suggestion.objects.values_list("ground", flat=True)) >= {
        "inactive", "lapsed", "missed", "plan_due", "unresolved", "trying", "deadline_passed",
    }  # fmt: skip
    text = words(osei.get(PAGE))
    for said in (
        "and never terminated.", "3 missed:", "The plan is of", "1 past without an outcome:", "in contact 0 days ago.",
        f"Asked to schedule by {ago(1):%b %-d, %Y}; nothing is booked.",
    ):  # fmt: skip
        assert said in text


def test_what_is_to_be_known_before_answering(practice: Practice, osei: Browser) -> None:
    suggested(practice, notes=("minor", "other_service"), client__email_ok=False)
    text = words(osei.get(PAGE))
    assert "The client is a minor: the clinician alone decides" in text
    assert "Another service is open: only this assignment would end." in text
    assert "no e-mail" in text


def test_nothing_to_review(practice: Practice, osei: Browser) -> None:
    assigned(practice)
    assert "Nothing to review" in words(osei.get(PAGE))


def test_a_clinician_sees_nobody_elses(practice: Practice, osei: Browser) -> None:
    suggested(practice, clinician=practice.colleague, client__last_name="Elsewhere")
    for address in (PAGE, f"{PAGE}?of={practice.colleague.pk}"):
        page = osei.get(address)
        assert "Your caseload" in words(page) and "Elsewhere" not in words(page)


def test_a_supervisor_looks_at_the_team(practice: Practice) -> None:
    suggested(practice, client__last_name="Teammate")
    suggested(practice, clinician=practice.colleague)
    browser = signed_in(practice.marsh)
    text = words(browser.get(PAGE))
    assert "Your caseload" in text and "Your team" in text
    team = browser.get(f"{PAGE}?of={practice.clinician.pk}")
    assert "Caseload of Abena Osei" in words(team) and shown(team) == ["Teammate"]


def test_a_manager_looks_at_everybodys_and_answers_nobodys(practice: Practice) -> None:
    mine = suggested(practice)
    browser = signed_in(practice.morgan)
    page = browser.get(f"{PAGE}?of={practice.clinician.pk}")
    text = words(page)
    assert "Caseload of Abena Osei" in text and "All caseloads" in text and mine.client.last_name in text
    assert 'name="assignment"' not in text and 'name="answer"' not in text
    assert post(browser, mine, answer="close").status_code == 403
    assert states(mine) == {("open", "")}


OTHERS = [role for role in Role if role not in (Role.CLINICIAN, Role.SUPERVISOR, Role.MANAGER)]


@pytest.mark.parametrize("role", OTHERS)
def test_others_have_no_caseload(practice: Practice, role: Role) -> None:
    mine = suggested(practice)
    browser = signed_in(UserFactory(roles=[role]))
    assert browser.get(PAGE).status_code == 403
    assert post(browser, mine, answer="close").status_code == 403


def test_a_clinician_without_a_record_of_their_own_has_an_empty_page(practice: Practice) -> None:
    suggested(practice)
    text = words(signed_in(UserFactory(roles=[Role.CLINICIAN])).get(PAGE))
    assert "0 open assignments" in text and "Nothing to review" in text


@pytest.mark.parametrize(
    "show, names",
    [
        ("", ["Suggested", "Booked", "Missing"]),
        ("suggested", ["Suggested"]),
        ("unseen", ["Suggested", "Missing"]),
        ("missed", ["Missing"]),
        ("no-such-filter", ["Suggested", "Booked", "Missing"]),
    ],
)
def test_filters(practice: Practice, osei: Browser, show: str, names: list[str]) -> None:
    suggested(practice, client__last_name="Suggested")
    deeds.visit(assigned(practice, client__last_name="Booked"), 4, "scheduled")
    deeds.visit(assigned(practice, client__last_name="Missing"), -4, "no_show")
    assert shown(osei.get(PAGE, {"show": show})) == names


def test_old_misses_of_an_earlier_assignment_do_not_count(practice: Practice, osei: Browser) -> None:
    mine = assigned(practice)
    deeds.visit(mine, -200, "no_show")
    deeds.visit(mine, -20, "no_show")
    deeds.visit(mine, -10, "clinician_cancel")
    assert [line.misses for line in osei.get(PAGE).context["lines"]] == [1]


def test_a_look_is_on_record_without_names(practice: Practice, osei: Browser) -> None:
    mine = suggested(practice, client__last_name="Featherstone")
    osei.get(PAGE)
    event = Event.objects.get(verb="caseload.opened")
    assert event.values == {"clinician": practice.clinician.pk, "clients": 1, "shown": [mine.client_id]}


def test_the_page_costs_the_same_for_three_clients_and_for_forty(practice: Practice, osei: Browser) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert osei.get(PAGE).status_code == 200
        return len(asked)

    def more(count: int) -> None:
        for _ in range(count):
            mine = suggested(practice, "inactive", "missed")
            Suggestion.objects.filter(assignment=mine, ground="missed").update(
                evidence={"count": 1, "misses": [{"on": str(date(2026, 1, 5)), "state": "no_show"}]}
            )
            deeds.visit(mine, -40, "no_show")
            deeds.visit(mine, -90, "kept")
            ContactFactory(client=mine.client)

    more(3)
    few = cost()
    more(37)
    assert cost() == few


# --- Answers --------------------------------------------------------------------------------------------------------
def test_close_leads_into_the_checklist(practice: Practice, osei: Browser) -> None:
    mine = suggested(practice)
    answer = post(osei, mine, answer="close")
    case = Case.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("case", args=[case.pk]))
    assert "Visits ahead" in words(osei.get(answer["Location"]))
    text = words(osei.get(PAGE))
    assert "Closings under way" in text and "Nothing to review" in text


def test_going_back_ticks_nobody(practice: Practice, osei: Browser) -> None:
    """A browser restores ticks by their position, which is another client's once one is answered."""
    suggested(practice)
    assert 'autocomplete="off"' in osei.get(PAGE).content.decode().split('id="review"')[1].split(">")[0]


def test_nobody_with_a_visit_ahead_is_asked_to_schedule(practice: Practice, osei: Browser) -> None:
    booked, other = suggested(practice), suggested(practice)
    deeds.visit(booked, 5, "scheduled")
    deeds.visit(other, 5, "client_cancel")
    answer = post(osei, booked, other, answer="letter", on=ahead(14).isoformat())
    assert answer.status_code == 422 and "the letter would ask to schedule" in words(answer)
    assert states(booked) == states(other) == {("open", "")} and not Message.objects.exists()
    assert post(osei, other, answer="letter", on=ahead(14).isoformat()).status_code == 302


def test_who_is_terminated_already_takes_no_place(practice: Practice, osei: Browser) -> None:
    gone = [assigned(practice), assigned(practice)][0]
    TerminationFactory(client=gone.client, clinician=gone.clinician, service=gone.service, ended_on=ago(1))
    text = words(osei.get(PAGE))
    assert "1 open assignment of 50 places. 49 places free" in text
    assert "1 more terminated already: waiting for the removal." in text


def test_several_are_answered_at_once(practice: Practice, osei: Browser) -> None:
    several = [suggested(practice) for _ in range(3)]
    answer = post(osei, *several[:2], answer="keep", because="Summer at their parents'", on=ahead(30).isoformat())
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    assert f"2 clients kept: asked again on {ahead(30):%b %-d, %Y}." in words(osei.get(PAGE))
    assert Snooze.objects.filter(assignment__in=several[:2], ground="inactive").count() == 2
    assert states(several[2]) == {("open", "")}


def test_a_supervisor_comes_back_to_the_caseload_in_hand(practice: Practice) -> None:
    mine = suggested(practice)
    answer = post(
        signed_in(practice.marsh), mine, answer="reassign", because="Wants evenings", of=str(practice.clinician.pk)
    )
    assert answer["Location"] == f"{PAGE}?of={practice.clinician.pk}"


def test_letters_that_no_mail_carries_are_named_by_number(practice: Practice, osei: Browser) -> None:
    several = [suggested(practice, "inactive"), suggested(practice, "inactive", client__email_ok=False)]
    answer = post(osei, *several, answer="letter", on=ahead(14).isoformat())
    said = [str(message) for message in get_messages(answer.wsgi_request)]
    assert said == [
        f"2 clients written to, with the date {ahead(14):%b %-d, %Y}.",
        "No e-mail went to 1 of them: send that letter through the portal.",
    ]


@pytest.mark.parametrize(
    "said, says",
    [
        ({}, "Choose an answer."),
        ({"answer": "shrug"}, "Select a valid choice"),
        ({"answer": "keep", "because": "Abroad until spring"}, "Choose a date."),
        ({"answer": "keep", "on": "2999-01-01", "because": "Abroad until spring"}, "within a year"),
        ({"answer": "letter", "on": str(ago(1)), "because": "Abroad until spring"}, "after today"),
        ({"answer": "letter", "on": "soon", "because": "Abroad until spring"}, "Enter a valid date."),
        ({"answer": "reassign", "on": str(ahead(3))}, "Say why, for whoever asks again."),
    ],
)
def test_a_mistake_keeps_what_was_typed(practice: Practice, said: dict[str, str], says: str) -> None:
    mine, other = suggested(practice), suggested(practice)
    browser = signed_in(practice.marsh)
    answer = post(browser, mine, of=str(practice.clinician.pk), **said)
    text = words(answer)
    assert answer.status_code == 422 and says in text
    assert "Caseload of Abena Osei" in text
    assert f'value="{mine.pk}" checked' in text and f'value="{other.pk}" checked' not in text
    for value in said.values():
        assert value in text or value == "shrug"
    assert states(mine) == {("open", "")}


def test_nobody_ticked(practice: Practice, osei: Browser) -> None:
    suggested(practice)
    answer = post(osei, answer="keep", because="Abroad until spring", on=ahead(9).isoformat())
    assert answer.status_code == 422
    assert "Tick the clients whom this answer is for." in words(answer) and "Abroad until spring" in words(answer)


@pytest.mark.parametrize("number", ["x", "-1", "9" * 40, "1.5", "\u0663", str(10**9)])
def test_a_number_that_is_no_client(practice: Practice, osei: Browser, number: str) -> None:
    answer = osei.post(reverse("caseload-answer"), {"assignment": number, "answer": "close"})
    assert answer.status_code in (404, 422)


def test_somebody_elses_client_is_not_found(practice: Practice, osei: Browser) -> None:
    theirs = suggested(practice, clinician=practice.colleague)
    answer = post(osei, theirs, answer="close")
    assert answer.status_code == 404 and "There is no such client on your caseload." in words(answer)


def test_a_minor_is_left_to_the_clinician(practice: Practice) -> None:
    mine = suggested(practice, notes=("minor",))
    answer = post(signed_in(practice.marsh), mine, answer="close", of=str(practice.clinician.pk))
    assert answer.status_code == 403 and "Only Abena Osei" in words(answer)


def test_the_second_of_two_is_told_and_the_rest_stay_ticked(practice: Practice, osei: Browser) -> None:
    gone, left = suggested(practice), suggested(practice)
    deeds.say(gone, "keep", practice.marsh, because="Abroad", on=ahead(9))
    answer = post(osei, gone, left, answer="close")
    text = words(answer)
    assert answer.status_code == 409 and f"Nothing is suggested for {gone.client.name} any more" in text
    assert f'value="{left.pk}" checked' in text and states(left) == {("open", "")}


def test_a_snooze_over_lets_the_night_ask_again_on_the_page(practice: Practice, osei: Browser) -> None:
    mine = assigned(practice)
    SnoozeFactory(assignment=mine, until_on=ahead(1), by=practice.osei)
    sweep()
    assert "Nothing to review" in words(osei.get(PAGE))
    sweep(ahead(1))
    assert mine.client.last_name in words(osei.get(PAGE))
