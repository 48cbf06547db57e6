"""The message texts: complete, and nothing in them that must not leave the house."""

import pytest
from django.utils.formats import date_format

from lwg_intake.messages.models import Message
from lwg_intake.messages.texts import FOLDER, render
from tests.returning.conftest import former
from tests.returning.deeds import finish, start, up_to_match

T11 = {"client_ref": "LW-1", "service": "therapy", "appointment": "2026-12-01 at 10:00", "kind": "an intake",
       "clinician_name": "Abena Osei", "link": "http://127.0.0.1:8000/clients/1/"}  # fmt: skip


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_a_text_has_a_subject_an_empty_line_and_a_body(path):
    subject, blank, body = path.read_text("utf-8").split("\n", 2)
    assert subject.strip() and not blank and body.strip()


def test_the_new_clinicians_text_is_filled_in_full():
    text = render("T11", **T11)
    assert text.subject == "A client joined your caseload"
    for word in T11.values():
        assert word in text.body
    assert "$" not in text.subject + text.body


def test_a_text_with_a_gap_is_not_sent():
    with pytest.raises(KeyError):
        render("T11", client_ref="LW-1")


def test_a_value_writes_no_header_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "T0.txt").write_text("About $what\n\nBody", "utf-8")
    monkeypatch.setattr("lwg_intake.messages.texts.FOLDER", tmp_path)
    assert render("T0", what="this\r\nBcc: all@example.com").subject == "About this Bcc: all@example.com"


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
