"""What people do with the outbox and with the texts' words: once, in the open, and never over somebody else's head."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from lwg_intake.audit.models import Event
from lwg_intake.errors import NotAllowed, NotThere, Refusal, Stale
from lwg_intake.messages import actions, outbox
from lwg_intake.messages.models import IncomingText, Message, Wording
from lwg_intake.messages.sending import CLAIM_LASTS, send_due
from lwg_intake.messages.texts import render
from lwg_intake.records.models import Client, Contact
from tests.at_once import at_once
from tests.factories.access import UserFactory
from tests.factories.messages import IncomingTextFactory, MessageFactory, WordingFactory
from tests.factories.records import AssignmentFactory, ClientFactory
from tests.owner import as_owner

pytestmark = pytest.mark.django_db
NEW = "$practice_name: please ring us at $callback. Reply STOP to end texts."


@pytest.fixture
def manager():
    return UserFactory(roles=["manager"], first_name="Miriam", last_name="Okoye")


@pytest.fixture
def transition():
    return UserFactory(roles=["transition_manager"], first_name="Priya", last_name="Nair")


def fresh(message):
    return Message.objects.get(pk=message.pk)


def write(by, body=NEW, after=0, **also):
    words = {"template": "T19", "channel": "text", "subject": "", "note": "Shorter"} | also
    return actions.write_words(**words, body=body, after=after, by=by)


# --- Holding back, going on -----------------------------------------------------------------------------------------


def test_a_mailing_is_stopped_at_once_and_goes_on_where_it_stood(office, transition):
    for n in range(3):
        MessageFactory(key=f"T15-departure-7-client-{n}")
    MessageFactory(key="T15-departure-70-client-1", subject="Another departure")
    Message.objects.filter(key="T15-departure-7-client-0").update(status="sent", sent_at=timezone.now())
    assert actions.hold(prefix="T15-departure-7-", because="The date is wrong", by=transition) == 2
    assert send_due() == 1 and office.subjects == ["Another departure"]
    held = Message.objects.filter(status="held").first()
    assert held.error == "Held back by Priya Nair: The date is wrong"
    assert actions.resume(prefix="T15-departure-7-", by=transition) == 2
    assert send_due() == 2
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}
    done = Event.objects.filter(verb__in=("messages.held", "messages.resumed"))
    assert [len(e.values["messages"]) for e in done] == [2, 2]


def test_what_a_sender_has_taken_leaves_and_holding_twice_does_nothing_more(transition):
    sending = MessageFactory(key="T15-1", status="sending", claimed_at=timezone.now())
    MessageFactory(key="T15-2")
    assert actions.hold(prefix="T15-", because="Wait", by=transition) == 1
    assert actions.hold(prefix="T15-", because="Wait", by=transition) == 0
    assert fresh(sending).status == "sending"


def test_holding_wants_a_reason_and_says_which(transition):
    MessageFactory()
    with pytest.raises(Refusal, match="Say why"):
        actions.hold(prefix="T11-", because=" ", by=transition)
    with pytest.raises(Refusal, match="which messages"):
        actions.hold(prefix="", because="All of them", by=transition)
    assert Message.objects.get().status == "queued"


@pytest.mark.django_db(transaction=True)
def test_stopped_while_two_senders_run_each_message_is_sent_once_or_held(office):
    by = UserFactory(roles=["transition_manager"])
    office.seconds = 0.02
    for n in range(20):
        MessageFactory(key=f"T15-departure-7-client-{n}")
    stop = lambda: actions.hold(prefix="T15-departure-7-", because="Wrong", by=by)  # noqa: E731
    answers = at_once(send_due, stop, send_due)
    assert all(isinstance(answer, int) for answer in answers)
    held = Message.objects.filter(status="held").count()
    assert len(office.taken) == len({mail["Message-ID"] for mail in office.taken}) == 20 - held
    assert Message.objects.filter(status="sent").count() == 20 - held


def test_only_who_sees_the_outbox_changes_it():
    message, csr = MessageFactory(status="failed"), UserFactory(roles=["csr"])
    for deed in (
        lambda: actions.hold(prefix="T11", because="x", by=csr),
        lambda: actions.resume(prefix="T11", by=csr),
        lambda: actions.hold_one(message_id=message.pk, because="x", by=csr),
        lambda: actions.send_again(message_id=message.pk, confirmed=True, by=csr),
        lambda: actions.mark_bounced(message_id=message.pk, by=csr),
        lambda: actions.open_message(message_id=message.pk, by=csr),
        lambda: actions.settle(text_id=IncomingTextFactory().pk, client_ref="", by=csr),
        lambda: write(csr),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert fresh(message).status == "failed"


# --- Sending again, coming back -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_names_the_words_it_was_written_with_whatever_becomes_of_it(manager):
    message = MessageFactory(status="sent", sent_at=timezone.now(), version=0)
    actions.mark_bounced(message_id=message.pk, by=manager)
    actions.send_again(message_id=message.pk, confirmed=True, by=manager)
    actions.hold_one(message_id=message.pk, because="Wait", by=manager)
    assert fresh(message).version == 0


def test_what_failed_is_sent_again_from_the_start(office, manager):
    message = MessageFactory(status="failed", attempts=11, error="Not sent after 11 attempts")
    actions.send_again(message_id=message.pk, confirmed=False, by=manager)
    assert (fresh(message).attempts, fresh(message).error) == (0, "")
    assert send_due() == 1 and fresh(message).status == "sent"


def test_what_may_have_left_is_sent_again_only_by_who_has_asked(office, manager):
    long_ago = timezone.now() - CLAIM_LASTS - timedelta(seconds=1)
    message = MessageFactory(status="sending", attempts=1, claimed_at=long_ago)
    send_due()
    with pytest.raises(Refusal, match="may have left already. Ask"):
        actions.send_again(message_id=message.pk, confirmed=False, by=manager)
    assert office.taken == []
    actions.send_again(message_id=message.pk, confirmed=True, by=manager)
    assert send_due() == 1 and len(office.taken) == 1
    assert Event.objects.get(verb="message.sent_again").values == {"confirmed": True}


def test_it_goes_to_the_address_now_on_record_and_not_against_a_no(office, manager):
    client = ClientFactory(email="old@example.org", email_ok=True, dob=None)
    message = outbox.write("T22", key="T22-1", client=client, deadline_date="Friday")
    office.mood = "refuses"
    send_due()
    assert fresh(message).status == "bounced"
    assert fresh(message).error == "The address was refused (550). Correct it in the record, then send again."
    assert [(c.client, c.outcome, c.channel) for c in Contact.objects.all()] == [(client, "bounced", "email")]
    Client.objects.update(email="new@example.org")
    office.mood = "accepts"
    actions.send_again(message_id=message.pk, confirmed=False, by=manager)
    send_due()
    assert [mail["To"] for mail in office.taken] == ["new@example.org"]
    actions.mark_bounced(message_id=message.pk, by=manager)
    Client.objects.update(email_ok=False)
    with pytest.raises(Refusal, match="does not want e-mail"):
        actions.send_again(message_id=message.pk, confirmed=False, by=manager)


def test_a_mail_refused_as_a_whole_asks_for_the_administrator(office):
    office.mood, office.says = "refuses the mail", "554 looks like spam"
    message = MessageFactory()
    send_due()
    assert fresh(message).status == "failed" and "(554)" in fresh(message).error
    assert office.tries == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_send_it_again_at_once_send_it_once(office):
    by, message = UserFactory(roles=["manager"]), MessageFactory(status="failed")
    again = lambda: actions.send_again(message_id=message.pk, confirmed=False, by=by)  # noqa: E731
    answers = at_once(again, again)
    assert sum(isinstance(answer, Message) for answer in answers) == 1
    assert any(isinstance(answer, (Stale, Refusal)) for answer in answers)
    send_due()
    assert len(office.taken) == 1


def test_all_that_failed_goes_again_but_what_wants_a_look(office, manager):
    MessageFactory.create_batch(3, status="failed", attempts=11)
    unsure = MessageFactory(status="failed", may_have_left=True)
    unwanted = MessageFactory(template="T22", status="failed", client=ClientFactory(email_ok=False))
    back = MessageFactory(status="bounced")
    assert actions.send_failed_again(by=manager) == (3, 2)
    assert send_due() == 3
    assert [fresh(message).status for message in (unsure, unwanted, back)] == ["failed", "failed", "bounced"]


def test_a_mail_that_came_back_stands_in_the_clients_log(manager):
    client = ClientFactory()
    message = MessageFactory(template="T22", client=client, status="sent", sent_at=timezone.now())
    actions.mark_bounced(message_id=message.pk, by=manager)
    entry = Contact.objects.get()
    assert (entry.client, entry.outcome, entry.direction, entry.written_by) == (client, "bounced", "out", manager)
    with pytest.raises(Refusal):
        actions.mark_bounced(message_id=message.pk, by=manager)
    assert Contact.objects.count() == 1


def test_a_colleagues_mail_that_came_back_is_in_nobodys_log(manager):
    message = MessageFactory(client=ClientFactory(), status="sent", sent_at=timezone.now())
    actions.mark_bounced(message_id=message.pk, by=manager)
    assert not Contact.objects.exists() and fresh(message).status == "bounced"


def test_what_was_sent_is_not_sent_again(manager):
    message = MessageFactory(status="sent", sent_at=timezone.now())
    with pytest.raises(Refusal, match="cannot become"):
        actions.send_again(message_id=message.pk, confirmed=True, by=manager)


def test_opening_a_message_is_recorded(manager):
    message = MessageFactory(client=ClientFactory())
    actions.open_message(message_id=message.pk, by=manager)
    event = Event.objects.get(verb="message.opened")
    assert (event.actor_id, event.client_id, event.record_id) == (manager.pk, message.client_id, message.pk)


# --- Texts from outside ---------------------------------------------------------------------------------------------


def test_a_person_says_whose_a_text_is(manager):
    client, text = ClientFactory(), IncomingTextFactory(body="It is Mari")
    actions.settle(text_id=text.pk, client_ref=f" {client.ref.lower()} ", by=manager)
    entry = Contact.objects.get()
    assert (entry.client, entry.note, entry.written_by) == (client, "Text: It is Mari", manager)
    assert entry.at == text.received_at
    assert IncomingText.objects.get().body == ""
    with pytest.raises(Stale):
        actions.settle(text_id=text.pk, client_ref="", by=manager)


def test_a_text_of_nobodys_is_put_away(manager):
    text = IncomingTextFactory()
    with pytest.raises(NotThere, match="no such record number"):
        actions.settle(text_id=text.pk, client_ref="LW-none", by=manager)
    assert actions.settle(text_id=text.pk, client_ref="", by=manager).client is None
    assert not Contact.objects.exists()


# --- The words ------------------------------------------------------------------------------------------------------


def test_a_new_version_is_in_force_at_once_and_what_was_written_keeps_its_words(manager):
    client = ClientFactory(phone="410-555-0123", text_ok=True)
    before = outbox.write("T19", key="T19-1", client=client)
    assert write(manager).version == 1
    after = outbox.write("T19", key="T19-2", client=client)
    assert (before.version, after.version) == (0, 1)
    assert "please ring us" in after.body and "please ring us" not in fresh(before).body


def test_a_version_is_never_changed_nor_taken_away():
    row = WordingFactory()
    for deed in (lambda: Wording.objects.update(body="x"), row.delete):
        with pytest.raises(DatabaseError, match="append-only"), as_owner():
            deed()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            deed()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Ring $practice_phone", r"\$callback is missing"),
        ("$callback $balance", r"\$balance is not known to this text. It knows: practice_name"),
        ("$callback $typo", r"\$typo is not known"),
        ("$callback costs 5$", r"dollar sign as \$\$"),
        ("  ", "Write the words"),
    ],
)
def test_words_with_a_gap_are_not_saved(manager, body, sentence):
    with pytest.raises(Refusal, match=sentence):
        write(manager, body)
    assert not Wording.objects.exists()


def test_a_clients_subject_names_nobody_and_a_mail_has_one(manager):
    mail = {"template": "T22", "channel": "email", "body": "$deadline_date"}
    with pytest.raises(Refusal, match="take out \\$client_first_name"):
        write(manager, **mail, subject="For $client_first_name")
    with pytest.raises(Refusal, match="needs a subject"):
        write(manager, **mail, subject=" ")


def test_a_mail_may_leave_out_what_is_not_needed(manager):
    write(manager, template="T22", channel="email", subject="A note", body="Come by $deadline_date.")
    assert render("T22", client_first_name="Mari", deadline_date="Friday").body == "Come by Friday."


def test_a_text_or_a_voicemail_that_says_why_is_refused(manager):
    with pytest.raises(Refusal, match="Take out “therapist”"):
        write(manager, "Your therapist misses you. $callback. Reply STOP to end texts.")
    script = {"template": "T17", "channel": "script"}
    spoken = "Is this about your therapy? $callback\n\n(On a voicemail:)\nPlease ring $callback"
    assert write(manager, spoken, **script).version == 1  # to the client in person it may be said
    with pytest.raises(Refusal, match="Take out “therapy”"):
        write(manager, spoken + " about therapy.", **script, after=1)


def test_doubts_are_said_and_do_not_stop(manager):
    body = "Please ring us. " + "x" * 150 + " $callback"
    found = " ".join(actions.doubts("text", "", body))
    assert "STOP" in found and "as 2 texts" in found
    assert write(manager, body).version == 1
    assert actions.doubts("text", "", NEW) == []
    assert actions.doubts("email", "Your therapy", "Therapy is fine here") != []
    assert actions.doubts("email", "A note", "Therapy is fine here") == []


def test_the_second_of_two_managers_is_told_who_was_first(manager):
    write(manager)
    other = UserFactory(roles=["manager"])
    with pytest.raises(Stale, match="Miriam Okoye wrote version 1 in the meantime"):
        write(other, "$callback, other words. STOP", after=0)
    assert write(other, "$callback, other words. STOP", after=1).version == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_managers_who_save_at_once_one_is_told():
    managers = UserFactory.create_batch(2, roles=["manager"])
    answers = at_once(*[lambda by=by: write(by, f"{by.pk} $callback STOP") for by in managers])
    assert sorted(type(answer).__name__ for answer in answers) == ["Stale", "Wording"]
    assert Wording.objects.count() == 1


def test_an_older_version_comes_back_as_a_new_one(manager):
    write(manager)
    write(manager, "Second $callback STOP", after=1)
    assert actions.restore(template="T19", channel="text", version=1, after=2, by=manager).body == NEW
    back = actions.restore(template="T19", channel="text", version=0, after=3, by=manager)
    assert (back.version, back.note) == (4, "Version 0 again") and "we have tried to call you" in back.body
    with pytest.raises(NotThere):
        actions.restore(template="T19", channel="text", version=9, after=4, by=manager)


def test_the_same_words_again_are_no_new_version(manager):
    write(manager)
    with pytest.raises(Refusal, match="in force already"):
        write(manager, after=1)


def test_a_preview_shows_a_real_row_and_is_recorded(manager):
    assignment = AssignmentFactory(client__preferred_name="Mari", service="therapy")
    body = "$client_ref $clinician_name $service $kind"
    words = {"template": "T11", "channel": "email", "subject": "New", "body": body}
    shown = actions.preview(**words, client_ref=assignment.client.ref, by=manager)
    assert shown.body == f"{assignment.client.ref} {assignment.clinician} therapy [kind]"
    event = Event.objects.get(verb="text.previewed")
    assert (event.client_id, event.values) == (assignment.client_id, {"template": "T11"})
    assert "[client ref]" in actions.preview(**words, client_ref="", by=manager).body
    assert Event.objects.filter(verb="text.previewed").count() == 1
    assert not Wording.objects.exists()


def test_a_preview_is_for_clients_one_may_see(manager):
    words = {"template": "T19", "channel": "text", "subject": "", "body": NEW}
    with pytest.raises(NotThere):
        actions.preview(**words, client_ref="LW-none", by=manager)
    with pytest.raises(Refusal, match="is missing"):
        actions.preview(**words | {"body": "x"}, client_ref="", by=manager)
