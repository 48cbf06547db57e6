"""How long a record is kept, legal holds, and what has passed its date: for a person to act on."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.audit.models import Event
from lwg_intake.dates import months_before
from lwg_intake.desk.actions import retention as actions
from lwg_intake.desk.retention import keeping, past
from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.policy.models import Setting
from lwg_intake.records.models import Client, LegalHold, RecordDecision
from tests.factories.access import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.messages import IncomingTextFactory, MessageFactory
from tests.factories.records import (
    AppointmentFactory,
    AssignmentFactory,
    ClientFactory,
    ContactFactory,
    DocumentFactory,
    InsurancePolicyFactory,
    OmhcAssessmentFactory,
    TerminationFactory,
)
from tests.owner import as_owner, guards_aside
from tests.pages import signed_in, words

pytestmark = pytest.mark.django_db
OLD = date(2010, 5, 4)


@pytest.fixture
def manager():
    return UserFactory(roles=["manager"], first_name="Miriam", last_name="Okoye")


def ended(last: date, dob: date | None = date(1970, 1, 1), **fields) -> Client:
    """A former client whose only entry is an assignment that ended on a day."""
    client = ClientFactory(dob=dob, **fields)
    AssignmentFactory(client=client, started_on=last - timedelta(days=100), ended_on=last)
    return client


def listed() -> set[Client]:
    return {row.client for row in past()}


def at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 50)))


@pytest.mark.parametrize(
    ("last", "dob", "until"),
    [
        (date(2019, 3, 2), date(1970, 1, 1), date(2026, 3, 2)),  # seven years
        (date(2020, 2, 29), date(1970, 1, 1), date(2027, 2, 28)),  # a day that the last year does not have
        (date(2019, 3, 2), date(2009, 7, 9), date(2034, 7, 9)),  # a child then: until 25
        (date(2019, 3, 2), date(2001, 3, 2), date(2026, 3, 2)),  # 18 on the very day: the same either way
        (date(2019, 3, 2), date(2001, 3, 3), date(2026, 3, 3)),  # a minor by one day
        (date(2019, 3, 2), None, date(2044, 3, 2)),  # no birth date: as if a newborn
    ],
)
def test_a_record_is_kept_seven_years_and_a_minors_until_25(last, dob, until):
    assert keeping(ended(last, dob)).until == until


@pytest.mark.parametrize(
    "entry",
    [
        lambda c, day: AppointmentFactory(client=c, starts_at=at(day)),
        lambda c, day: ContactFactory(client=c, at=at(day)),
        lambda c, day: TerminationFactory(client=c, ended_on=day),
        lambda c, day: DocumentFactory(client=c, state="sent", sent_on=day, signed_on=None),
        lambda c, day: DocumentFactory(client=c, state="signed", sent_on=OLD, signed_on=day),
        lambda c, day: OmhcAssessmentFactory(client=c, completed_on=day),
        lambda c, day: MessageFactory(client=c, created_at=at(day)),
        lambda c, day: IncomingTextFactory(client=c, received_at=at(day)),
        lambda c, day: InsurancePolicyFactory(client=c, verified_on=day),
        lambda c, day: Client.objects.filter(pk=c.pk).update(plan_updated_on=day),
        lambda c, day: CaseFactory(
            client=c, status="completed", opened_at=at(OLD), closed_at=at(day), closed_by=UserFactory()
        ),
    ],
    ids=["visit", "contact", "termination", "sent", "signed", "omhc", "letter", "text", "insurance", "plan", "case"],
)
def test_the_last_entry_of_any_kind_counts_by_the_practices_day(entry):
    client = ended(OLD)
    entry(client, date(2015, 6, 7))
    assert (keeping(client).last_on, keeping(client).until) == (date(2015, 6, 7), date(2022, 6, 7))


def test_a_record_is_past_from_the_day_after_its_date(monkeypatch):
    monkeypatch.setattr("lwg_intake.dates.today", lambda: date(2026, 6, 7))
    last, gone = ended(date(2019, 6, 7)), ended(date(2019, 6, 6))
    assert (keeping(last).is_past, keeping(gone).is_past) == (False, True)
    assert listed() == {gone}


def test_the_numbers_of_the_practice_count():
    client = ended(months_before(dates.today(), 12 * 8))
    assert listed() == {client}
    Setting.objects.create(key="keep_years", value=9, effective_on=OLD, source="a test")
    assert listed() == set() and keeping(client).until == months_before(dates.today(), -12)


def test_who_is_not_listed(manager):
    ended(OLD, dob=months_before(dates.today(), 12 * 20))  # not 25 yet
    ended(OLD, flags=["hold"])
    under_care = ended(OLD)
    AssignmentFactory(client=under_care, started_on=OLD, ended_on=None)
    in_a_case = ended(OLD)
    CaseFactory(client=in_a_case, opened_at=at(OLD))
    ClientFactory(dob=date(1970, 1, 1))  # nothing on record
    assert listed() == set()
    assert keeping(under_care).until is None
    assert keeping(in_a_case).until is None and not keeping(in_a_case).is_past
    browser = signed_in(manager)
    assert "no date while under care" in words(browser.get(f"/clients/{under_care.pk}/"))
    assert "no date while a case is open" in words(browser.get(f"/clients/{in_a_case.pk}/"))


def test_pages_follow_one_another(manager, monkeypatch):
    monkeypatch.setattr("lwg_intake.desk.retention.PAGE", 2)
    clients = [ended(OLD - timedelta(days=days)) for days in (1, 1, 4, 3, 2)]
    seen = [row.client for number in ("1", "2", "3") for row in past(number)]
    assert seen == [clients[nth] for nth in (2, 3, 4, 0, 1)]
    page = words(signed_in(manager).get("/retention/?page=2"))
    assert "5 records, the longest first." in page and "Page 2 of 3" in page


def test_the_records_under_a_hold_are_listed_with_why_and_since_when(manager):
    imported, held, lifted = ended(OLD, flags=["hold"]), ended(OLD), ended(OLD)
    for client in (held, lifted):
        actions.set_hold(client_id=client.pk, because="Subpoena of May", by=manager)
    actions.lift_hold(client_id=lifted.pk, because="Settled", by=manager)
    answer = signed_in(manager).get("/retention/?show=held")
    page, today = words(answer), dates.today()
    assert "2 records, the longest first." in page and lifted.ref not in page
    first, second = page.partition("<tbody>")[2].split("<tr>")[1:]
    assert imported.ref in first and "unknown" in first and "no reason is on record" in first
    assert held.ref in second and "Subpoena of May" in second and "Miriam Okoye" in second
    assert f"{today:%b} {today.day}, {today.year}" in second
    assert Event.objects.get(verb="holds.opened").values["shown"] == [imported.pk, held.pk]


def test_a_record_kept_on_comes_up_again_after_a_year_and_one_handed_on_does_not(manager):
    kept, handed = ended(OLD), ended(OLD)
    for client, outcome in ((kept, "kept"), (handed, "handed")):
        browser = signed_in(manager)
        page = f"/clients/{client.pk}/keeping/"
        browser.post(page, {"do": "decide", "decide-outcome": outcome, "decide-because": "A sibling is here"})
    assert listed() == set() and Event.objects.filter(verb="retention.decided").count() == 2
    with guards_aside("records_recorddecision") as sql:
        sql.execute("UPDATE records_recorddecision SET decided_at = decided_at - interval '13 months'")
    assert listed() == {kept}
    assert "A sibling is here" in words(signed_in(manager).get("/retention/"))


def test_what_was_decided_last_counts(manager):
    """Handed on by mistake, and put right; and a client who came back after their record was handed on."""
    corrected, came_back = ended(OLD), ended(OLD)
    for client in (corrected, came_back):
        actions.decide(client_id=client.pk, outcome="handed", because="A slip", by=manager)
    actions.decide(client_id=corrected.pk, outcome="kept", because="It is here", by=manager)
    with guards_aside("records_recorddecision") as sql:
        sql.execute("UPDATE records_recorddecision SET decided_at = decided_at - interval '10 years'")
    assert listed() == {corrected}
    ContactFactory(client=came_back, at=at(months_before(dates.today(), 85)))
    assert listed() == {corrected, came_back}


def test_of_two_who_decide_the_second_is_told(manager):
    client = ended(OLD)
    browser, page = signed_in(manager), f"/clients/{client.pk}/keeping/"
    assert '<input type="hidden" name="seen" value="0">' in words(browser.get(page))
    other = UserFactory(roles=["manager"], first_name="Dana", last_name="Whitlock")
    actions.decide(client_id=client.pk, outcome="handed", because="Sent to the archive", by=other, seen=0)
    answer = browser.post(
        page, {"do": "decide", "decide-outcome": "kept", "decide-because": "A sibling is here", "seen": "0"}
    )
    assert answer.status_code == 409 and "Dana Whitlock decided meanwhile: handed to records staff" in words(answer)
    assert "A sibling is here" in words(answer) and "Sent to the archive" in words(answer)
    assert RecordDecision.objects.get().outcome == "handed"


def test_a_decision_needs_a_reason_and_a_record_past_its_date(manager):
    client = ended(OLD)
    answer = signed_in(manager).post(f"/clients/{client.pk}/keeping/", {"do": "decide", "decide-outcome": "handed"})
    assert answer.status_code == 422 and "Say why, or to whom it went." in words(answer)
    with pytest.raises(Refusal, match="not past its date"):
        actions.decide(client_id=ended(dates.today()).pk, outcome="kept", because="Why", by=manager)
    with pytest.raises(Refusal, match="Choose whether"):
        actions.decide(client_id=client.pk, outcome="deleted", because="Why", by=manager)
    assert not RecordDecision.objects.exists()


def test_a_hold_is_set_and_lifted_with_its_flag_its_reasons_and_its_history(manager):
    client, browser = ended(OLD, flags=["risk"]), signed_in(manager)
    page = f"/clients/{client.pk}/keeping/"
    browser.post(page, {"do": "set", "set-because": "Subpoena of May"})
    client.refresh_from_db()
    assert set(client.flags) == {"risk", "hold"} and listed() == set()
    assert "Subpoena of May" in words(browser.get(f"/clients/{client.pk}/"))
    browser.post(page, {"do": "lift", "lift-because": "Case settled"})
    client.refresh_from_db()
    assert client.flags == ["risk"] and listed() == {client}
    assert "Case settled" in words(browser.get(page))
    assert [e.verb for e in Event.objects.filter(verb__startswith="hold.").order_by("pk")] == [
        "hold.set",
        "hold.lifted",
    ]


def test_a_hold_cannot_be_set_twice_nor_lifted_when_there_is_none(manager):
    client = ended(OLD)
    actions.set_hold(client_id=client.pk, because="One", by=manager)
    with pytest.raises(Stale, match="already"):
        actions.set_hold(client_id=client.pk, because="Two", by=manager)
    actions.lift_hold(client_id=client.pk, because="Done", by=manager)
    with pytest.raises(Stale, match="no legal hold"):
        actions.lift_hold(client_id=client.pk, because="Done", by=manager)


def test_what_is_asked_of_who_gives_no_reason_fits_the_deed(manager):
    client, browser = ended(OLD), signed_in(manager)
    page = f"/clients/{client.pk}/keeping/"
    assert "who asked for it, and for which matter" in words(browser.post(page, {"do": "set"}))
    actions.set_hold(client_id=client.pk, because="Subpoena", by=manager)
    answer = words(browser.post(page, {"do": "lift"}))
    assert "Say why the hold is lifted" in answer and "for which matter" not in answer


@pytest.mark.parametrize(("do", "button"), [("set", "Lift the hold"), ("lift", "Set a legal hold")])
def test_a_reason_is_never_carried_into_the_opposite_deed(manager, do, button):
    client, browser = ended(OLD), signed_in(manager)
    if do == "set":
        actions.set_hold(client_id=client.pk, because="Subpoena", by=manager)
    answer = browser.post(f"/clients/{client.pk}/keeping/", {"do": do, f"{do}-because": "Other matter"})
    assert answer.status_code == 409 and button in words(answer)
    assert "What you wrote was not saved: “Other matter”" in words(answer)
    assert "Other matter</textarea>" not in words(answer)


def test_a_reason_for_a_decision_that_cannot_be_made_any_more_is_not_lost(manager):
    client = ended(OLD)
    actions.set_hold(client_id=client.pk, because="Subpoena", by=manager)
    asked = {"do": "decide", "decide-outcome": "handed", "decide-because": "Sent to the archive"}
    answer = signed_in(manager).post(f"/clients/{client.pk}/keeping/", asked)
    assert "What you wrote was not saved: “Sent to the archive”" in words(answer)
    assert "This record is under a legal hold: nothing is decided" in words(answer)


@pytest.mark.parametrize("pressed", ["set", "decide"])
def test_no_button_wipes_out_what_was_typed_for_the_other(manager, pressed):
    client = ended(OLD)
    typed = {"set-because": "Subpoena of May", "decide-outcome": "kept", "decide-because": "A sibling is here"}
    asked = typed | {"do": pressed, f"{pressed}-because": ""}
    answer = signed_in(manager).post(f"/clients/{client.pk}/keeping/", asked)
    page = words(answer)
    assert answer.status_code == 422 and page.count("<form") == words(signed_in(manager).get("/")).count("<form") + 1
    assert re.search(r'<input[^>]*value="kept"[^>]*checked', page)
    kept, lost = ("A sibling is here", "Subpoena of May")[:: 1 if pressed == "set" else -1]
    assert f"{kept}</textarea>" in page and lost not in page
    assert not LegalHold.objects.exists() and not RecordDecision.objects.exists()


@pytest.mark.parametrize(("pressed", "other"), [("set", "decide"), ("decide", "set")])
def test_what_was_typed_for_the_deed_that_was_not_done_is_told(manager, pressed, other):
    client, browser = ended(OLD), signed_in(manager)
    asked = {"do": pressed, "decide-outcome": "kept", f"{pressed}-because": "Why", f"{other}-because": "Other matter"}
    answer = browser.post(f"/clients/{client.pk}/keeping/", asked, follow=True)
    assert "What you wrote was not saved: “Other matter”" in words(answer)


@pytest.mark.parametrize("do", [{}, {"do": ""}, {"do": "nonsense"}])
def test_a_request_that_does_not_say_what_to_do_does_nothing(manager, do):
    client = ended(OLD)
    answer = signed_in(manager).post(f"/clients/{client.pk}/keeping/", {"because": "Other matter"} | do)
    assert answer.status_code == 422 and "Nothing was done" in words(answer)
    assert not LegalHold.objects.exists()


def test_a_hold_that_came_with_an_import_can_be_lifted_and_leaves_its_trace(manager):
    client = ended(OLD, flags=["hold"])
    hold = actions.lift_hold(client_id=client.pk, because="Settled", by=manager)
    assert hold.set_by is None and Client.objects.get(pk=client.pk).flags == []


def test_no_import_takes_a_hold_away_that_was_set_here(manager):
    client = ended(OLD, flags=["risk"])
    actions.set_hold(client_id=client.pk, because="Subpoena", by=manager)
    Client.objects.filter(pk=client.pk).update(flags=["part2"])
    assert set(Client.objects.get(pk=client.pk).flags) == {"part2", "hold"}


def test_the_database_keeps_one_open_hold_and_every_trace(manager):
    client = ended(OLD)
    actions.set_hold(client_id=client.pk, because="One", by=manager)
    with pytest.raises(IntegrityError, match="one_open_legal_hold"), transaction.atomic():
        LegalHold.objects.create(client=client, because="Two")
    with pytest.raises(IntegrityError, match="nothing is deleted"), transaction.atomic():
        LegalHold.objects.all().delete()
    decision = RecordDecision.objects.create(
        client=client, outcome="kept", because="x", kept_until_on=OLD, decided_by=manager
    )
    with pytest.raises(IntegrityError, match="append-only"), as_owner():
        decision.delete()


@pytest.mark.parametrize("role", ["csr", "billing", "clinician", "administrator", "transition_manager"])
def test_only_managers_keep_records(role):
    client, user = ended(OLD), UserFactory(roles=[role])
    browser = signed_in(user)
    assert browser.get("/retention/").status_code == 403
    assert browser.post(f"/clients/{client.pk}/keeping/", {"do": "set", "set-because": "x"}).status_code == 403
    with pytest.raises(NotAllowed):
        actions.set_hold(client_id=client.pk, because="x", by=user)


def test_the_look_at_the_list_and_at_one_record_is_on_record(manager):
    client, browser = ended(OLD), signed_in(manager)
    browser.get("/retention/")
    browser.get(f"/clients/{client.pk}/keeping/")
    assert Event.objects.filter(verb="retention.opened", actor_id=manager.pk).count() == 1
    assert Event.objects.filter(verb="client.opened", client_id=client.pk).count() == 1
