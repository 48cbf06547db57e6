"""Two at the same moment: real connections, real commits. One is done, the other is told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from caseload import actions as caseload
from lwg_intake import dates
from lwg_intake.errors import Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Handover
from reassignment.actions import departures, ladder, mailing, roster
from reassignment.models import Attempt, Departure, Mailing, RosterChange, RosterRow
from tests.at_once import at_once
from tests.factories.departures import AttemptFactory
from tests.factories.records import ClinicianFactory
from tests.reassignment.leaving import leaving, line

pytestmark = pytest.mark.django_db(transaction=True)


def one_done(answers):
    told = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(told) == len(answers) - 1, answers
    assert all(isinstance(answer, Refusal) for answer in told), told
    return told


def test_two_csrs_on_one_row_one_is_told_who_was_first():
    p = leaving(1)
    row = p.rows[0]

    def say(by, wish):
        return lambda: roster.write_preference(
            row_id=row.pk, talked_on=None, preference=wish, wanted_id=None, note="", version=1, by=by
        )

    told = one_done(at_once(say(p.csr, "any"), say(p.other_csr, "end"), say(p.therapist, "pause")))
    assert all("Someone else changed this row" in str(refusal) for refusal in told)
    assert RosterChange.objects.filter(row=row).count() == 2


def test_two_csrs_never_ring_the_same_client_at_once():
    p = leaving(1)
    row = p.rows[0]
    told = one_done(
        at_once(*(lambda by=by: ladder.claim(row_id=row.pk, by=by) for by in (p.csr, p.other_csr, p.manager)))
    )
    assert all(isinstance(refusal, Stale) and "is ringing" in str(refusal) for refusal in told)


def test_a_call_is_logged_once():
    p = leaving(1)
    row = p.rows[0]
    one_done(
        at_once(
            *(
                lambda by=by: ladder.log_call(row_id=row.pk, outcome="no_answer", version=1, by=by)
                for by in (p.csr, p.other_csr)
            )
        )
    )
    assert Attempt.objects.count() == 1


def test_the_departure_e_mail_started_twice_goes_once_to_each():
    p = leaving(6)

    def start(by):
        return lambda: mailing.start(
            departure_id=p.departure.pk, options="Choose", reply_by_on=dates.today() + timedelta(days=3), by=by
        )

    told = one_done(at_once(start(p.manager), start(p.csr_manager), start(p.manager)))
    assert all("started this e-mail already" in str(refusal) for refusal in told)
    assert (Mailing.objects.count(), Message.objects.filter(template="T15").count()) == (1, 6)


def test_a_client_who_rings_back_while_being_terminated():
    """Either the request is withdrawn in time and nobody begins the closing, or it is begun and the caller hears so."""
    for _ in range(4):
        p = leaving(1)
        row = p.rows[0]
        begin = timezone.now() - timedelta(days=3)
        RosterRow.objects.filter(pk=row.pk).update(ladder_from_at=begin - timedelta(hours=1))
        for hours, rung in enumerate(("call", "call", "email", "text")):
            AttemptFactory(row=row, rung=rung, at=begin + timedelta(hours=hours))
        ladder.ask_end(row_id=row.pk, version=1, by=p.therapist)
        handover = Handover.objects.get(assignment=row.assignment)
        back, closing = at_once(
            lambda row=row, p=p: ladder.rang_back(row_id=row.pk, version=2, by=p.csr),
            lambda handover=handover, p=p: caseload.take_up(handover_id=handover.pk, by=p.therapist),
        )
        assert isinstance(back, bool), back
        assert isinstance(closing, Refusal) is back, (back, closing)
        assert line(row).phase == "contact"


def test_a_clinician_leaves_once():
    p = leaving(0)
    clinician = ClinicianFactory()

    def give(by):
        return lambda: departures.open_departure(
            clinician_id=clinician.pk, kind="resignation", notice_on=dates.today(), last_day=dates.today(), by=by
        )

    one_done(at_once(give(p.manager), give(p.csr_manager)))
    assert Departure.objects.filter(clinician=clinician).count() == 1


def test_nothing_is_changed_behind_the_back_of_a_departure_that_closes():
    p = leaving(1)
    row = p.rows[0]
    roster.strike(row_id=row.pk, because="Ended", version=1, by=p.therapist)
    closed, back = at_once(
        lambda: departures.close(departure_id=p.departure.pk, by=p.manager),
        lambda: roster.restore(row_id=row.pk, version=2, by=p.therapist),
    )
    p.departure.refresh_from_db()
    assert p.departure.is_open == isinstance(closed, Exception)
    assert line(row).is_pending == (not isinstance(back, Exception))
    assert not (line(row).is_pending and p.departure.status == "closed")
