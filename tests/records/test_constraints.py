"""What the database itself refuses, however a row is written: by a form, an import, a shell or another program."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from lwg_intake.records.models import Assignment, Client, PlaceHold, Removal
from tests.factories.access import UserFactory
from tests.factories.caseload import HandoverFactory
from tests.factories.cases import CaseFactory, DraftFactory, QuestionFactory, ReturnFactory, TickFactory
from tests.factories.messages import IncomingTextFactory, MessageFactory, WordingFactory
from tests.factories.records import (
    AppointmentFactory,
    ArrangementFactory,
    AssignmentFactory,
    BalanceFactory,
    ClientFactory,
    ClinicianFactory,
    ContactFactory,
    DocumentFactory,
    EpisodeFactory,
    InsurancePolicyFactory,
    LegalHoldFactory,
    OmhcAssessmentFactory,
    PlaceHoldFactory,
    RecordDecisionFactory,
    RemovalFactory,
    TerminationFactory,
)

pytestmark = pytest.mark.django_db
DAY, BEFORE = date(2026, 3, 2), date(2026, 3, 1)
NOW = timezone.now()


def refused(name, write):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        write()


# A second row with the same key as a first one, by the name of what refuses it.
TWICE = {
    "one_open_assignment": (AssignmentFactory, {"started_on": BEFORE}, ("client", "clinician", "service")),
    "assignment_key": (
        AssignmentFactory, {"started_on": BEFORE, "ended_on": DAY}, ("client", "clinician", "service"),
    ),
    "termination_key": (TerminationFactory, {"ended_on": DAY}, ("client", "clinician", "service")),
    "one_open_episode": (EpisodeFactory, {}, ("client",)),
    "one_open_hold": (PlaceHoldFactory, {}, ("client", "service")),
    "one_open_handover": (HandoverFactory, {}, ("assignment", "kind")),
    "one_open_legal_hold": (LegalHoldFactory, {}, ("client",)),
    "one_open_removal": (RemovalFactory, {}, ("assignment",)),
    "insurance_key": (InsurancePolicyFactory, {}, ("client", "payer", "member_id")),
    "records_balance_client_id": (BalanceFactory, {}, ("client",)),
    "one_open_arrangement": (ArrangementFactory, {}, ("client",)),
    "document_key": (DocumentFactory, {}, ("client", "kind", "sent_on")),
    "omhc_key": (OmhcAssessmentFactory, {}, ("client", "completed_on")),
    "records_client_ref": (ClientFactory, {}, ("ref",)),
    "records_clinician_ref": (ClinicianFactory, {}, ("ref",)),
    "records_appointment_ref": (AppointmentFactory, {}, ("ref",)),
    "records_contact_ref": (ContactFactory, {}, ("ref",)),
    "one_open_case": (CaseFactory, {}, ("client", "procedure")),
    "one_tick_per_step": (TickFactory, {}, ("case", "step")),
    "one_draft_per_person": (DraftFactory, {}, ("case", "step", "by")),
    "returning_return_case_id": (ReturnFactory, {}, ("case",)),
    "outbox_message_key": (MessageFactory, {}, ("key",)),
    "one_message_per_provider_ref": (MessageFactory, {"provider_ref": "SM1"}, ("provider_ref",)),
    "one_wording_per_version": (WordingFactory, {}, ("template", "channel", "version")),
    "outbox_incomingtext_provider_ref": (IncomingTextFactory, {}, ("provider_ref",)),
}  # fmt: skip


@pytest.mark.parametrize("name", TWICE)
def test_there_is_only_one(name):
    make, values, key = TWICE[name]
    first = make(**values)
    refused(name, lambda: make(**values | {field: getattr(first, field) for field in key}))


def test_one_open_return_for_a_client_whether_open_or_on_the_waitlist():
    waiting = CaseFactory(status="waitlist")
    refused("one_open_case", lambda: CaseFactory(client=waiting.client))
    other = CaseFactory(client=waiting.client, status="withdrew", closed_by=waiting.opened_by, closed_at=NOW)
    refused("one_open_case", lambda: type(other).objects.filter(pk=other.pk).update(
        status="open", closed_by=None, closed_at=None))  # fmt: skip


def test_a_documents_key_counts_also_where_nothing_was_sent():
    """Unknown and unknown are the same here, or an import would add the row again each time."""
    first = DocumentFactory(sent_on=None, signed_on=None, state="not_sent")
    refused("document_key", lambda: DocumentFactory(
        client=first.client, kind=first.kind, sent_on=None, signed_on=None, state="not_sent"))  # fmt: skip


def test_what_is_over_makes_room_for_the_next():
    old = AssignmentFactory(started_on=BEFORE, ended_on=BEFORE)
    same = {"client": old.client, "clinician": old.clinician}
    AssignmentFactory(**same, started_on=DAY)
    hold = PlaceHoldFactory(**same, released_at=timezone.now() + timedelta(seconds=1))
    PlaceHoldFactory(client=hold.client, clinician=hold.clinician)
    asked = RemovalFactory(assignment=old, status="withdrawn")
    RemovalFactory(assignment=asked.assignment)


# A row that contradicts itself.
WRONG = {
    "assignment_ends_after_start": lambda: AssignmentFactory(started_on=DAY, ended_on=BEFORE),
    "episode_ends_after_start": lambda: EpisodeFactory(
        started_on=DAY, ended_on=BEFORE, termination=TerminationFactory()
    ),
    "hold_released_after_held": lambda: PlaceHoldFactory(held_at=NOW, released_at=NOW - timedelta(seconds=1)),
    "insurance_ends_after_start": lambda: InsurancePolicyFactory(starts_on=DAY, ends_on=BEFORE),
    "document_signed_after_sent": lambda: DocumentFactory(sent_on=DAY, signed_on=BEFORE),
    "document_expires_after_signed": lambda: DocumentFactory(sent_on=BEFORE, signed_on=DAY, expires_on=BEFORE),
    "arrangement_ends_after_start": lambda: ArrangementFactory(
        made_at=NOW, ended_at=NOW - timedelta(seconds=1), ended_by=UserFactory()
    ),
    "fees_are_not_negative": lambda: BalanceFactory(no_show_fees=-1),
    "episode_end_has_termination": lambda: EpisodeFactory(ended_on=DAY),
    "legal_hold_lifted_by_and_at": lambda: LegalHoldFactory(lifted_at=NOW + timedelta(days=1)),
    "legal_hold_lifted_after_set": lambda: LegalHoldFactory(
        set_at=NOW, lifted_at=NOW - timedelta(seconds=1), lifted_by=UserFactory()
    ),
    "record_decision_outcome": lambda: RecordDecisionFactory(outcome="deleted"),
    "removal_done_by_and_at": lambda: RemovalFactory(done_at=NOW),
    "handover_kind": lambda: HandoverFactory(kind="forget"),
    "handover_taken_up_by_and_at": lambda: HandoverFactory(taken_up_at=NOW),
    "removal_done_is_signed": lambda: RemovalFactory(status="done"),
    "arrangement_ended_by_and_at": lambda: ArrangementFactory(ended_at=NOW + timedelta(days=1)),
    "case_closed_by_and_at": lambda: CaseFactory(status="withdrew", closed_at=NOW),
    "question_answered_by_and_at": lambda: QuestionFactory(answer="Yes", answered_at=NOW),
    "question_answer_is_signed": lambda: QuestionFactory(answer="Yes"),
    "return_decided_by_and_at": lambda: ReturnFactory(decided_at=NOW),
    "return_assignment_and_day": lambda: ReturnFactory(assignment=AssignmentFactory()),
    "return_appointment_and_time": lambda: ReturnFactory(appointment_at=NOW),
    "message_sent_is_dated": lambda: MessageFactory(status="sent"),
    "wording_version_counts_from_one": lambda: WordingFactory(version=0),
    "assignment_service": lambda: AssignmentFactory(service="massage"),
    "termination_service": lambda: TerminationFactory(service="massage"),
    "termination_category": lambda: TerminationFactory(category="E"),
    "appointment_service": lambda: AppointmentFactory(service="massage"),
    "appointment_kind": lambda: AppointmentFactory(kind="lunch"),
    "appointment_state": lambda: AppointmentFactory(state="dreamt"),
    "contact_direction": lambda: ContactFactory(direction="up"),
    "contact_channel": lambda: ContactFactory(channel="pigeon"),
    "contact_outcome": lambda: ContactFactory(outcome="maybe"),
    "insurance_payer_class": lambda: InsurancePolicyFactory(payer_class="rich"),
    "insurance_active": lambda: InsurancePolicyFactory(active="perhaps"),
    "document_state": lambda: DocumentFactory(state="lost"),
    "clinician_modality": lambda: ClinicianFactory(modality="dance"),
    "clinician_employment": lambda: ClinicianFactory(employment="gig"),
    "clinician_services": lambda: ClinicianFactory(services=["therapy", "massage"]),
    "client_portal": lambda: ClientFactory(portal="ajar"),
    "client_flags": lambda: ClientFactory(flags=["risk", "nice"]),
    "clinician_kind": lambda: ClinicianFactory(kind="wizard"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_row_does_not_contradict_itself(name):
    refused(name, WRONG[name])


def test_every_constraint_of_the_records_is_tried_here():
    """So that a new one comes with its try. Names that Django makes up itself (keys to other tables) are left out."""
    with connection.cursor() as sql:
        sql.execute(
            """
            SELECT conname FROM pg_constraint
            WHERE contype IN ('c', 'u') AND conrelid::regclass::text ~ '^(records|returning|outbox)_'
            UNION
            SELECT indexrelid::regclass::text FROM pg_index
            WHERE indisunique AND indpred IS NOT NULL AND indrelid::regclass::text ~ '^(records|returning|outbox)_'
            """
        )
        names = {name for (name,) in sql.fetchall()}
    made_up = {name for name in names if name.endswith(("_key", "_check", "_uniq")) and name not in TWICE}
    assert names - made_up - TWICE.keys() - WRONG.keys() == set()


def test_sql_by_hand_meets_the_same_wall():
    assignment = AssignmentFactory(started_on=DAY)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as sql:
        sql.execute("UPDATE records_assignment SET ended_on = %s WHERE id = %s", [BEFORE, assignment.pk])
    assert Assignment.objects.get().ended_on is None


def test_nothing_that_others_stand_on_is_deleted():
    removal, hold = RemovalFactory(), PlaceHoldFactory()
    for thing in (removal.client, removal.assignment, removal.asked_by, hold.clinician):
        with pytest.raises(ProtectedError):
            thing.delete()
    assert (Client.objects.count(), Removal.objects.count(), PlaceHold.objects.count()) == (2, 1, 1)
