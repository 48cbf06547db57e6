"""The steps of a change of clinician, from the reason to the forms."""

import pytest

from lwg_intake import dates
from lwg_intake.checklists import actions
from lwg_intake.desk.actions import removals
from lwg_intake.errors import Refusal
from lwg_intake.messages.models import Message
from lwg_intake.policy.values import change
from lwg_intake.records.models import (
    Assignment,
    Balance,
    Clinician,
    Document,
    InsurancePolicy,
    Removal,
)
from reassignment.models import Reassignment
from tests.factories.records import DocumentFactory
from tests.reassignment.requests_deeds import (
    another,
    do,
    in_care,
    make_practice,
    now,
    start,
    up_to_assigned,
    up_to_first_visit,
    up_to_match,
    visit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    return make_practice()


def row(case):
    return Reassignment.objects.get(case=case)


def test_the_whole_way_ends_at_the_first_kept_visit(practice):
    assignment = in_care(practice)
    case = start(practice, assignment)
    up_to_first_visit(case, practice)
    assert row(case).stage == "removal_pending"
    with pytest.raises(Refusal, match="How the first visit went"):
        actions.complete(case_id=case.pk, by=practice.csr)
    removals.mark_done(removal_id=Removal.objects.get().pk, by=practice.manager)
    do(case, "first_visit", practice.csr, how="kept", on=dates.today().isoformat())
    assert row(case).stage == "first_visit"
    done = actions.complete(case_id=case.pk, by=practice.csr)
    assert (done.status, row(case).stage, row(case).first_visit_on) == ("completed", "completed", dates.today())
    assert Assignment.objects.get(pk=assignment.pk).ended_on == dates.today()
    assert Assignment.objects.get(clinician=practice.new).ended_on is None


def test_it_is_not_complete_while_management_has_not_removed_the_old_clinician(practice):
    case = start(practice, in_care(practice))
    up_to_first_visit(case, practice)
    do(case, "first_visit", practice.csr, how="kept", on=dates.today().isoformat())
    with pytest.raises(Refusal, match="has not taken"):
        actions.complete(case_id=case.pk, by=practice.csr)


def test_the_clinician_who_is_left_is_not_offered_again(practice):
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    with pytest.raises(Refusal, match="the clinician the client is leaving"):
        do(case, "match", practice.csr, clinician_id=practice.old.pk)


def ranked(case, **fields):
    here = now(case)
    return [fit.offer.name for fit, _ in here.row("match").step.context(here.case, here.facts, fields)["fits"]]


def test_a_schedule_conflict_ranks_the_times_first(practice):
    early = another(practice, openings=["Mon 08:00"], specialties=["Grief", "Trauma"])
    late = another(practice, first_name="Evening", openings=["Thu 18:00"])
    wishes = {"specialties": "Grief, Trauma", "times": "18:00"}
    case = start(practice, in_care(practice))
    up_to_match(case, practice)
    assert ranked(case, **wishes)[0] == str(early)
    do(case, "reason", practice.csr, reason="schedule")
    assert ranked(case, **wishes)[0] == str(late)


def test_an_insurance_change_is_matched_by_the_new_payer(practice):
    takes = another(practice, payers=["Aetna"])
    case = start(practice, in_care(practice), reason="insurance")
    do(case, "reason", practice.csr, reason="insurance")
    assert "match goes by its payer" in now(case).row("insurance").sentence
    do(case, "insurance", practice.csr, changed="yes", payer="Aetna", member_id="A9", billing_updated=True)
    assert ranked(case) == [str(takes)]


def test_only_phone_and_email_are_asked(practice):
    case = start(practice, in_care(practice))
    do(case, "reason", practice.csr)
    do(case, "demographics", practice.csr, phone="(301) 555-0199")
    client = now(case).case.client
    assert (client.phone, client.address, client.demographics_on) == (
        "(301) 555-0199", "7 Foxglove Terrace", dates.today(),
    )  # fmt: skip


def owing(practice):
    assignment = in_care(practice)
    Balance.objects.filter(client=assignment.client).update(amount=80)
    return assignment


def test_a_balance_warns_and_holds_up_nothing(practice):
    case = start(practice, owing(practice))
    up_to_match(case, practice)
    assert "$80" in now(case).row("balance").sentence
    do(case, "match", practice.csr, clinician_id=practice.new.pk)


def test_the_note_on_a_balance_does_not_say_that_it_holds_anything_up(practice):
    case = start(practice, owing(practice))
    do(case, "balance", practice.csr, seen="80", told=True)
    assert "Client told of the balance." in now(case).facts.note
    assert "before scheduling" not in now(case).facts.note
    paid = start(practice, in_care(practice))
    do(paid, "balance", practice.csr, seen="0", told=True)
    assert "Client told" not in now(paid).facts.note


def test_a_balance_blocks_where_the_practice_says_so(practice):
    change(key="transfer_balance", value=2, effective_on=dates.today(), note="", by=practice.manager)
    case = start(practice, owing(practice))
    do(case, "reason", practice.csr)
    do(case, "insurance", practice.csr)
    with pytest.raises(Refusal, match="owed"):
        do(case, "balance", practice.csr, seen="80")
    with pytest.raises(Refusal, match="owed"):
        do(case, "match", practice.csr, clinician_id=practice.new.pk)


def test_a_balance_is_not_asked_for_where_the_practice_says_so(practice):
    change(key="transfer_balance", value=0, effective_on=dates.today(), note="", by=practice.manager)
    assert now(start(practice, owing(practice))).row("balance").state == "not needed"


def test_medicaid_waits_for_the_assessment_but_its_booking_is_never_blocked(practice):
    assignment = in_care(practice)
    InsurancePolicy.objects.update(payer="Maryland Medicaid", payer_class="medicaid")
    case = start(practice, assignment)
    do(case, "reason", practice.csr)
    do(case, "insurance", practice.csr, payer="Maryland Medicaid", payer_class="medicaid")
    empty = {"completed_on": None, "booked_on": None, "np": ""}
    with pytest.raises(Refusal, match="OMHC"):
        do(case, "match", practice.csr, clinician_id=practice.new.pk)
    do(case, "omhc", practice.csr, waiting=True, **empty | {"booked_on": dates.today().isoformat()})
    do(case, "omhc", practice.csr, **empty | {"completed_on": dates.today().isoformat()})
    do(case, "match", practice.csr, clinician_id=practice.new.pk)


def test_a_visit_that_breaks_the_intake_rule_needs_a_reason(practice):
    case = start(practice, in_care(practice, last_intake_on=dates.months_before(dates.today(), 9)))
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.new.pk)
    with pytest.raises(Refusal, match="an intake.*more than 6 months"):
        do(case, "schedule", practice.csr, **visit(kind="session"))
    do(case, "schedule", practice.csr, **visit(kind="intake"))
    assert "more than 6 months" in row(case).kind_because


