"""Texts, sent to a real server that speaks Twilio's interface: each once, none lost, and STOP is heard."""

import logging
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from twilio.request_validator import RequestValidator

from lwg_intake.audit.models import Event
from lwg_intake.messages import outbox
from lwg_intake.messages.models import IncomingText, Message
from lwg_intake.messages.sending import WAITS, send_due
from lwg_intake.messages.texting import file, twilio
from lwg_intake.records.models import Client, Contact
from tests.at_once import at_once
from tests.factories.messages import MessageFactory
from tests.factories.records import ClientFactory
from tests.messages.twilio import TOKEN

pytestmark = pytest.mark.django_db
NUMBER = "+14105550123"


def text(**values):
    return MessageFactory(
        **{"template": "T19", "channel": "text", "to": NUMBER, "subject": "", "body": "Please call us."} | values
    )


def client(**values):
    return ClientFactory(**{"phone": "(410) 555-0123", "text_ok": True} | values)


def now_due():
    Message.objects.filter(status="queued").update(due_at=timezone.now())


def fresh(message):
    return Message.objects.get(pk=message.pk)


# --- Sending --------------------------------------------------------------------------------------------------------


def test_a_text_is_sent_once_with_where_to_report(service):
    message = text()
    assert (send_due(), send_due()) == (1, 0)
    (taken,) = service.taken
    assert (taken["to"], taken["body"], taken["from"]) == (NUMBER, "Please call us.", "+14105550100")
    assert taken["status_callback"] == f"https://intake.example.org/texts/status/?message={message.pk}"
    message = fresh(message)
    assert (message.status, message.provider_ref) == ("sent", taken["sid"])


@pytest.mark.parametrize(
    ("code", "says"),
    [(21211, "not a valid one"), (21614, "no mobile number"), (21610, "replied STOP"), (30006, "landline")],
)
def test_a_number_refused_for_good_fails_at_once_and_stands_in_the_log(service, code, says):
    service.status, service.code = 400, code
    message = text(client=client())
    assert send_due() == 0
    message = fresh(message)
    assert message.status == "bounced" and says in message.error and str(code) in message.error
    assert [(c.channel, c.outcome, c.direction) for c in Contact.objects.all()] == [("text", "bounced", "out")]
    now_due()
    assert send_due() == 0 and service.tries == 1


def test_another_fault_of_ours_asks_for_the_administrator(service):
    service.status, service.code = 400, 21603
    message = text()
    send_due()
    message = fresh(message)
    assert message.status == "failed" and "21603" in message.error and "administrator" in message.error


@pytest.mark.parametrize(("status", "code"), [(500, 20500), (503, 20503), (429, 20429), (401, 20003)])
def test_what_may_pass_is_tried_again(service, status, code):
    service.status, service.code = status, code
    message = text()
    assert send_due() == 0
    assert (fresh(message).status, fresh(message).error) == ("queued", f"Attempt 1: Twilio {status}.")
    service.status = 201
    now_due()
    assert send_due() == 1
    assert service.numbers == [NUMBER]


def test_nothing_is_lost_while_the_service_is_away_and_all_goes_when_it_is_back(service, settings):
    url, settings.TWILIO_API_URL = settings.TWILIO_API_URL, "http://127.0.0.1:1"
    for n in range(3):
        text(to=f"+1410555012{n}")
    assert send_due() == 0
    assert set(Message.objects.values_list("status", "may_have_left")) == {("queued", False)}
    settings.TWILIO_API_URL = url
    now_due()
    assert send_due() == 3
    assert sorted(service.numbers) == [f"+1410555012{n}" for n in range(3)]


def test_a_text_that_was_taken_before_the_answer_was_lost_is_not_sent_again(service, monkeypatch):
    monkeypatch.setattr(twilio, "SECONDS", 0.3)
    service.seconds = 1
    message = text()
    assert send_due() == 0
    assert (fresh(message).status, fresh(message).may_have_left) == ("queued", True)
    service.seconds = 0
    now_due()
    assert send_due() == 1
    assert service.numbers == [NUMBER] and service.asked == 1
    assert (fresh(message).status, fresh(message).provider_ref) == ("sent", service.taken[0]["sid"])


def test_an_answer_that_was_lost_before_the_text_was_taken_is_sent(service, monkeypatch):
    monkeypatch.setattr(twilio, "SECONDS", 0.3)
    service.seconds, service.status = 1, 500
    text()
    assert send_due() == 0 and service.taken == []
    service.seconds, service.status = 0, 201
    now_due()
    assert send_due() == 1 and service.numbers == [NUMBER]


