"""The outbox, sent to a real mail server: each message once, and none lost."""

import logging
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lwg_intake.errors import Refusal
from lwg_intake.messages import carrying
from lwg_intake.messages.models import Message
from lwg_intake.messages.outbox import queue
from lwg_intake.messages.sending import CLAIM_LASTS, WAITS, send_due
from lwg_intake.messages.tasks import send_outbox
from lwg_intake.messages.texts import Text
from tests.at_once import at_once
from tests.factories.messages import MessageFactory

pytestmark = pytest.mark.django_db
TEXT = Text("T11", "A client joined your caseload", "Record number: LW-00001")


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("status", flat=True))


def overdue() -> None:
    """As if the wait were over."""
    Message.objects.update(due_at=timezone.now())


# --- Writing --------------------------------------------------------------------------------------------------------


def test_a_message_is_part_of_the_deed_and_goes_with_it():
    def deed():
        with transaction.atomic():
            queue(TEXT, to="clarke@example.org", key="T11-case-1")
            raise RuntimeError("the deed failed after all")

    with pytest.raises(RuntimeError):
        deed()
    assert not Message.objects.exists()


def test_one_deed_makes_one_message():
    first = queue(TEXT, to="clarke@example.org", key="T11-case-1")
    again = queue(TEXT, to="clarke@example.org", key="T11-case-1")
    assert first == again and Message.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageFactory(key="T11-case-1")


def test_without_an_address_the_deed_is_refused_with_what_to_do():
    with pytest.raises(Refusal, match="no e-mail address on record. Add it"):
        queue(TEXT, to="", key="T11-case-1")
    assert not Message.objects.exists()


def test_the_worker_is_told_when_the_deed_stands_and_not_before(monkeypatch, django_capture_on_commit_callbacks):
    told = []
    monkeypatch.setattr(send_outbox, "apply_async", lambda **how: told.append(how))
    with django_capture_on_commit_callbacks(execute=True):
        queue(TEXT, to="clarke@example.org", key="T11-case-1")
        assert told == []
    assert told == [{"retry": False}]


@pytest.mark.django_db(transaction=True)
def test_where_the_worker_cannot_be_told_the_deed_stands_and_the_message_goes_later(monkeypatch, office):
    def away(**how):
        raise ConnectionError("no broker")

    monkeypatch.setattr(send_outbox, "apply_async", away)
    with transaction.atomic():
        queue(TEXT, to="clarke@example.org", key="T11-case-1")
    assert send_due() == 1
    assert len(office.taken) == 1


# --- Sending --------------------------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once(office):
    MessageFactory(key="T11-of-this", to="osei@example.org", subject="A client joined", body="Record number: LW-00007")
    MessageFactory(due_at=timezone.now() + timedelta(minutes=1))
    assert (send_due(), send_due()) == (1, 0)
    (mail,) = office.taken
    assert (mail["To"], mail["Subject"], mail["Message-ID"]) == (
        "osei@example.org", "A client joined", "<T11-of-this@outbox>",
    )  # fmt: skip
    assert mail.get_payload().strip() == "Record number: LW-00007"
    assert states() == ["sent", "queued"]
    sent = Message.objects.get(status="sent")
    assert sent.sent_at and (sent.error, sent.attempts) == ("", 1)


def test_the_oldest_goes_first_and_one_round_has_an_end(office):
    now = timezone.now()
    for n in (3, 1, 2):
        MessageFactory(subject=f"No. {n}", due_at=now - timedelta(hours=1) + timedelta(minutes=n))
    assert send_due(limit=2) == 2
    assert office.subjects == ["No. 1", "No. 2"]


