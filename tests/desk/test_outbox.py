"""The outbox page: what waits, what failed and why; no more of a client than is needed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lwg_intake.audit.models import Event
from lwg_intake.messages.models import IncomingText, Message
from lwg_intake.records.models import Contact
from tests.factories.access import UserFactory
from tests.factories.messages import IncomingTextFactory, MessageFactory
from tests.factories.records import ClientFactory
from tests.pages import signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return signed_in(UserFactory(roles=["manager"], first_name="Miriam", last_name="Okoye"))


def letter(**values):
    return MessageFactory(**{"template": "T20", "subject": "A letter", "body": "Dear Marisol, we ended"} | values)


def kind_of(status, **also):
    dated = {"sent_at": timezone.now()} if status == "sent" else {}
    return letter(status=status, **dated, **also)


# --- What is shown --------------------------------------------------------------------------------------------------


def test_it_opens_on_what_somebody_has_to_look_at(manager):
    for n, status in enumerate(["sent", "queued", "held", "failed", "bounced"]):
        kind_of(status, client=ClientFactory(last_name=f"Name{n}"), error=f"Why {n}")
    page = words(manager.get("/outbox/"))
    assert "Name3" in page and "Why 3" in page and "Name4" in page and "Why 4" in page
    assert not any(f"Name{n}" in page for n in (0, 1, 2))
    for show, names in {"waiting": "1", "held": "2", "sent": "0", "all": "01234"}.items():
        page = words(manager.get(f"/outbox/?show={show}"))
        assert [n for n in range(5) if f"Name{n}" in page] == [int(n) for n in names]


def test_the_list_names_the_client_and_shows_neither_address_nor_words(manager):
    client = ClientFactory(last_name="Quintero")
    kind_of("failed", client=client, to="quintero@example.org", error="The address was refused (550).")
    page = words(manager.get("/outbox/"))
    assert f'href="/clients/{client.pk}/"' in page and "Quintero" in page and "The address was refused (550)." in page
    for hidden in ("quintero@example.org", "we ended", "A letter", "Marisol"):
        assert hidden not in page


def test_whose_messages_stood_there_is_on_record(manager):
    message = MessageFactory(client=ClientFactory())
    manager.get("/outbox/", {"show": "all"})
    assert Event.objects.get(verb="outbox.opened").values == {"clients": 1, "shown": [message.client_id]}


def test_it_can_be_narrowed_to_a_text_a_channel_and_a_day(manager):
    client = {name: ClientFactory(last_name=name) for name in ("Old", "Other", "Texted")}
    letter(client=client["Old"], created_at=timezone.now() - timedelta(days=3))
    letter(client=client["Other"], template="T22")
    letter(client=client["Texted"], template="T19", channel="text")
    day = timezone.localdate() - timedelta(days=3)
    for asked, name in {"template=T22": "Other", "channel=text": "Texted", f"on={day}": "Old"}.items():
        page = words(manager.get(f"/outbox/?show=all&{asked}"))
        assert [one for one in client if one in page.split("<tbody>")[1]] == [name]
    assert "No message fits" in words(manager.get("/outbox/?show=all&template=T5"))
    assert manager.get("/outbox/?show=nothing&template=x&on=31.31.&page=-1").status_code == 200


def test_the_list_costs_the_same_for_one_and_for_many(manager):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            manager.get("/outbox/?show=all")
        return len(asked)

    letter(client=ClientFactory())
    cost()
    few = cost()
    for _ in range(30):
        letter(client=ClientFactory())
    assert cost() == few


def test_opening_a_message_shows_its_words_and_is_recorded(manager):
    message = letter(client=ClientFactory())
    assert "we ended" in words(manager.get(f"/outbox/{message.pk}/"))
    assert Event.objects.filter(verb="message.opened", record_id=message.pk).count() == 1
    assert manager.get("/outbox/999999/").status_code == 404


# --- What is done ---------------------------------------------------------------------------------------------------


def change(browser, message, **said):
    return browser.post(f"/outbox/{message.pk}/change/", said, follow=True)


def status(message):
    return Message.objects.get(pk=message.pk).status


def test_one_is_held_back_and_sent_after_all(manager):
    message = letter()
    page = change(manager, message, do="hold", because=" ")
    assert page.status_code == 422 and "Say why this message is held back" in words(page)
    assert "Held back by Miriam Okoye: A typing error" in words(
        change(manager, message, do="hold", because="A typing error")
    )
    assert status(message) == "held"
    change(manager, message, do="again")
    assert status(message) == "queued"


def test_what_may_have_left_asks_to_be_confirmed(manager):
    message = kind_of("failed", may_have_left=True, error="It may have left.")
    assert "it did not arrive" in words(manager.get(f"/outbox/{message.pk}/"))
    page = change(manager, message, do="again")
    assert page.status_code == 422 and "may have left already" in words(page)
    change(manager, message, do="again", confirmed="on")
    assert status(message) == "queued"


def test_all_that_failed_are_sent_again_and_what_wants_a_look_is_said(manager):
    for _ in range(2):
        kind_of("failed")
    kind_of("failed", may_have_left=True)
    assert "Send all 3 failed ones again" in words(manager.get("/outbox/"))
    page = words(manager.post("/outbox/again/", follow=True))
    assert "2 wait to be sent again" in page and "1 of them wants a look first" in page


def test_who_is_second_is_told_and_sees_how_it_stands(manager):
    message = kind_of("failed")
    Message.objects.update(status="queued")
    page = change(manager, message, do="again")
    assert page.status_code == 422 and "already" in words(page) and "Waiting to be sent" in words(page)
    assert change(manager, message, do="dance").status_code == 422
    assert manager.post("/outbox/999999/change/", {"do": "again"}).status_code == 404


def test_a_mail_that_came_back_is_marked(manager):
    message = kind_of("sent", client=ClientFactory())
    assert "Came back" in words(change(manager, message, do="bounced"))
    assert Contact.objects.get().outcome == "bounced"


def test_transition_managers_see_it_too_and_others_do_not():
    letter()
    assert signed_in(UserFactory(roles=["transition_manager"])).get("/outbox/").status_code == 200
    for role in ("csr", "clinician", "supervisor", "billing", "administrator"):
        assert signed_in(UserFactory(roles=[role])).get("/outbox/").status_code == 403


# --- Texts that came in ---------------------------------------------------------------------------------------------


def test_a_text_of_nobody_known_is_listed_by_number_and_opened_on_the_record(manager):
    text = IncomingTextFactory(number="+14105550177", body="It is Marisol")
    page = words(manager.get("/outbox/"))
    assert "(410) 555-0177" in page and "Marisol" not in page
    page = words(manager.get(f"/outbox/incoming/{text.pk}/"))
    assert "It is Marisol" in page and "No client has this number" in page
    assert Event.objects.filter(verb="text.opened").count() == 1


def test_of_two_with_one_number_a_person_chooses(manager):
    one, two = (ClientFactory(phone="410-555-0177") for _ in range(2))
    text = IncomingTextFactory(number="+14105550177", body="It is Marisol")
    address = f"/outbox/incoming/{text.pk}/"
    assert one.ref in words(manager.get(address)) and two.ref in words(manager.get(address))
    page = manager.post(address, {"do": "client"})
    assert page.status_code == 422 and "Choose the client who sent this" in words(page)
    page = manager.post(address, {"do": "client", "client_ref": two.ref, "other_ref": "LW-none"})
    assert page.status_code == 404 and "LW-none" in words(page) and "It is Marisol" in words(page)
    manager.post(address, {"do": "client", "client_ref": two.ref})
    assert Contact.objects.get().client == two
    assert manager.get(address).status_code == 404


def test_what_is_nobodys_is_put_away(manager):
    text = IncomingTextFactory()
    manager.post(f"/outbox/incoming/{text.pk}/", {"do": "nobody", "client_ref": "LW-1"})
    assert IncomingText.objects.get().settled_at and not Contact.objects.exists()
    assert "Texts that came in" not in words(manager.get("/outbox/"))
