"""The pages of the practice's texts: a manager reads, tries and changes them, and nothing typed is lost."""

import pytest

from lwg_intake.messages.catalogue import TEMPLATES
from lwg_intake.messages.models import Wording
from tests.factories.access import UserFactory
from tests.factories.messages import WordingFactory
from tests.factories.records import ClientFactory
from tests.pages import signed_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]
PAGE = "/outbox/texts/T19/text/"
NEW = "$practice_name: please ring $callback. Reply STOP to end texts."


@pytest.fixture
def manager():
    return signed_in(UserFactory(roles=["manager"], first_name="Miriam", last_name="Okoye"))


def said(**changes):
    return {"do": "save", "after": "0", "body": NEW, "note": "Shorter", "client_ref": ""} | changes


def test_every_text_stands_there_with_each_way_it_leaves(manager):
    WordingFactory(written_by__first_name="Dana", written_by__last_name="Cole")
    page = words(manager.get("/outbox/texts/"))
    for kind in TEMPLATES.values():
        assert all(f'href="/outbox/texts/{kind.key}/{channel}/"' in page for channel in kind.channels)
    assert "version 1, Dana Cole" in page


def test_each_opens_with_its_words_and_variables_and_reads_without_a_client(manager):
    for address in [f"/outbox/texts/{kind.key}/{way}/" for kind in TEMPLATES.values() for way in kind.channels]:
        page = manager.get(address)
        assert page.status_code == 200, address
        form = page.context["form"].initial
        shown = manager.post(address, said(do="preview", subject=form["subject"], body=form["body"]))
        assert shown.status_code == 200 and "$" not in shown.context["preview"].body, address


def test_new_words_are_saved_and_shown_with_who_and_why(manager):
    page = words(manager.post(PAGE, said(), follow=True))
    assert "Version 1 is in force" in page and "Miriam Okoye: Shorter" in page
    assert Wording.objects.get().body == NEW


def test_a_preview_saves_nothing_and_shows_a_client(manager):
    client = ClientFactory(preferred_name="Mari")
    body = "$client_first_name, ring $callback. STOP"
    page = manager.post(PAGE, said(do="preview", body=body, client_ref=client.ref))
    assert "Mari, ring (410) 555-0100. STOP" in words(page) and "sent as 1 text" in words(page)
    assert body in words(page) and "Shorter" in words(page)
    assert not Wording.objects.exists()


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"body": "No number"}, 422, "$callback is missing"),
        ({"body": "$callback $diagnosis"}, 422, "$diagnosis is not known"),
        ({"body": ""}, 422, "Write the words of the text."),
        ({"do": "preview", "client_ref": "LW-none"}, 404, "no such record number"),
        ({"after": "x"}, 422, ""),
        ({"body": "$callback" + "x" * 9000}, 422, "at most 8000"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(manager, changes, status, sentence):
    page = manager.post(PAGE, said(**changes))
    assert page.status_code == status and sentence in words(page)
    assert "Shorter" in words(page) and said(**changes)["body"] in words(page)
    assert not Wording.objects.exists()


def test_doubts_are_told_and_the_words_saved(manager):
    page = words(manager.post(PAGE, said(body="Please ring us: $callback"), follow=True))
    assert "says how to end texts" in page
    assert Wording.objects.count() == 1


def test_a_text_that_says_why_stays_in_the_form_unsaved(manager):
    page = manager.post(PAGE, said(body="Your therapist waits: $callback"))
    assert page.status_code == 422
    assert "Take out “therapist”" in words(page) and "Your therapist waits" in words(page)
    assert not Wording.objects.exists()


def test_the_second_manager_sees_both_and_may_save_on_top(manager):
    WordingFactory(body="Dana's words, $callback", written_by__first_name="Dana", written_by__last_name="Cole")
    page = manager.post(PAGE, said())
    assert page.status_code == 409
    assert "Dana Cole wrote version 1 in the meantime" in words(page)
    assert "Dana's words" in words(page) and NEW in words(page)
    assert 'name="after" value="1"' in words(page)
    manager.post(PAGE, said(after="1"))
    assert Wording.objects.count() == 2


def test_older_words_are_brought_back(manager):
    manager.post(PAGE, said())
    page = words(manager.post(f"{PAGE}restore/", {"version": "0", "after": "1"}, follow=True))
    assert "Version 2 is in force, with the words of version 0" in page
    assert manager.post(f"{PAGE}restore/", {"version": "7", "after": "2"}).status_code == 404
    assert manager.post(f"{PAGE}restore/", {"version": "x"}).status_code == 422
    assert manager.post(f"{PAGE}restore/", {"version": "1", "after": "1"}).status_code == 409


def test_there_is_no_such_text(manager):
    for address in ("T99/email", "T19/email", "T11/text"):
        assert manager.get(f"/outbox/texts/{address}/").status_code == 404


@pytest.mark.parametrize("role", ["csr", "billing", "administrator", "clinician", "transition_manager"])
def test_others_may_not_even_by_a_hand_made_request(role):
    browser = signed_in(UserFactory(roles=[role]))
    assert browser.get("/outbox/texts/").status_code == 403
    assert browser.post(PAGE, said()).status_code == 403
    assert browser.post(f"{PAGE}restore/", {"version": "0", "after": "0"}).status_code == 403
    assert not Wording.objects.exists()