@pytest.mark.parametrize("mood", ["refuses", "hangs up", "is away"])
def test_what_is_not_taken_waits_longer_each_time_and_then_asks_for_a_person(office, mood):
    office.mood, office.says = mood, "450 mailbox busy"
    message = MessageFactory()
    waits = []
    for attempt in range(1, len(WAITS) + 1):
        before = timezone.now()
        assert send_due() == 0
        message.refresh_from_db()
        assert (message.status, message.attempts) == ("queued", attempt)
        assert message.error.startswith(f"Attempt {attempt}: ")
        waits.append(message.due_at - before)
        assert send_due() == 0
        assert office.tries == attempt, "before its time"
        overdue()
    assert all(later >= sooner - timedelta(seconds=5) for sooner, later in pairwise(waits))
    assert waits[0] < timedelta(minutes=2) and waits[-1] > timedelta(hours=7)
    assert send_due() == 0
    message.refresh_from_db()
    assert message.status == "failed" and message.error.startswith("Not sent after 11 attempts")
    overdue()
    assert send_due() == 0


def test_nothing_is_lost_while_the_server_is_away_and_all_goes_when_it_is_back(office):
    MessageFactory.create_batch(5)
    office.mood = "is away"
    assert send_due() == 0
    assert states() == ["queued"] * 5
    office.mood = "accepts"
    overdue()
    assert send_due() == 5
    assert states() == ["sent"] * 5
    assert len({mail["Message-ID"] for mail in office.taken}) == len(office.taken) == 5


def test_a_closed_port_is_no_different(office, settings):
    settings.EMAIL_PORT = 1
    MessageFactory()
    assert send_due() == 0
    assert states() == ["queued"]


def test_a_server_that_does_not_answer_is_given_up_in_time(office, settings):
    settings.EMAIL_TIMEOUT = 0.2
    office.seconds = 1
    message = MessageFactory()
    assert send_due() == 0
    message.refresh_from_db()
    assert (message.status, message.error) == ("queued", "Attempt 1: SMTPServerDisconnected.")


def test_a_message_that_cannot_be_a_mail_fails_with_a_sentence_and_holds_up_no_other(office):
    long_due = timezone.now() - timedelta(hours=1)
    bad = MessageFactory(to="clarke@example.org\nBcc: all@example.com", due_at=long_due)
    MessageFactory()
    assert send_due() == 1
    bad.refresh_from_db()
    assert bad.status == "failed" and "address" in bad.error
    assert [mail["To"] for mail in office.taken] == ["clarke@example.org"]


# --- Two senders, and one that dies ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_message_once(office):
    office.seconds = 0.02
    MessageFactory.create_batch(12)
    sent = at_once(*[send_due] * 3)
    assert sum(sent) == 12
    assert len({mail["Message-ID"] for mail in office.taken}) == len(office.taken) == 12
    assert set(states()) == {"sent"}


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_is_killed_while_sending_leaves_its_message_claimed(office, monkeypatch):
    message = MessageFactory()

    def killed(mail):
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(carrying.EmailMessage, "send", killed)
        send_due()
    assert send_due() == 0, "it may have left: nobody sends it a second time"
    Message.objects.update(claimed_at=timezone.now() - CLAIM_LASTS - timedelta(seconds=1))
    assert send_due() == 0
    message.refresh_from_db()
    assert message.status == "failed"
    assert message.error == "The sender was stopped while sending: it may have left. Ask before sending again."
    assert office.taken == []


def test_a_claim_is_left_to_its_sender_until_its_time_is_over(office):
    MessageFactory(status="sending", attempts=1, claimed_at=timezone.now() - CLAIM_LASTS + timedelta(minutes=1))
    assert send_due() == 0
    assert states() == ["sending"]


# --- Nothing about a client in logs ---------------------------------------------------------------------------------


def test_neither_log_nor_error_quotes_the_message_or_what_the_server_said(office, caplog):
    office.mood, office.says = "refuses", "450 4.1.1 <quintero@example.org>: Marisol Quintero is not here"
    MessageFactory(to="quintero@example.org", subject="About Quintero", body="Marisol Quintero, LW-00001")
    with caplog.at_level(logging.DEBUG):
        send_due()
    told = caplog.text + Message.objects.get().error
    assert "SMTPRecipientsRefused" in told
    for word in ("Quintero", "Marisol", "quintero", "LW-00001"):
        assert word not in told
