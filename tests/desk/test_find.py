from __future__ import annotations

import json
import os
import sys
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from lwg_intake.audit.models import Event
from lwg_intake.records.models import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def cat() -> Client:
    return Client.objects.create(
        ref="C-1001", first_name="Catherine", last_name="Smith", dob=date(1988, 3, 7), phone="(410) 555-0123"
    )


def find(*words: str) -> str:
    out = StringIO()
    call_command("find", *words, stdout=out)
    return out.getvalue()


def test_json_is_exactly_the_promised_shape(cat: Client) -> None:
    Client.objects.create(ref="C-1002", first_name="Kate", last_name="Smith", preferred_name="Kit")
    assert json.loads(find("smith", "--json")) == {
        "results": [
            {"client_ref": "C-1001", "name": "Catherine Smith", "preferred_name": "", "dob": "1988-03-07",
             "phone": "(410) 555-0123", "status": "prospective"},
            {"client_ref": "C-1002", "name": "Kate Smith", "preferred_name": "Kit", "dob": None, "phone": "",
             "status": "prospective"},
        ]
    }  # fmt: skip


def test_nobody_is_an_empty_list_and_not_an_error(cat: Client) -> None:
    assert json.loads(find("nobody at all", "--json")) == {"results": []}
    assert "Nobody found" in find("zzzz")


def test_words_may_stand_apart_and_people_read_a_table(cat: Client) -> None:
    assert "C-1001  Catherine Smith" in find("katherine", "smyth")


def test_it_ends_silently_where_nobody_reads_on(cat: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "w") as out:
        monkeypatch.setattr(sys, "stdout", out)
        call_command("find", "smith")


def test_a_search_is_recorded(cat: Client) -> None:
    find("smith 0123")
    event = Event.objects.get(verb="clients.searched")
    assert (event.actor_name, event.origin) == ("the program", "manage.py find")
    assert event.values == {"text": "smith 0123", "kinds": ["name", "number"], "shown": [cat.pk]}
