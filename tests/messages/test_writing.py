"""Writing a message: to whom, by consent, in the words in force, at the right hour, once."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.errors import Refusal
from lwg_intake.messages import outbox, reaching
from lwg_intake.messages.models import Message
from lwg_intake.messages.sending import send_due
from lwg_intake.policy.models import Setting
from tests.factories.messages import MessageFactory, WordingFactory
from tests.factories.records import ClientFactory

pytestmark = pytest.mark.django_db
BORN = date(1990, 5, 1)


def adult(**values):
    return ClientFactory(
        **{"dob": BORN, "email": "mari@example.org", "phone": "(410) 555-0123", "text_ok": True} | values
    )


def child(**values):
    born = dates.today().replace(day=1) - timedelta(days=10 * 365)
    guardian = {"guardian_email": "mum@example.org", "guardian_phone": "410-555-0199"}
    return adult(**{"dob": born, **guardian} | values)


def set_number(key, value):
    Setting.objects.create(key=key, value=value, effective_on=dates.today(), source="test")


def moment(text):
    return timezone.make_aware(datetime.fromisoformat(text))


def clock(monkeypatch, text):
    now = moment(text)
    monkeypatch.setattr(reaching.timezone, "now", lambda: now)
    return now


DEADLINE = {"deadline_date": "Friday"}


def test_a_mail_to_a_client_goes_to_the_record_in_the_words_in_force():
    mari = adult(preferred_name="Mari", email_ok=True)
    WordingFactory(
        template="T22", channel="email", subject="From us", body="Dear $client_first_name, by $deadline_date."
    )
    message = outbox.write("T22", key="T22-1", client=mari, **DEADLINE)
    assert (message.to, message.subject, message.body) == ("mari@example.org", "From us", "Dear Mari, by Friday.")
    assert (message.template, message.version, message.channel, message.client) == ("T22", 1, "email", mari)


def test_the_practice_fills_in_its_own(settings):
    body = outbox.write("T19", key="T19-1", client=adult()).body
    assert settings.PRACTICE_PHONE in body and "$" not in body


def test_the_same_key_is_the_same_message_and_another_texts_key_is_a_mistake():
    mari = adult()
    first = outbox.write("T26", key="T26-1", client=mari, answer_by="Friday", slot="Tue 10:00")
    again = outbox.write("T26", key="T26-1", client=mari, answer_by="Monday", slot="Wed 11:00")
    assert first == again and Message.objects.count() == 1
    with pytest.raises(ValueError, match="a key of its own"):
        outbox.write("T26", key="T26-1", client=mari, channel="text", answer_by="Friday", slot="Tue 10:00")


def test_a_variable_that_is_missing_is_a_mistake_before_anything_is_written():
    with pytest.raises(KeyError, match="deadline_date"):
        outbox.write("T22", key="T22-1", client=adult())
    assert not Message.objects.exists()


def test_who_said_no_is_not_written_to_and_the_other_channel_is_free():
    mari = adult(email_ok=False)
    with pytest.raises(Refusal, match="does not want e-mail"):
        outbox.write("T22", key="T22-1", client=mari, **DEADLINE)
    assert outbox.write("T19", key="T19-1", client=mari).to == "+14105550123"
    with pytest.raises(Refusal, match="never asked about texts"):
        outbox.write("T19", key="T19-2", client=adult(text_ok=None))


def test_who_was_never_asked_gets_mail_unless_policy_says_otherwise():
    mari = adult(email_ok=None)
    assert outbox.write("T22", key="T22-1", client=mari, **DEADLINE).to == "mari@example.org"
    set_number("email_unasked", 0)
    with pytest.raises(Refusal, match="never asked about e-mail"):
        outbox.write("T22", key="T22-2", client=mari, **DEADLINE)


def test_a_minors_letter_is_addressed_to_the_guardian():
    kid = child(preferred_name="Leo")
    message = outbox.write("T22", key="T22-1", client=kid, **DEADLINE)
    assert message.to == "mum@example.org"
    assert message.body.startswith("To the parent or guardian of Leo:\n\nDear Leo,")
    text = outbox.write("T19", key="T19-1", client=kid)
    assert text.to == "+14105550199" and "Leo" not in text.body


def test_on_the_eighteenth_birthday_it_is_the_clients_own():
    today = dates.today()
    born = (
        date(today.year - 18, today.month, today.day)
        if (today.month, today.day) != (2, 29)
        else date(today.year - 18, 2, 28)
    )
    assert outbox.reach(child(dob=born), "email").to == "mari@example.org"
    assert outbox.reach(child(dob=born + timedelta(days=1)), "email").to == "mum@example.org"


def test_staff_are_written_to_at_the_address_given_whatever_the_client_wants():
    mari = adult(email_ok=False)
    message = outbox.write(
        "T12", key="T12-1", client=mari, to="osei@example.com",
        clinician_name="Abena Osei", client_ref=mari.ref, effective_date="Monday",
    )  # fmt: skip
    assert (message.to, message.client) == ("osei@example.com", mari)
    with pytest.raises(Refusal, match="no e-mail address"):
        outbox.write("T16", key="T16-1", clinician_name="A", roster_link="x", due="Monday")


def test_no_program_of_a_part_2_client_is_named():
    mari = adult(flags=["part2"])
    date_and_time = {"date": "Dec 1", "time": "10:00", "kind": "intake", "modality": "virtual", "location_or_link": "x"}
    assert "intake" not in outbox.write("T10", key="T10-1", client=mari, **date_and_time).body
    assert "intake" in outbox.write("T10", key="T10-2", client=adult(), **date_and_time).body


def test_a_text_at_night_waits_for_the_morning_and_a_mail_does_not(monkeypatch):
    night = clock(monkeypatch, "2026-11-20T22:15")
    text = outbox.write("T19", key="T19-1", client=adult())
    mail = outbox.write("T22", key="T22-1", client=adult(), **DEADLINE)
    assert text.due_at == moment("2026-11-21T08:00")
    assert mail.due_at == night


def test_the_quiet_hours_are_the_practices_own(monkeypatch):
    set_number("text_from_hour", 10)
    monkeypatch.setattr(reaching, "values", lambda: {"text_from_hour": 10, "text_until_hour": 18})
    now = clock(monkeypatch, "2026-11-20T18:00")
    assert reaching.due("text") == moment("2026-11-21T10:00")
    assert not reaching.texts_may_leave(now)
    assert reaching.texts_may_leave(now - timedelta(seconds=1))


def test_a_text_that_became_due_before_the_quiet_hours_does_not_leave_in_them(service, monkeypatch):
    MessageFactory(template="T19", channel="text", to="+14105550123")
    monkeypatch.setattr("lwg_intake.messages.reaching.rules.is_quiet", lambda *_: True)
    assert send_due() == 0 and service.tries == 0
    monkeypatch.setattr("lwg_intake.messages.reaching.rules.is_quiet", lambda *_: False)
    assert send_due() == 1


def test_where_no_texts_are_sent_one_is_told_to_call(settings):
    settings.TEXT_BACKEND = ""
    with pytest.raises(Refusal, match="sends no texts yet. Call instead"):
        outbox.write("T19", key="T19-1", client=adult())


def test_a_script_is_read_with_the_clients_name_and_is_no_message():
    script = outbox.compose("T17", client=adult(preferred_name="Mari"), csr_name="Rosa Diaz")
    assert script.channel == "script" and "May I speak with Mari?" in script.body and "Rosa Diaz" in script.body
    assert not Message.objects.exists()
