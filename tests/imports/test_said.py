"""What the pages of an import say: what happens next, what is final, and what became of each row."""

import re

import pytest

from lwg_intake.imports.models import RunFile
from tests.factories.access import UserFactory
from tests.imports import reports
from tests.imports.test_foreign import brought, checked
from tests.imports.test_page import upload

KNOWN = {"Client": "Grace Hopperson", "City": "Bowie"}
OTHER = reports.as_csv([["Wer", "Tag"], ["Ada Brightwater", "3/7/1988"]])


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"])
    client.force_login(user)
    return user


def page_of(client, run):
    return client.get(f"/imports/{run.pk}/").content.decode()


def test_a_row_that_goes_in_but_for_a_value_is_not_counted_as_left_out(client, admin):
    rows = reports.details({**KNOWN, "State": "Narnia"}, {"Client": "Ann & Bob Oakley"})
    page = page_of(client, checked(client, "d.csv", rows))
    assert "1 new, 0 changed, 1 left out, 1 in but for a value that cannot be used." in page
    assert "In, but for a value</dt><dd>1<" in page and "Left out, whole or in part<" in page
    assert "All 2 rows that were left out, whole or in part, with the reason" in page


def test_what_columns_mean_is_asked_with_a_button_and_in_the_list(client, admin):
    run = checked(client, "w.csv", OTHER)
    page = page_of(client, run)
    assert page.count("Say what its columns mean</a>") == 1 and "Check again" not in page
    assert "Waits for your answer" in page and "Waits for your answer" in client.get("/imports/").content.decode()
    columns = client.get(f"/imports/files/{run.files.get().pk}/columns/").content.decode()
    assert "are chosen already" not in columns and "Ada Brightwater" in columns


def test_rows_are_shown_beside_their_columns_before_it_is_known_that_a_file_is_windows_1252(client, admin):
    run = checked(client, "w.csv", OTHER.decode().replace("Ada", "Zoë").encode("cp1252"))
    columns = client.get(f"/imports/files/{run.files.get().pk}/columns/").content.decode()
    assert "Zoë Brightwater" in columns


def test_of_several_files_of_which_one_is_refused_it_is_said_that_none_was_kept(client, admin):
    answer = upload(client, ("d.csv", reports.details(KNOWN)), ("empty.csv", b""))
    assert "None of the 2 files was kept." in answer.content.decode() and not RunFile.objects.exists()
    assert "was kept." not in upload(client, ("empty.csv", b"")).content.decode()


def test_what_is_final_is_said_before_it_is_done(client, admin):
    assert "what was uploaded is no longer kept" in page_of(client, checked(client, "d.csv", reports.details(KNOWN)))
    assert "That is final" in page_of(client, brought(client, "d.csv", reports.details(KNOWN)))
    again = page_of(client, checked(client, "d.csv", reports.details(KNOWN)))
    assert "There is nothing to let in: throw it away." in again and "Let it in</button>" not in again


def test_of_two_people_side_by_side_what_differs_is_marked_and_the_answer_is_confirmed(client, admin, ada):
    ada.phone, ada.email, ada.city = "+1 240 555 0177", "ada@example.com", "Bowie"
    ada.save()
    told = {"Client": "Ada Brightwater", "Phone number": "(240) 555-0177", "Email": "new@example.com", "City": "BOWIE"}
    run = checked(client, "d.csv", reports.details(told))
    page = client.get(f"/imports/{run.pk}/people/").content.decode()
    assert re.findall(r"<mark>(.*?)</mark>", page) == ["ada<wbr>@example<wbr>.com"]
    answer = {"person": run.open_doubts().get().pk, "who": f"same:{ada.pk}"}
    page = client.post(f"/imports/{run.pk}/people/", answer, follow=True).content.decode()
    assert "The answer is kept. The file is checked again with it." in page
