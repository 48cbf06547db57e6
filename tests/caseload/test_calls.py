"""The call list: whom the desk rings and why, one click to log it, and two people at it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from caseload.calls import actions, rules, selectors
from caseload.calls.rules import Ahead, Cover, Why
from lwg_intake import dates
from lwg_intake.audit.models import Event
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.records.models import Contact
from tests.caseload import deeds
from tests.caseload.deeds import Practice, ago, assigned, suggested
from tests.factories.records import AppointmentFactory, ContactFactory, DocumentFactory, InsurancePolicyFactory
from tests.pages import signed_in, words

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
DEFAULTS = {key: number.default for key, number in NUMBERS.items()}


def ahead(**given: Any) -> Ahead:
    """A visit tomorrow that asks for nothing."""
    return Ahead(
        **{
            "today": TODAY, "now": NOW, "starts_at": NOW + timedelta(hours=25), "misses": 0, "since": date(2026, 3, 2),
            "missed_last_on": None, "quiet_since": TODAY, "reminded": False, "cover": Cover("yes", TODAY),
            "self_pays": False, "forms": (),
        } | given
    )  # fmt: skip


def asked(**given: Any) -> set[Why]:
    return set(rules.asks(ahead(**given), DEFAULTS))


# --- The rules ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 19), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 23)),
        (date(2026, 11, 21), date(2026, 11, 23)),
        (date(2026, 11, 22), date(2026, 11, 23)),
    ],
)
def test_the_list_reaches_to_the_next_working_day(today: date, last: date) -> None:
    assert rules.last_day(today) == last


def test_a_visit_that_lacks_nothing_asks_for_nothing() -> None:
    assert asked() == set()


@pytest.mark.parametrize(
    ("hours", "reminded", "due"),
    [(24, False, True), (24.1, False, False), (0.5, False, True), (24, True, False)],
)
def test_a_reminder_is_due_24_hours_before_or_less(hours: float, reminded: bool, due: bool) -> None:
    found = asked(starts_at=NOW + timedelta(hours=hours), reminded=reminded)
    assert found == ({Why.REMIND} if due else set())


@pytest.mark.parametrize(
    ("given", "likely"),
    [
        ({"misses": 1}, False),
        ({"misses": 2}, True),
        ({"missed_last_on": date(2026, 11, 13)}, True),
        ({"quiet_since": TODAY - timedelta(days=29)}, False),
        ({"quiet_since": TODAY - timedelta(days=30)}, True),
    ],
)
def test_who_is_likely_to_miss(given: dict[str, Any], likely: bool) -> None:
    assert asked(**given) == ({Why.LIKELY} if likely else set())


def test_every_reason_is_said() -> None:
    visit = ahead(misses=3, missed_last_on=date(2026, 11, 13), quiet_since=TODAY - timedelta(days=41))
    assert rules.likely_to_miss(visit, DEFAULTS) == [
        "missed the last visit, Nov 13", "3 missed since Mar 2026", "neither seen nor in contact for 41 days",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cover": None}, ["none on record"]),
        ({"cover": Cover("no", TODAY)}, ["not active"]),
        ({"cover": Cover("yes", None)}, ["never checked"]),
        ({"cover": Cover("yes", TODAY - timedelta(days=14))}, []),
        ({"cover": Cover("yes", TODAY - timedelta(days=15))}, ["checked 15 days ago"]),
        ({"cover": Cover("unknown", TODAY)}, ["not known whether active"]),
        ({"cover": Cover("no", None), "self_pays": True}, []),
    ],
)
def test_what_the_insurance_lacks(given: dict[str, Any], said: list[str]) -> None:
    assert rules.insurance(ahead(**given), DEFAULTS) == said


def test_for_a_minor_the_caregiver_is_rung() -> None:
    own = rules.callee("Ana Ruiz", "1", False, "Luz Ruiz", "2")
    assert (own.name, own.phone, own.party) == ("Ana Ruiz", "1", "Ana Ruiz")
    caregiver = rules.callee("Ana Ruiz", "1", True, "Luz Ruiz", "2")
    assert (caregiver.phone, caregiver.party) == ("2", "Luz Ruiz, for Ana Ruiz, a minor")
    unknown = rules.callee("Ana Ruiz", "1", True, "", "")
    assert unknown.phone == "1" and "no guardian's number" in unknown.told


# --- The list -------------------------------------------------------------------------------------------------------
@pytest.fixture
def practice(db: None) -> Practice:
    return deeds.make_practice()


def tomorrow(assignment: Any, **fields: Any) -> Any:
    """A visit on the next working day, at noon."""
    at = timezone.make_aware(datetime.combine(rules.last_day(dates.today()), time(12)))
    return AppointmentFactory(
        **{"client": assignment.client, "clinician": assignment.clinician, "service": assignment.service,
           "state": "scheduled", "starts_at": at} | fields
    )  # fmt: skip


def only() -> selectors.Call:
    (call,) = selectors.visits_ahead()
    return call


def test_the_record_says_what_a_visit_ahead_asks(practice: Practice) -> None:
    who = assigned(practice)
    tomorrow(who)
    deeds.visit(who, -40, "no_show")
    deeds.visit(who, -35, "late_cancel")
    deeds.visit(who, -200, "no_show")  # before this assignment began
    InsurancePolicyFactory(client=who.client, active="unknown")
    DocumentFactory(client=who.client, kind="Telehealth consent", state="sent", signed_on=None)
    DocumentFactory(client=who.client, clinician=practice.colleague, kind="About Me", state="sent", signed_on=None)
    why = only().why
    assert why[Why.LIKELY][0] == f"missed the last visit, {ago(35):%b %-d}"
    assert why[Why.LIKELY][1].startswith("2 missed since")
    assert why[Why.INSURANCE] == ["not known whether active"]
    assert why[Why.FORMS] == ["Telehealth consent"]


def test_past_cancelled_and_later_visits_are_not_on_the_list(practice: Practice) -> None:
    who = assigned(practice)
    deeds.visit(who, -1, "scheduled")
    tomorrow(who, state="client_cancel")
    deeds.visit(who, 9, "scheduled")
    assert selectors.visits_ahead() == []


def test_a_reminder_that_was_heard_is_not_asked_for_again(practice: Practice) -> None:
    who = assigned(practice)
    tomorrow(who, starts_at=timezone.now() + timedelta(hours=1))
    InsurancePolicyFactory(client=who.client)
    deeds.visit(who, -5, "kept")
    assert set(only().why) == {Why.REMIND}
    log(who, practice.casey, "no_answer")
    assert set(only().why) == {Why.REMIND}
    log(who, practice.casey, "voicemail")
    assert set(only().why) == set()


def test_those_trying_stand_with_the_longest_unseen_first(practice: Practice) -> None:
    for days, name in ((35, "Short"), (60, "Long")):
        who = suggested(practice, "trying", client__last_name=name)
        who.suggestions.update(evidence={"days_unseen": days, "days_without_contact": 4}, opened_on=ago(2))
    suggested(practice, "inactive")
    long, short = selectors.trying()
    assert (long.client.last_name, short.client.last_name) == ("Long", "Short")
    assert long.words == "Unseen for 62 days, in contact 6 days ago. Offer a visit."


def test_the_list_costs_the_same_for_few_and_many(practice: Practice) -> None:
    tomorrow(assigned(practice))
    with CaptureQueriesContext(
        connection,
    ) as few:
        selectors.visits_ahead()
    for _ in range(6):
        tomorrow(assigned(practice))
    with CaptureQueriesContext(connection) as many:
        assert len(selectors.visits_ahead()) == 7
    assert len(few) == len(many) <= 14


# --- The deeds ------------------------------------------------------------------------------------------------------
def log(who: Any, by: Any, outcome: str = "reached", after: int | None = None, about: str = "reminder") -> Contact:
    newest = Contact.objects.filter(client=who.client).order_by("-pk").values_list("pk", flat=True).first() or 0
    return actions.log_call(
        client_id=who.client_id, outcome=outcome, about=about, after=newest if after is None else after, by=by
    )


@pytest.mark.parametrize(
    ("outcome", "channel"),
    [("reached", "phone"), ("voicemail", "voicemail"), ("no_answer", "phone"), ("wrong_number", "phone")],
)
def test_a_call_is_in_the_log_under_the_name_of_who_rang(practice: Practice, outcome: str, channel: str) -> None:
    who = assigned(
        practice, client__dob=ago(5000), client__guardian_name="Luz", client__guardian_phone="(301) 555-0123"
    )
    contact = log(who, practice.casey, outcome)
    assert (contact.direction, contact.channel, contact.outcome, contact.reason) == (
        "out",
        channel,
        outcome,
        "Reminder",
    )
    assert contact.party.startswith("Luz, for ") and contact.written_by == practice.casey
    assert Event.objects.get(verb="contact.written").client_id == who.client_id


def test_the_second_of_two_people_hears_of_the_first(practice: Practice) -> None:
    who = assigned(practice)
    log(who, practice.casey, "no_answer", after=0)
    with pytest.raises(Stale, match="Casey Of Staff logged something .* no answer"):
        log(who, practice.morgan, "reached", after=0)
    assert Contact.objects.count() == 1


def test_what_is_no_outcome_and_who_is_no_caller_is_refused(practice: Practice) -> None:
    who = assigned(practice)
    for outcome, about in (("replied", "reminder"), ("", "reminder"), ("reached", "gossip")):
        with pytest.raises(Refusal, match="Choose what came of the call"):
            log(who, practice.casey, outcome, about=about)
    with pytest.raises(NotAllowed):
        log(who, practice.osei)
    with pytest.raises(NotThere):
        actions.log_call(client_id=0, outcome="reached", about="reminder", after=0, by=practice.casey)
    assert not Contact.objects.exists()


def test_a_call_taken_back_counts_as_no_contact_and_both_stay(practice: Practice) -> None:
    who = assigned(practice)
    contact = log(who, practice.casey, "reached")
    with pytest.raises(NotThere):
        actions.take_back(contact_id=contact.pk, by=practice.morgan)
    actions.take_back(contact_id=contact.pk, by=practice.casey)
    with pytest.raises(Stale):
        actions.take_back(contact_id=contact.pk, by=practice.casey)
    assert Contact.objects.count() == 2
    assert [c.outcome for c in Contact.objects.current()] == [""]
    tomorrow(who)
    assert (only().today, selectors.last_contacts({who.client_id})) == ([], {})


def test_a_call_of_yesterday_or_from_a_file_is_not_taken_back(practice: Practice) -> None:
    who = assigned(practice)
    old = ContactFactory(client=who.client, written_by=practice.casey, reason="Reminder",
                         at=timezone.now() - timedelta(days=1))  # fmt: skip
    other = ContactFactory(client=who.client, written_by=practice.casey, reason="Return request")
    for contact in (old, other):
        with pytest.raises(NotThere):
            actions.take_back(contact_id=contact.pk, by=practice.casey)


# --- The page -------------------------------------------------------------------------------------------------------
def sent(call: selectors.Call, outcome: str = "no_answer", **more: Any) -> dict[str, Any]:
    return {
        "key": call.key,
        "client": call.client.pk,
        "about": call.about,
        "after": call.last,
        "outcome": outcome,
    } | more


def test_one_click_logs_a_call_and_the_page_shows_it(practice: Practice) -> None:
    tomorrow(assigned(practice))
    browser = signed_in(practice.casey)
    answer = browser.post("/calls/log/", sent(only(), show="all"))
    assert answer.url == f"/calls/?show=all#{only().key}"
    page = words(browser.get("/calls/?show=all"))
    assert "no answer · you" in page and "Take back" in page
    assert "no answer · Casey Of Staff" in words(signed_in(practice.morgan).get("/calls/?show=all"))


def test_htmx_gets_the_line_alone_also_with_a_refusal(practice: Practice) -> None:
    tomorrow(assigned(practice))
    call, headers = only(), {"HX-Request": "true"}
    browser = signed_in(practice.casey)
    line = browser.post("/calls/log/", sent(call), headers=headers)
    assert line.status_code == 200 and b"<html" not in line.content and b"no answer" in line.content
    late = signed_in(practice.morgan).post("/calls/log/", sent(call, "reached"), headers=headers)
    assert late.status_code == 409 and b"<html" not in late.content
    assert "Casey Of Staff logged something" in words(late)
    assert f'name="after" value="{only().last}"' in words(late)


def test_without_script_a_refusal_stands_on_the_page(practice: Practice) -> None:
    tomorrow(assigned(practice))
    call = only()
    signed_in(practice.casey).post("/calls/log/", sent(call))
    late = signed_in(practice.morgan).post("/calls/log/", sent(call, "reached", show="all"))
    assert late.status_code == 409 and "<h1>Calls</h1>" in words(late) and "logged something" in words(late)


@pytest.mark.parametrize("show", ["", "remind", "likely", "insurance", "forms", "all", "nonsense"])
def test_every_filter_opens(practice: Practice, show: str) -> None:
    tomorrow(assigned(practice))
    assert signed_in(practice.casey).get(f"/calls/?show={show}").status_code == 200


@pytest.mark.parametrize("sent", [{}, {"client": "x", "after": "-1"}, {"client": "9" * 30, "outcome": "reached"}])
def test_a_request_made_by_hand_gets_a_sentence(practice: Practice, sent: dict[str, str]) -> None:
    answer = signed_in(practice.casey).post("/calls/log/", sent)
    assert answer.status_code in (404, 422) and "notice--refusal" in words(answer)