def test_an_older_text_with_the_same_words_is_not_taken_for_this_one(service):
    text(key="older")
    send_due()
    service.status = 500
    message = text(created_at=timezone.now() + timedelta(seconds=2))
    send_due()
    service.status = 201
    now_due()
    send_due()
    assert service.numbers == [NUMBER] * 2
    assert fresh(message).provider_ref != Message.objects.get(key="older").provider_ref


def test_after_the_last_attempt_a_person_is_asked(service):
    service.status, service.code = 503, 20503
    message = text(attempts=len(WAITS))
    send_due()
    assert fresh(message).status == "failed" and "Not sent after 11 attempts" in fresh(message).error


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_text_once(service):
    service.seconds = 0.02
    for n in range(12):
        text(to=f"+14105550{n:03}")
    assert sum(at_once(*[send_due] * 2)) == 12
    assert len(set(service.numbers)) == len(service.taken) == 12


def test_neither_log_nor_error_quotes_the_number_or_the_words(service, caplog):
    service.status, service.code = 500, 20500
    message = text(body="Marisol, please call.")
    with caplog.at_level(logging.DEBUG):
        send_due()
    told = caplog.text + fresh(message).error
    assert "Twilio 500" in told
    for word in ("Marisol", "5550123", "please call"):
        assert word not in told


def test_who_says_no_while_a_text_waits_gets_none(service):
    person = client()
    message = outbox.write("T19", key="T19-1", client=person)
    Client.objects.update(text_ok=False)
    assert send_due() == 0
    assert fresh(message).status == "failed" and "does not want texts" in fresh(message).error
    assert service.taken == []


def test_a_corrected_number_is_the_one_used(service):
    person = client()
    outbox.write("T19", key="T19-1", client=person)
    Client.objects.update(phone="410-555-0199")
    send_due()
    assert service.numbers == ["+14105550199"]


def test_the_demo_writes_each_text_into_a_file(settings, tmp_path, monkeypatch):
    monkeypatch.setattr("lwg_intake.messages.reaching.rules.is_quiet", lambda *_: False)
    settings.TEXT_BACKEND, settings.TEXT_FILE_PATH = "lwg_intake.messages.texting.file.Backend", tmp_path / "texts"
    text()
    assert send_due() == 1
    (written,) = (tmp_path / "texts").iterdir()
    assert written.read_text() == f"To: {NUMBER}\n\nPlease call us.\n"
    assert file.Backend().find(NUMBER, "Please call us.", timezone.now()) == ""


def test_the_console_prints_it(settings, capsys):
    settings.TEXT_BACKEND = "lwg_intake.messages.texting.console.Backend"
    text()
    send_due_at_any_hour(settings)
    assert NUMBER in capsys.readouterr().out


def send_due_at_any_hour(settings):
    from lwg_intake.messages import texting

    message = Message.objects.get()
    texting.backend().send(message.to, message.body, message.pk)


# --- What Twilio tells us --------------------------------------------------------------------------------------------


def call(path, signature=None, **sent):
    url = f"https://intake.example.org{path}"
    sign = RequestValidator(TOKEN).compute_signature(url, sent) if signature is None else signature
    return Browser(enforce_csrf_checks=True).post(path, sent, headers={"X-Twilio-Signature": sign})


def says(body, number=NUMBER, sid="SM1", **also):
    return call("/texts/in/", From=number, Body=body, MessageSid=sid, **also)


@pytest.mark.parametrize("path", ["/texts/in/", "/texts/status/?message=1"])
@pytest.mark.parametrize("signature", ["", "wrong", "Zm9yZ2VkIQ=="])
def test_a_call_without_a_right_signature_is_turned_away(service, path, signature):
    client()
    assert call(path, signature, From=NUMBER, Body="STOP", MessageSid="SM1").status_code == 403
    assert Client.objects.get().text_ok is True and not IncomingText.objects.exists()


def test_a_signature_is_for_what_was_signed_only(service):
    sign = RequestValidator(TOKEN).compute_signature(
        "https://intake.example.org/texts/in/", {"From": NUMBER, "Body": "Hello", "MessageSid": "SM1"}
    )
    assert call("/texts/in/", sign, From=NUMBER, Body="STOP", MessageSid="SM1").status_code == 403


def test_without_a_text_service_nobody_can_call(settings):
    settings.TWILIO_AUTH_TOKEN, settings.BASE_URL = "", "https://intake.example.org"
    sent = {"From": NUMBER, "Body": "STOP", "MessageSid": "SM1"}
    signed = RequestValidator("").compute_signature("https://intake.example.org/texts/in/", sent)
    assert call("/texts/in/", signed, **sent).status_code == 403


