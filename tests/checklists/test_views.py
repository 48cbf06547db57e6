"""A case's page, as the people at the desk meet it: done, refused, stale, and nothing typed is lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lwg_intake import dates
from lwg_intake.access.roles import Role
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Case, Draft, Entry, Question, Tick
from lwg_intake.records.models import Assignment, Client, InsurancePolicy
from returning.models import Return
from returning.procedure import RETURNING
from tests.checklists.desk import outcome, page, poll, post, send
from tests.factories.access import UserFactory
from tests.factories.cases import EntryFactory, QuestionFactory
from tests.factories.records import AppointmentFactory, ClinicianFactory, ContactFactory, DocumentFactory
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import do, start, up_to_match, visit

pytestmark = pytest.mark.django_db


# --- Looking --------------------------------------------------------------------------------------------------------


def test_the_page_opens_at_the_next_step_with_the_client_in_sight(csr, case):
    text = words(csr.get(page(case)))
    step = RETURNING.steps[0]
    for said in ("Marisol Quintero", "C-1", step.title, step.ask, step.say, *step.do, "Stopped coming", "Started:"):
        assert said in text


MEDICAID = {"payer": "Maryland Medicaid", "payer_class": "medicaid"}
WAY_BACK = ("demographics", "insurance", "balance", "portal", "omhc", "match", "schedule", "assignment", "notice",
            "removal", "tracker", "note")  # fmt: skip
WALKS = {
    "A": ("ending", "commitment", *WAY_BACK),
    "C": ("ending", "decision", *WAY_BACK),
    "D": ("ending", "decision", "referral", "tracker", "note"),
}


@pytest.mark.parametrize("category", WALKS)
def test_every_step_is_read_and_done_through_the_page(practice, csr, category):
    """On Medicaid, with the old clinician still on the record: between them the three need every step there is."""
    client = former(category=category)
    Assignment.objects.filter(client=client).update(ended_on=None)
    InsurancePolicy.objects.update(**MEDICAID)
    case = start(practice, client)
    entered = {
        "ending": {"category": category},
        "decision": {"decision": "refuse" if category == "D" else "accept", "because": "Looked at with care"},
        "referral": {"psychology_today": True, "crisis_line": True, "how": "phone"},
        "insurance": MEDICAID,
        "omhc": {"completed_on": dates.today().isoformat()},
        "match": {"clinician_id": practice.duarte.pk},
        "schedule": visit(),
        "assignment": {"started_on": dates.today().isoformat()},
    }
    for key in WALKS[category]:
        browser = signed_in(practice.manager) if key == "decision" else csr
        assert RETURNING.step(key).ask in words(browser.get(page(case)))
        answer = post(browser, case, key, **entered.get(key, {}))
        assert answer.status_code == 302, words(answer)
        assert outcome(case, key) == "done"
    assert "Complete the case" in words(csr.get(page(case)))
    assert send(csr, "case-complete", case).status_code == 302
    for key in WALKS[category][-4:]:
        text = words(csr.get(page(case, key)))
        assert RETURNING.step(key).ask in text and "Last saved by" in text, "a closed case is read as it was"
    assert Return.objects.get().stage == ("referred_out" if category == "D" else "completed")


def test_a_step_that_is_not_there_opens_the_next_one(csr, case):
    for garbage in ("nonsense", "decision", "%27", "x" * 500):
        answer = csr.get(page(case), {"step": garbage})
        assert answer.status_code == 200
        assert RETURNING.steps[0].ask in words(answer)


def test_who_may_see_no_case_is_told_who_may(case):
    answer = signed_in(UserFactory(roles=[Role.ADMINISTRATOR])).get(page(case))
    assert answer.status_code == 403
    assert "Only CSR or Manager" in words(answer)
    assert "Quintero" not in words(answer).replace("Staff", "")


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.SUPERVISOR])
def test_a_case_that_is_not_about_their_assignment_is_not_there_for_a_clinician(case, role):
    answer = signed_in(UserFactory(roles=[role])).get(page(case))
    assert answer.status_code == 404
    assert "Quintero" not in words(answer).replace("Staff", "")


def test_an_unknown_case_is_a_page_of_its_own(csr):
    for number in (10**6, 10**18, 10**30):
        answer = csr.get(reverse("case", args=[number]))
        assert answer.status_code == 404
        assert "no such page" in words(answer)


def test_billing_reads_a_step_but_is_not_offered_to_tick_it(practice, case):
    text = words(signed_in(practice.billing).get(page(case, "ending")))
    assert "For CSR or Manager" in text
    assert 'value="tick"' not in text


def test_who_started_the_case_is_not_offered_to_decide_it(practice):
    case = start(practice, former(category="C"), by=practice.manager)
    do(case, "ending", practice.manager, category="C")
    text = words(signed_in(practice.manager).get(page(case, "decision")))
    assert "and not who started this case" in text
    assert post(signed_in(practice.manager), case, "decision", decision="accept", because="ok").status_code == 403
    assert outcome(case, "decision") is None


# --- Ticking --------------------------------------------------------------------------------------------------------


def test_a_tick_leads_to_the_next_step(csr, case):
    answer = post(csr, case, "ending")
    assert (answer.status_code, answer["Location"]) == (302, page(case))
    assert outcome(case, "ending") == "done"
    text = words(csr.get(answer["Location"]))
    assert "Past records: done." in text
    assert RETURNING.step("demographics").ask in text


def test_what_is_wrong_is_said_and_what_was_typed_stays(csr, case):
    answer = post(csr, case, "demographics", state="Maryland", city="Bowie", phone="")
    assert answer.status_code == 422
    text = words(answer)
    assert "Enter the state as two letters" in text
    assert "This field is required" in text
    assert 'value="Maryland"' in text and 'value="Bowie"' in text
    assert outcome(case, "demographics") is None
    assert Client.objects.get().city == "Laurel"


def test_a_closed_gate_answers_with_its_sentence_and_what_was_typed_stays(csr, case):
    case.client.balance.amount = 80
    case.client.balance.save()
    answer = post(csr, case, "balance", seen="81.50", told=True)
    assert answer.status_code == 422
    text = words(answer)
    assert "$81.50 is owed. Nothing can be scheduled until it is settled" in text
    assert 'value="81.50"' in text
    assert outcome(case, "balance") is None
    assert post(csr, case, "balance", press="waiting", seen="80").status_code == 302
    assert outcome(case, "balance") == "waiting"


def test_a_step_that_still_waits_is_not_in_the_note(csr, case):
    post(csr, case, "ending", press="waiting", summary="Moved away")
    text = words(csr.get(page(case, "ending")))
    assert "Past records reviewed" not in text and "It grows with each step that is done." in text
    post(csr, case, "ending", version=1, summary="Moved away")
    assert "Past records reviewed" in words(csr.get(page(case, "balance")))


def test_the_later_of_two_is_told_and_keeps_what_they_typed(practice, csr, other, case):
    assert post(csr, case, "demographics", city="Bowie").status_code == 302
    answer = post(other, case, "demographics", city="Hyattsville")
    assert answer.status_code == 409
    text = words(answer)
    assert f"This step changed while you had it open: {practice.csr} saved it at" in text
    assert 'value="Hyattsville"' in text
    assert 'name="version" value="1"' in text, "the next save is against what stands now"
    assert Client.objects.get().city == "Bowie"
    assert post(other, case, "demographics", version=1, city="Hyattsville").status_code == 302
    assert Client.objects.get().city == "Hyattsville"


def test_without_the_right_nothing_is_ticked(practice, case):
    answer = post(signed_in(practice.billing), case, "ending")
    assert answer.status_code == 403
    assert "Only CSR or Manager can" in words(answer)
    assert outcome(case, "ending") is None


def test_a_step_that_comes_later_is_refused_with_what_comes_first(csr, case):
    answer = post(csr, case, "match", clinician_id=1)
    assert answer.status_code == 422
    assert "First: Past records, Insurance, Outstanding balance." in words(answer)


def test_a_tick_is_taken_back_with_a_reason(csr, case):
    post(csr, case, "ending")
    answer = post(csr, case, "ending", version=1, press="untick", because=" ")
    assert answer.status_code == 422 and "Say why you take this tick back." in words(answer)
    answer = post(csr, case, "ending", version=1, press="untick", because="Wrong client")
    assert (answer.status_code, answer["Location"]) == (302, page(case, "ending"))
    assert outcome(case, "ending") == "undone"
    assert "Past records: unticked, because Wrong client" in words(csr.get(page(case)))


def test_a_closed_case_takes_no_tick(csr, case):
    send(csr, "case-leave", case, way="withdrew", because="Moved away")
    answer = post(csr, case, "ending")
    assert answer.status_code == 422
    assert "Reopen it first." in words(answer)


# --- Drafts ---------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_there_again_for_its_writer_only(csr, other, case):
    answer = csr.post(reverse("case-draft", args=[case.pk, "ending"]), {"category": "B", "summary": "Half a senten"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert 'value="Half a senten"' in words(csr.get(page(case, "ending")))
    assert "Half a senten" not in words(other.get(page(case, "ending")))
    assert not Tick.objects.exists() and Entry.objects.count() == 1


def test_a_draft_is_gone_once_the_step_is_saved(csr, case):
    csr.post(reverse("case-draft", args=[case.pk, "ending"]), {"summary": "Half a senten"})
    post(csr, case, "ending", summary="A whole sentence")
    assert not Draft.objects.exists()
    assert 'value="A whole sentence"' in words(csr.get(page(case, "ending")))


def test_what_was_refused_is_kept_as_a_draft(csr, case):
    post(csr, case, "demographics", state="Maryland")
    assert 'value="Maryland"' in words(csr.get(page(case, "demographics")))


def test_the_forms_that_were_ticked_are_kept_too(csr, case):
    sent = ["Treatment plan", "Transition plan"]
    csr.post(reverse("case-draft", args=[case.pk, "portal"]), {"forms_state": "sent", "sent": sent})
    assert words(csr.get(page(case, "portal"))).count("checked") >= 3


def test_nobody_without_the_right_leaves_a_draft(practice, case):
    answer = signed_in(practice.clinician).post(reverse("case-draft", args=[case.pk, "ending"]), {"summary": "x"})
    assert answer.status_code == 404
    assert not Draft.objects.exists()


# --- Two people on one case -----------------------------------------------------------------------------------------


def test_a_page_hears_nothing_while_nothing_changes(csr, case):
    assert poll(csr, case, Case.objects.get().version).status_code == 204


def test_a_page_hears_what_the_other_did(practice, csr, other, case):
    version = Case.objects.get().version
    post(other, case, "ending", summary="Stopped coming")
    answer = poll(csr, case, version, step="demographics", at=0)
    assert answer.status_code == 200
    text = words(answer)
    assert f"{practice.other_csr}" in text and "Past records: done." in text
    assert "This step changed while you had it open" not in text
    assert "<html" not in text
    assert poll(csr, case, Case.objects.get().version).status_code == 204


def test_a_page_is_told_when_its_own_step_changed(csr, other, case):
    version = Case.objects.get().version
    post(other, case, "ending")
    assert "This step changed while you had it open" in words(poll(csr, case, version, step="ending", at=0))


@pytest.mark.parametrize("deed", ["ask", "leave"])
def test_questions_and_ways_out_are_heard_too(practice, csr, other, case, deed):
    version = Case.objects.get().version
    if deed == "ask":
        send(other, "case-ask", case, step="balance", to="billing", question="Is it settled?")
    else:
        send(other, "case-leave", case, way="withdrew", because="Moved away")
    assert poll(csr, case, version, step="ending", at=0).status_code == 200


# --- The same work however much is on record ------------------------------------------------------------------------


def queries(browser, path):
    browser.get(path)
    with CaptureQueriesContext(
        connection,
    ) as done:
        assert browser.get(path).status_code == 200
    return len(done)


def test_the_page_asks_the_database_the_same_however_much_is_on_record(practice, csr, case):
    up_to_match(case, practice)
    keys = ("ending", "balance", "portal", "match")
    few = [queries(csr, page(case, key)) for key in keys]
    ContactFactory.create_batch(30, client=case.client)
    EntryFactory.create_batch(30, case=case, by=practice.other_csr)
    ClinicianFactory.create_batch(20, supervisor=practice.osei)
    AppointmentFactory.create_batch(20, client=case.client, clinician=practice.osei, state="no_show")
    for n in range(20):
        DocumentFactory(client=case.client, kind=f"Form {n}", state="sent", signed_on=None)
        QuestionFactory(case=case, asked_by=practice.other_csr if n % 2 else practice.csr)
    for question in Question.objects.all()[:10]:
        actions.answer(question_id=question.pk, text="Yes.", by=practice.billing)
    assert [queries(csr, page(case, key)) for key in keys] == few


def test_a_poll_that_finds_nothing_costs_next_to_nothing(csr, case, django_assert_max_num_queries):
    version = Case.objects.get().version
    poll(csr, case, version)
    with django_assert_max_num_queries(3):
        assert poll(csr, case, version).status_code == 204


def test_the_day_on_the_page_is_the_practices(csr, practice, case):
    post(csr, case, "ending")
    tick = Tick.objects.get()
    assert f"{dates.local(tick.at):%-I:%M}" in words(csr.get(page(case)))
