"""The page on which somebody says what the columns of a foreign file mean, as its form is filled in and sent."""

import re

import pytest

from lwg_intake.imports.models import RunFile
from tests.factories.access import UserFactory
from tests.imports import reports
from tests.imports.test_foreign import checked

TABLE = [["Who", "Born", "With", "When", "Came"], ["Ada Brightwater", "3/7/1988", "Naomi Clarke", "3/2/2026", "Show"]]


@pytest.fixture
def address(client, db):
    client.force_login(UserFactory(roles=["administrator"]))
    run = checked(client, "t.csv", reports.as_csv(TABLE))
    return f"/imports/files/{run.files.get().pk}/columns/"


def sent_by(page):
    """What the form would send as it stands, without its buttons."""
    form = re.search(r'<form class="panel" method="post">.*?</form>', page, re.DOTALL)[0]
    sent = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select [^>]*name="(\w+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="(\w*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def shown(client, address, page, kind, /, **chosen):
    """Choose columns, and press “Show their fields” of another kind."""
    answer = client.post(address, sent_by(page) | chosen | {"kind": kind, "show": "yes"})
    assert answer.status_code == 200 and RunFile.objects.get().mapping is None
    return answer.content.decode()


def test_another_kind_of_file_keeps_what_was_chosen_where_it_has_the_field(client, address):
    page = client.get(address).content.decode()
    page = shown(client, address, page, "clients", client="0", dob="1", clinician="2", date="3", state="4")
    fields = sent_by(page)
    assert (fields["makes"], fields["client"], fields["dob"], fields["last_name"]) == ("clients", "0", "1", "")
    # A client's state is none of a visit's attendance, though both go by one word.
    assert fields["state"] == "" and "clinician" not in fields


@pytest.mark.parametrize(
    ("header", "makes", "columns"),
    [
        (
            ["Client", "DOB", "Provider", "Date of Service", "Status", "Room"],
            "appointments", {"client": 0, "dob": 1, "clinician": 2, "date": 3, "state": 4},
        ),
        (
            ["ID", " last name", "FIRST NAME", "Date of birth", "E-mail", "Mobile", "State", "ZIP"], "clients",
            {"last_name": 1, "first_name": 2, "dob": 3, "email": 4, "phone": 5, "state": 6, "postal_code": 7},
        ),
        (
            ["Last", "First", "Birthday", "Therapist", "Visit date"],
            "appointments", {"last_name": 0, "first_name": 1, "dob": 2, "clinician": 3, "date": 4},
        ),
        (["client_name", "Phone_Number"], "clients", {"client": 0, "phone": 1}),
        # Beside the two names apart it may well be a number.
        (["Client", "Last Name", "First Name"], "appointments", {"last_name": 1, "first_name": 2}),
        (["Who", "When"], "appointments", {}),
    ],
)  # fmt: skip
def test_columns_whose_names_tell_are_chosen_beforehand(client, db, header, makes, columns):
    client.force_login(UserFactory(roles=["administrator"]))
    run = checked(client, "t.csv", reports.as_csv([header, ["x"] * len(header)]))
    page = client.get(f"/imports/files/{run.files.get().pk}/columns/").content.decode()
    fields = sent_by(page)
    assert fields["makes"] == makes
    told = {key: int(at) for key, at in fields.items() if at.isdigit()}
    assert told == columns
    # Nothing is taken as said before somebody sends it.
    assert RunFile.objects.get().mapping is None and ("look them over" in page) == bool(columns)


def test_back_again_nothing_that_was_chosen_is_lost(client, address):
    page = client.get(address).content.decode()
    page = shown(client, address, page, "clients", client="0", clinician="2", date="3", state="4")
    page = shown(client, address, page, "appointments", client="", last_name="0", state="2")
    fields = sent_by(page)
    assert [fields[name] for name in ("client", "last_name", "clinician", "date", "state")] == ["", "0", "2", "3", "4"]
    assert client.post(address, fields | {"first_name": "1"}).status_code == 302
    assert RunFile.objects.get().mapping == {
        "makes": "appointments",
        "columns": {"last_name": 0, "first_name": 1, "clinician": 2, "date": 3, "state": 4},
    }


def test_a_refusal_keeps_what_was_chosen_for_the_other_kind(client, address):
    page = client.get(address).content.decode()
    page = shown(client, address, page, "clients", clinician="2")
    answer = client.post(address, sent_by(page))
    assert answer.status_code == 422
    assert sent_by(shown(client, address, answer.content.decode(), "appointments"))["clinician"] == "2"


def test_another_kind_that_is_kept_before_its_fields_were_seen_stays_and_shows_them(client, address):
    page = client.get(address).content.decode()
    answer = client.post(address, sent_by(page) | {"kind": "clients", "client": "0", "clinician": "2", "date": "3"})
    page = answer.content.decode()
    assert answer.status_code == 422 and RunFile.objects.get().mapping is None
    assert "The fields of Clients are shown now: choose their columns, then keep them." in page
    fields = sent_by(page)
    assert (fields["kind"], fields["makes"], fields["client"]) == ("clients", "clients", "0") and "email" in fields
    assert client.post(address, fields).status_code == 302
    assert RunFile.objects.get().mapping == {"makes": "clients", "columns": {"client": 0}}


def test_one_column_for_two_things_is_refused_and_what_was_chosen_still_stands(client, address):
    said = {"makes": "appointments", "last_name": "0", "first_name": "0", "clinician": "2", "date": "3", "state": "4"}
    answer = client.post(address, said)
    page = answer.content.decode()
    assert answer.status_code == 422 and RunFile.objects.get().mapping is None
    assert "The column “Who” is chosen for “Client&#x27;s last name” and “Client&#x27;s first name”." in page
    assert sent_by(page).items() >= said.items()


def test_columns_that_were_kept_before_stand_there_again_after_a_look_at_the_other_kind(client, address):
    client.post(address, {"makes": "appointments", "client": "0", "clinician": "2", "date": "3"})
    file = RunFile.objects.get()
    page = client.get(address).content.decode()
    for kind in ("clients", "appointments", "nonsense"):
        page = client.post(address, sent_by(page) | {"kind": kind, "show": "yes"}).content.decode()
    fields = sent_by(page)
    assert [fields[name] for name in ("makes", "client", "clinician", "date")] == ["appointments", "0", "2", "3"]
    assert RunFile.objects.get().mapping == file.mapping


def test_a_form_emptied_altogether_is_refused_and_not_kept_as_it_was(client, address):
    client.post(address, {"makes": "appointments", "client": "0", "clinician": "2", "date": "3"})
    assert client.post(address, {"makes": "appointments", "client": "", "clinician": "", "date": ""}).status_code == 422