def test_only_a_post_is_a_call(service):
    assert Browser().get("/texts/in/").status_code == 405


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop. ", "UNSUBSCRIBE", "cancel", "END", "quit", "StopAll"])
def test_stop_turns_texts_off_is_audited_and_is_shown(service, body):
    person = client()
    assert says(body).status_code == 200
    person.refresh_from_db()
    assert person.text_ok is False
    entry = Contact.objects.get()
    assert (entry.client, entry.direction, entry.channel) == (person, "in", "text")
    assert entry.note == "Replied STOP: no more texts to this number."
    changed = Event.objects.get(verb="client.changed")
    assert (changed.client_id, changed.values) == (person.pk, {"text_ok": [True, False]})


def test_stop_holds_although_an_import_brings_the_yes_back(service):
    person = client()
    says("STOP")
    Client.objects.update(text_ok=True)
    person.refresh_from_db()
    assert "replied STOP" in outbox.reach(person, "text").refused
    says("START", sid="SM2")
    assert outbox.reach(person, "text").to == NUMBER
    person.refresh_from_db()
    assert person.text_ok is True


def test_stop_counts_for_everybody_with_that_number(service):
    one = client()
    child = client(phone="", guardian_phone="410 555 0123", text_ok=True)
    says("Stop")
    assert set(Client.objects.values_list("text_ok", flat=True)) == {False}
    assert {c.client_id for c in Contact.objects.all()} == {one.pk, child.pk}


def test_start_of_a_number_that_two_share_is_left_to_a_person(service):
    client(text_ok=False)
    client(text_ok=False)
    says("START")
    assert set(Client.objects.values_list("text_ok", flat=True)) == {False}
    assert IncomingText.objects.get().settled_at is None


def test_stop_within_a_sentence_is_a_message_and_no_stop(service):
    person = client()
    says("Please do not stop our visits")
    person.refresh_from_db()
    assert person.text_ok is True
    assert Contact.objects.get().note == "Text: Please do not stop our visits"


def test_what_twilio_took_for_a_stop_is_one(service):
    person = client()
    says("Arrêt", OptOutType="STOP")
    person.refresh_from_db()
    assert person.text_ok is False


def test_the_same_call_twice_counts_once(service):
    client()
    says("Hello")
    says("Hello")
    assert Contact.objects.count() == IncomingText.objects.count() == 1


def test_a_text_from_nobody_we_know_waits_for_a_person_with_its_words(service, caplog):
    with caplog.at_level(logging.DEBUG):
        assert says("It is Marisol, call me", number="+14105550155").status_code == 200
    text = IncomingText.objects.get()
    assert (text.number, text.body, text.settled_at) == ("+14105550155", "It is Marisol, call me", None)
    assert not Contact.objects.exists()
    assert "Marisol" not in caplog.text + str(list(Event.objects.values_list("values", flat=True)))


def test_once_it_stands_in_the_log_the_words_are_kept_there_alone(service):
    client()
    says("See you Tuesday")
    assert IncomingText.objects.get().body == ""


# --- What became of ours ----------------------------------------------------------------------------------------------


def report(message, status, sid=None, **also):
    also |= {"MessageSid": sid or message.provider_ref or "SM1", "MessageStatus": status}
    return call(f"/texts/status/?message={message.pk}", **also)


def test_a_delivery_is_noted(service):
    message = text()
    send_due()
    report(fresh(message), "sent")
    assert fresh(message).delivered_at is None
    assert report(fresh(message), "delivered").status_code == 204
    assert fresh(message).delivered_at and fresh(message).status == "sent"


@pytest.mark.parametrize("status", ["undelivered", "failed"])
def test_a_text_that_was_lost_on_the_way_comes_back_once(service, status):
    message = text(client=client())
    send_due()
    report(fresh(message), status, ErrorCode="30005")
    report(fresh(message), status, ErrorCode="30005")
    assert fresh(message).status == "bounced" and "no such number" in fresh(message).error
    assert Contact.objects.get().outcome == "bounced"


def test_a_report_that_overtakes_the_sending_is_heard(service):
    message = text(status="sending", claimed_at=timezone.now())
    report(message, "failed", sid="SM77", ErrorCode="30003")
    assert (fresh(message).status, fresh(message).provider_ref) == ("bounced", "SM77")


def test_a_report_of_an_earlier_sending_or_of_no_message_changes_nothing(service):
    message = text(status="sent", sent_at=timezone.now(), provider_ref="SM5")
    assert report(message, "failed", sid="SM4").status_code == 204
    assert fresh(message).status == "sent"
    assert call("/texts/status/?message=x", MessageSid="SM4", MessageStatus="failed").status_code == 204
