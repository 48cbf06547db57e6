"""The contact ladder at work: who rings, what is logged, when somebody counts as not reached, and who may end it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lwg_intake.errors import NotAllowed, Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Contact, Handover
from reassignment.actions import ladder, roster
from reassignment.models import Attempt, RosterRow
from tests.factories.access import UserFactory
from tests.factories.departures import AttemptFactory
from tests.factories.records import ContactFactory, InsurancePolicyFactory
from tests.pages import signed_in, words
from tests.reassignment.leaving import Leaving, leaving, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def p(settings) -> Leaving:
    settings.TEXT_BACKEND = "console"
    return leaving(2)


def made(row: RosterRow, *rungs: str) -> None:
    """Attempts of three days ago, two calls first."""
    begin = timezone.now() - timedelta(days=3)
    RosterRow.objects.filter(pk=row.pk).update(ladder_from_at=begin - timedelta(hours=1))
    for hours, rung in enumerate(rungs):
        AttemptFactory(row=row, rung=rung, at=begin + timedelta(hours=hours), outcome="no_answer")


def version(row: RosterRow) -> int:
    return RosterRow.objects.get(pk=row.pk).version


def test_a_call_is_logged_on_the_row_and_in_the_interaction_log(p):
    row = p.rows[0]
    ladder.log_call(row_id=row.pk, outcome="voicemail", version=1, by=p.csr)
    contact = Contact.objects.get(client=row.assignment.client)
    assert (contact.channel, contact.outcome, contact.written_by) == ("voicemail", "voicemail", p.csr)
    assert line(row).place.calls == 1 and not line(row).place.is_due(timezone.now())


def test_who_rings_keeps_the_client_for_a_quarter_of_an_hour(p):
    row = p.rows[0]
    ladder.claim(row_id=row.pk, by=p.csr)
    assert line(row).claimed_by == str(p.csr)
    with pytest.raises(Stale, match=f"{p.csr} is ringing"):
        ladder.claim(row_id=row.pk, by=p.other_csr)
    with pytest.raises(Stale, match=f"{p.csr} is ringing"):
        ladder.log_call(row_id=row.pk, outcome="reached", version=1, by=p.other_csr)
    RosterRow.objects.filter(pk=row.pk).update(claimed_until_at=timezone.now())
    assert line(row).claimed_by == ""
    ladder.claim(row_id=row.pk, by=p.other_csr)
    ladder.let_go(row_id=row.pk, by=p.other_csr)
    ladder.claim(row_id=row.pk, by=p.csr)


def test_a_message_before_the_calls_is_refused_with_what_is_missing(p):
    with pytest.raises(Refusal, match="2 more calls to make"):
        ladder.write_to(row_id=p.rows[0].pk, rung="email", version=1, by=p.csr)


def test_after_two_calls_the_e_mail_leaves_and_says_nothing_of_the_service(p):
    row = p.rows[0]
    made(row, "call", "call")
    attempt = ladder.write_to(row_id=row.pk, rung="email", version=1, by=p.csr)
    message = Message.objects.get(pk=attempt.message_id)
    assert message.template == "T18" and message.to == row.assignment.client.email
    assert "therapy " not in (message.subject + message.body).lower()
    assert not line(row).place.unresponsive


def test_two_calls_and_an_e_mail_but_no_text_is_not_yet_unresponsive(p):
    row = p.rows[0]
    made(row, "call", "call", "email")
    assert line(row).phase != "unreached" and "the text still to be sent" in line(row).place.because
    with pytest.raises(Refusal, match="not unresponsive"):
        ladder.ask_end(row_id=row.pk, version=1, by=p.manager)


def test_who_cannot_be_texted_is_written_to_in_another_way(p):
    row = p.rows[0]
    client = row.assignment.client
    client.text_ok = None
    client.save()
    made(row, "call", "call", "email")
    with pytest.raises(Refusal, match="text"):
        ladder.write_to(row_id=row.pk, rung="text", version=1, by=p.csr)
    ladder.write_otherwise(row_id=row.pk, rung="text", channel="portal", version=1, by=p.csr)
    assert line(row).phase == "unreached"


@pytest.mark.parametrize(
    ("role", "may"), [("csr", False), ("manager", True), ("transition_manager", True), ("clinician", False)]
)
def test_only_the_therapist_or_the_transition_manager_asks_for_the_end(p, role, may):
    row = p.rows[0]
    made(row, "call", "call", "email", "text")
    by = UserFactory(roles=[role])
    if may and role == "transition_manager":
        ladder.ask_end(row_id=row.pk, version=1, by=by)
    else:
        with pytest.raises((NotAllowed, Refusal)):
            ladder.ask_end(row_id=row.pk, version=1, by=by)
        ladder.ask_end(row_id=row.pk, version=1, by=p.therapist)
    handover = Handover.objects.get(kind="close", assignment=row.assignment)
    assert "Could not be reached: 2 calls, an e-mail, a text" in handover.because
    assert line(row).phase == "ending"


def test_a_client_who_rings_back_answers_the_ladder_at_any_time(p):
    row = p.rows[0]
    made(row, "call", "call", "email", "text")
    ContactFactory(client=row.assignment.client, direction="in", outcome="reached")
    assert line(row).phase == "contact" and not line(row).place.unresponsive
    ladder.ring_again(row_id=row.pk, version=1, by=p.csr)
    assert line(row).phase == "not_yet" and line(row).place.rungs == ("call",)


def test_who_rings_back_in_time_is_not_closed(p):
    row = p.rows[0]
    made(row, "call", "call", "email", "text")
    ladder.ask_end(row_id=row.pk, version=1, by=p.therapist)
    assert ladder.rang_back(row_id=row.pk, version=version(row), by=p.csr) is True
    assert line(row).phase == "contact"
    assert not Handover.objects.filter(kind="close", taken_up_at__isnull=True).exists()


def test_who_rings_back_too_late_is_said_so_in_words(p):
    row = p.rows[0]
    made(row, "call", "call", "email", "text")
    ladder.ask_end(row_id=row.pk, version=1, by=p.therapist)
    Handover.objects.update(taken_up_by=p.therapist, taken_up_at=timezone.now())
    answer = signed_in(p.csr).post(
        f"/departures/rows/{row.pk}/rang-back/", {"version": version(row), "channel": "phone"}, follow=True
    )
    assert "The closing is under way already" in words(answer)
    assert line(row).phase == "contact"


def test_the_call_list_puts_the_most_urgent_first(p):
    plain, urgent = p.rows
    client = urgent.assignment.client
    client.last_name, client.flags = "Zzz", ["risk"]
    client.save()
    InsurancePolicyFactory(client=client, payer_class="medicaid", payer="Maryland Medicaid")
    page = words(signed_in(p.csr).get("/departures/calls/"))
    assert page.index("Zzz") < page.index(plain.assignment.client.last_name)
    assert "Risk" in page and "OMHC missing" in page


def test_a_line_whose_next_call_is_not_due_waits_below(p):
    ladder.log_call(row_id=p.rows[0].pk, outcome="no_answer", version=1, by=p.csr)
    page = words(signed_in(p.csr).get("/departures/calls/"))
    assert page.index("To ring") < page.index("Later") < page.rindex(p.rows[0].assignment.client.last_name)


def test_reached_means_in_contact(p):
    row = p.rows[0]
    ladder.log_call(row_id=row.pk, outcome="reached", version=1, by=p.csr)
    assert line(row).phase == "contact"
    assert Attempt.objects.get().outcome == "reached"


def test_a_minors_guardian_is_the_one_to_ring(p):
    client = p.rows[0].assignment.client
    client.dob = timezone.localdate() - timedelta(days=14 * 365)
    client.guardian_name, client.guardian_phone = "Rita Brightwater", "(301) 555-0199"
    client.save()
    assert line(p.rows[0]).rings == ("Rita Brightwater, guardian", "(301) 555-0199")


def test_a_row_that_wants_somebody_here_becomes_a_reassignment_with_what_is_known(p):
    row = p.rows[0]
    roster.write_preference(
        row_id=row.pk, talked_on=timezone.localdate(), preference="any", wanted_id=None, note="Evenings", version=1,
        by=p.therapist,
    )  # fmt: skip
    case = roster.reassign(row_id=row.pk, version=2, by=p.csr)
    assert case.assignment == row.assignment and line(row).phase == "waiting"
    assert case.client == row.assignment.client and "Evenings" in case.reassignment_details.because
    with pytest.raises(Refusal):
        roster.reassign(row_id=row.pk, version=3, by=p.csr)