def test_both_clinicians_are_told_by_record_number_only(practice):
    case = start(practice, in_care(practice))
    up_to_assigned(case, practice)
    do(case, "notice", practice.csr)
    letters = {m.template: m for m in Message.objects.all()}
    assert {t: m.to for t, m in letters.items()} == {"T11": practice.new.email, "T12": practice.old.email}
    for letter in letters.values():
        assert case.client.ref in letter.body
        assert case.client.last_name not in letter.subject + letter.body
        assert "grief" not in letter.body


def test_a_clinician_without_an_address_stops_the_letters_with_a_sentence(practice):
    Clinician.objects.filter(pk=practice.old.pk).update(email="")
    case = start(practice, in_care(practice))
    up_to_assigned(case, practice)
    with pytest.raises(Refusal, match="no e-mail address"):
        do(case, "notice", practice.csr)
    assert not Message.objects.exists()


def test_forms_of_the_old_clinician_are_asked_anew_and_the_practices_are_not(practice):
    assignment = in_care(practice)
    DocumentFactory(client=assignment.client, kind="Consent for treatment")
    DocumentFactory(client=assignment.client, clinician=practice.old, kind="About Me")
    case = start(practice, assignment)
    up_to_assigned(case, practice)
    assert now(case).facts.old_forms == ("About Me",)
    do(case, "new_forms", practice.csr, sent=["About Me"])
    assert Document.objects.get(clinician=practice.new).state == "sent"
    assert now(case).row("new_forms").state == "done"


def test_without_forms_of_a_clinician_there_is_no_such_step(practice):
    assert now(start(practice, in_care(practice))).row("new_forms").state == "not needed"
