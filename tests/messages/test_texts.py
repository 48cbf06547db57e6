"""The message texts: complete, and nothing in them that must not leave the house."""

import pytest
from django.utils.formats import date_format

from lwg_intake.messages import rules
from lwg_intake.messages.catalogue import TEMPLATES
from lwg_intake.messages.models import Message, Wording
from lwg_intake.messages.texts import FOLDER, fill, original, render
from tests.factories.messages import WordingFactory
from tests.returning.conftest import former
from tests.returning.deeds import finish, start, up_to_match

T11 = {"client_ref": "LW-1", "service": "therapy", "appointment": "2026-12-01 at 10:00", "kind": "an intake",
       "clinician_name": "Abena Osei", "link": "http://127.0.0.1:8000/clients/1/"}  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.txt")), ids=lambda path: f"{path.stem}-{path.parent.name}")
def test_a_file_belongs_to_a_text_and_uses_what_that_text_knows(path):
    kind, channel = TEMPLATES[path.stem], path.parent.name
    words = original(path.stem, channel)
    used = rules.variables(f"{words.subject} {words.body}")
    assert channel in kind.channels
    assert words.body and bool(words.subject) == (channel == "email")
    assert set(kind.needed(channel)) <= used <= set(kind.known(channel))


def test_there_are_all_28_and_each_has_a_file_for_each_channel():
    assert list(TEMPLATES)[:28] == [f"T{n}" for n in range(1, 29)]
    missing = [
        (kind.key, channel)
        for kind in TEMPLATES.values()
        for channel in kind.channels
        if not (FOLDER / channel / f"{kind.key}.txt").exists()
    ]
    assert missing == []


@pytest.mark.parametrize("path", sorted((FOLDER / "text").glob("*.txt")), ids=lambda path: path.stem)
def test_a_text_message_tells_nothing_is_short_and_can_be_stopped(path):
    values = {name: f"({name[:8]})" for name in TEMPLATES[path.stem].known("text")}
    values |= {"practice_name": "LWG", "practice_phone": "(410) 555-0100", "callback": "(410) 555-0100"}
    body = fill(original(path.stem, "text"), values).body
    assert rules.telling(body) == []
    assert rules.segments(body) == 1
    assert "STOP" in body and "client_fi" not in body


def test_a_voicemail_says_who_calls_and_not_why():
    for path in (FOLDER / "script").glob("*.txt"):
        _, mark, rest = path.read_text("utf-8").partition("(On a voicemail:)")
        assert bool(mark) == (path.stem != "T25")
        assert rules.telling(rest.split("\n\n(")[0]) == []


def test_no_subject_of_a_mail_to_a_client_names_anybody_or_anything():
    for kind in TEMPLATES.values():
        if kind.audience == "client" and "email" in kind.channels:
            subject = original(kind.key, "email").subject
            assert rules.variables(subject) <= {"practice_name"}
            assert rules.telling(subject) == []


@pytest.mark.django_db
def test_the_new_clinicians_text_is_filled_in_full():
    text = render("T11", **T11)
    assert text.subject == "A client joined your caseload"
    for word in T11.values():
        assert word in text.body
    assert "$" not in text.subject + text.body


@pytest.mark.django_db
def test_a_text_with_a_gap_is_not_sent():
    with pytest.raises(KeyError):
        render("T11", client_ref="LW-1")


@pytest.mark.django_db
def test_a_text_leaves_only_as_it_is_meant_to():
    with pytest.raises(KeyError, match="T11 does not leave as text"):
        render("T11", "text", **T11)


def test_a_value_writes_no_header_of_its_own():
    words = Wording(template="T0", channel="email", version=0, subject="About $what", body="Body")
    assert fill(words, {"what": "this\r\nBcc: all@example.com"}).subject == "About this Bcc: all@example.com"


@pytest.mark.django_db
def test_the_newest_words_are_in_force_and_say_which_they_are():
    assert render("T19", client_first_name="Mari", callback="(410) 555-0100").version == 0
    WordingFactory(version=1, body="First: $callback")
    WordingFactory(version=2, body="Second: $callback")
    text = render("T19", client_first_name="Mari", callback="(410) 555-0100")
    assert (text.version, text.body, text.subject) == (2, "Second: (410) 555-0100", "")


@pytest.mark.django_db
def test_no_program_is_named_for_a_client_under_part_2():
    text = render("T11", "email", True, **T11)
    assert "therapy" not in text.body and "intake" not in text.body
    assert "Service: see the record" in text.body


def test_the_mail_to_the_new_clinician_names_the_record_and_not_the_client(practice):
    client = former(preferred_name="Mari")
    case = start(practice, client)
    up_to_match(case, practice)
    finish(case, practice, practice.duarte)
    message = Message.objects.get()
    told = message.subject + message.body + message.key
    assert (message.template, message.to, message.client) == ("T11", "duarte@example.com", client)
    assert client.ref in message.body and client.ref not in message.subject
    hidden = (
        client.first_name, client.last_name, "Mari", client.email, client.phone, client.address,
        client.dob.isoformat(), date_format(client.dob), "Cigna", "Stopped coming", "All done",
    )  # fmt: skip
    for word in hidden:
        assert word not in told
