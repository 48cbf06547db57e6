"""Who saw or changed this client: for managers; and everybody's own trail."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.utils import timezone

from lwg_intake.audit.chain import seal
from lwg_intake.audit.models import Event
from lwg_intake.audit.record import record
from lwg_intake.desk.actions.search import search
from lwg_intake.desk.trail import Asked, page
from lwg_intake.messages.catalogue import TEMPLATES
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.records.models import Client
from tests.factories.access import UserFactory
from tests.factories.audit import EventFactory
from tests.factories.records import ClientFactory, ClinicianFactory
from tests.owner import guards_aside
from tests.pages import signed_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]


@pytest.fixture
def manager():
    return UserFactory(roles=["manager"], first_name="Miriam", last_name="Okoye")


@pytest.fixture
def csr():
    return UserFactory(roles=["csr"], first_name="Rosa", last_name="Lind")


def shown(browser: Browser, **query) -> str:
    answer = browser.get(f"/trail/?{urlencode(query)}")
    assert answer.status_code == 200
    return words(answer).partition("<tbody>")[2]


def test_a_client_shows_who_opened_changed_and_found_the_record(manager, csr):
    mine, other = ClientFactory(last_name="Quintero", ref="C-77"), ClientFactory()
    signed_in(csr).get(f"/clients/{mine.pk}/")
    record("client.changed", by=csr, on=mine, client_id=mine.pk, fields={"city": ["Bowie", "Laurel"]})
    search("quintero", by=csr)
    record("client.opened", by=csr, on=other, client_id=other.pk)
    page = shown(signed_in(manager), client=mine.pk)
    assert "Opened the client's record" in page and "Bowie → Laurel" in page
    assert "Searched for “quintero”" in page and "C-77" in page
    assert other.ref not in page


@pytest.mark.parametrize("typed", ["c-78 ", "C 78", "c78", "78"])
def test_the_question_is_posted_and_nothing_typed_stands_in_the_address(manager, csr, typed):
    client = ClientFactory(ref="C-78")
    asked = {"client": typed, "person": csr.pk, "first_on": "2026-11-01", "last_on": "", "kind": "saw"}
    answer = signed_in(manager).post("/trail/", asked)
    assert answer["Location"] == f"/trail/?client={client.pk}&person={csr.pk}&from=2026-11-01&kind=saw"


def test_digits_that_are_in_two_record_numbers_are_neither(manager):
    for ref in ("C-78", "D-78"):
        ClientFactory(ref=ref)
    assert "No client has this record number." in words(signed_in(manager).post("/trail/", {"client": "78"}))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"client": "C-none"}, "No client has this record number."),
        ({"first_on": "2026-11-05", "last_on": "2026-11-04"}, "This day is before the first."),
        ({"first_on": "soon"}, "Enter a valid date."),
        ({"last_on": "9999-12-31"}, "Give a year that people live to see."),
        ({"first_on": "9999-12-31"}, "Give a year that people live to see."),
    ],
)
def test_what_is_not_understood_is_said_and_stays(manager, typed, sentence):
    answer = signed_in(manager).post("/trail/", typed)
    assert answer.status_code == 422 and sentence in words(answer)
    assert all(value in words(answer) for value in typed.values())


@pytest.mark.parametrize(
    "query", ["from=9999-12-31", "until=0", "kind=all", "client=x&person=y", "before=1", "client=9" * 9]
)
def test_an_address_made_by_hand_opens_all_the_same(manager, query):
    assert signed_in(manager).get(f"/trail/?{query}").status_code == 200


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("person=abc&client=zzz", "the client, who."),
        ("from=soon&until=9999-12-31", "the first day, the last day."),
        ("kind=all&person=²", "who, what."),
    ],
)
def test_what_an_address_does_not_say_clearly_is_said_and_makes_no_file_of_everything(manager, query, parts):
    browser = signed_in(manager)
    said = f"This address does not say in a way that is understood: {parts}"
    assert said in words(browser.get(f"/trail/?{query}"))
    answer = browser.get(f"/trail/file/?{query}")
    assert answer.status_code == 422 and said in words(answer)
    assert not Event.objects.filter(verb="trail.exported").exists()


def test_an_address_of_the_pages_own_is_understood(manager, csr):
    browser, query = (
        signed_in(manager),
        f"client={ClientFactory().pk}&person=0&from=2026-11-01&until=2026-11-02&kind=saw",
    )
    assert "that is understood" not in words(browser.get(f"/trail/?{query}"))
    assert browser.get(f"/trail/file/?{query}").status_code == 200


def test_of_a_client_who_is_gone_it_is_said_that_the_page_is_about_them(manager):
    page = words(signed_in(manager).get("/trail/?client=999999"))
    assert "About a client who is not on record any more" in page and "Every look and every deed" not in page


def test_a_day_is_the_practices_own_and_both_ends_count(manager, csr):
    late = datetime(2026, 3, 4, 23, 30, tzinfo=timezone.get_default_timezone())
    for at in (late - timedelta(days=1), late, late + timedelta(hours=1)):
        event = EventFactory(actor_id=csr.pk, actor_name=f"At {at:%H%M}")
        _move(event, at)
    days = {"from": "2026-03-04", "until": "2026-03-04"}
    assert shown(signed_in(manager), **days).count('data-label="When"') == 1


def test_by_person_by_the_program_and_by_kind(manager, csr):
    record("client.opened", by=csr)
    record("balance.set", by=csr, amount="5")
    record("caseload.swept", by=None, opened=4, withdrawn=1)
    browser = signed_in(manager)
    assert "Set the balance to $5" in shown(browser, person=csr.pk)
    assert "4 suggestions opened, 1 withdrawn" not in shown(browser, person=csr.pk)
    assert "4 suggestions opened, 1 withdrawn" in shown(browser, person=0)
    assert "Set the balance" not in shown(browser, person=csr.pk, kind="saw")


def test_pages_go_on_where_the_last_ended_and_show_each_event_once(manager, csr):
    at = timezone.now() - timedelta(days=1)
    for n in range(120):
        _move(EventFactory(actor_id=csr.pk, origin=f"desk {n:03}"), at)
    browser, url, seen = signed_in(manager), f"/trail/?person={csr.pk}", []
    while url:
        answer = browser.get(url)
        seen += [line.origin for line in answer.context["lines"]]
        url = answer.context["older"]
    assert seen == [f"desk {n:03}" for n in reversed(range(120))]


def test_the_look_and_the_file_are_on_record_too(manager, csr):
    client = ClientFactory()
    record("client.opened", by=csr, on=client, client_id=client.pk)
    browser = signed_in(manager)
    browser.get(f"/trail/?client={client.pk}")
    answer = browser.get(f"/trail/file/?client={client.pk}")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert rows[0] == "When (America/New_York),When (UTC),Who,What,Details,Rows changed,Client,From"
    assert "opened the client's record" in rows[-1]
    assert client.ref in rows[-1]
    assert set(Event.objects.filter(client_id=client.pk).values_list("verb", flat=True)) == {
        "client.opened", "trail.opened", "trail.exported"
    }  # fmt: skip


def test_a_cell_of_the_file_is_no_formula(manager):
    record("clients.searched", by=UserFactory(first_name="=1+1", last_name=""), text="=cmd()", shown=[])
    text = signed_in(manager).get("/trail/file/").content.decode("utf-8-sig")
    assert "'=1+1" in text


@pytest.mark.parametrize("role", ["csr", "billing", "administrator", "clinician", "supervisor", "transition_manager"])
def test_nobody_else_sees_the_trail_of_others_and_everybody_sees_their_own(role):
    user, other = UserFactory(roles=[role]), UserFactory(roles=["csr"])
    record("balance.set", by=other, amount="71")
    record("case.left", by=user)
    browser = signed_in(user)
    assert [browser.get(url).status_code for url in ("/trail/", "/trail/file/")] == [403, 403]
    own = words(browser.get("/trail/mine/"))
    assert "Ended a case early" in own and "$71" not in own


def test_in_their_own_trail_a_client_whom_they_may_not_see_has_no_name():
    admin, client = UserFactory(roles=["administrator"]), ClientFactory(last_name="Quintero")
    record("client.opened", by=admin, on=client, client_id=client.pk)
    own = words(signed_in(admin).get("/trail/mine/"))
    assert f"client {client.pk}" in own and "Quintero" not in own


def test_the_own_trail_can_be_narrowed(csr):
    record("balance.set", by=csr, amount="5")
    browser = signed_in(csr)
    assert "Set the balance" not in words(browser.get("/trail/mine/?kind=saw")).partition("<tbody>")[2]
    assert browser.get("/trail/mine/?first_on=soon").status_code == 422


def test_a_page_asks_a_constant_number_of_times(manager, csr, django_assert_max_num_queries):
    for _ in range(60):
        client = ClientFactory()
        record("client.opened", by=csr, on=client, client_id=client.pk)
    browser = signed_in(manager)
    browser.get("/trail/")
    with django_assert_max_num_queries(12):
        browser.get("/trail/")


def test_the_links_lead_there(manager, csr):
    client = ClientFactory()
    assert f"/trail/?client={client.pk}" in words(signed_in(manager).get(f"/clients/{client.pk}/"))
    assert "/trail/?client=" not in words(signed_in(csr).get(f"/clients/{client.pk}/"))
    assert "/trail/mine/" in words(signed_in(csr).get("/accounts/"))


def _move(event: Event, at: datetime) -> None:
    """An event of another day: the table refuses every change, so its guard is put aside for it."""
    with guards_aside("audit_event") as sql:
        sql.execute("UPDATE audit_event SET at = %s WHERE id = %s", [at, event.pk])


@pytest.mark.django_db(transaction=True)
def test_the_rows_stand_beneath_their_event_and_what_no_event_tells_stands_out(manager, csr):
    client = ClientFactory(city="Bowie")
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(city="Laurel")
        record("client.changed", by=csr, on=client, client_id=client.pk)
    page = words(signed_in(manager).get(f"/trail/?client={client.pk}"))
    assert "1 row changed" in page and "city: Bowie → Laurel" in page
    with connection.cursor() as sql:
        sql.execute("UPDATE records_client SET city = 'Olney' WHERE id = %s", [client.pk])
    page = words(signed_in(manager).get(f"/trail/?client={client.pk}"))
    assert "Changes of this client's rows that no event tells yet" in page and "city: Laurel → Olney" in page
    seal()
    page = words(signed_in(manager).get(f"/trail/?client={client.pk}"))
    assert "no event tells yet" not in page and "city: Laurel → Olney" in page
    for narrowed in ("kind=past", f"kind=past&client={client.pk}"):
        page = words(signed_in(manager).get(f"/trail/?{narrowed}"))
        assert "Changed rows past the program" in page and "the database account" in page


@pytest.mark.django_db(transaction=True)
def test_who_asks_what_changed_a_record_is_told_of_changes_past_the_program(manager):
    client = ClientFactory(phone="(301) 555-0100")
    with connection.cursor() as sql:
        sql.execute("UPDATE records_client SET phone = '(301) 555-0199' WHERE id = %s", [client.pk])
    seal()
    browser, asked = signed_in(manager), f"client={client.pk}&kind=changed"
    file = browser.get(f"/trail/file/?{asked}").content.decode()
    for told in (words(browser.get(f"/trail/?{asked}")).partition("<tbody>")[2], file):
        assert "hanged rows past the program" in told and "(301) 555-0100 → (301) 555-0199" in told
    assert "past the program" not in shown(browser, client=client.pk, kind="saw")


def test_each_row_stands_once_beneath_the_deed_that_changed_it(manager, csr):
    """One click can be several deeds of one client."""
    client = ClientFactory(city="Bowie")
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(city="Laurel")
        record("client.changed", by=csr, on=client, client_id=client.pk)
        Client.objects.filter(pk=client.pk).update(portal="invited")
        record("portal.confirmed", by=csr, on=client, client_id=client.pk)
    answer = signed_in(manager).get(f"/trail/?client={client.pk}&kind=changed")
    told = {line.what: [name for row in line.rows for name, _ in row.changed] for line in answer.context["lines"]}
    assert told == {"changed the client's details": ["city"], "confirmed the portal access": ["portal"]}


LISTS = (
    "/caseload/",
    "/calls/",
    "/calls/?list=trying",
    "/calls/places/",
    "/tracker/",
    "/tracker/reassignments/",
    "/transfer-list/",
)


@pytest.mark.parametrize("path", LISTS)
def test_a_look_at_a_list_says_which_clients_it_showed(manager, path):
    assert signed_in(manager).get(path).status_code == 200
    assert Event.objects.get(actor_id=manager.pk, verb__endswith=".opened").values["shown"] == []


def test_a_list_that_showed_the_client_is_found_by_client(manager, csr):
    mine, other = ClientFactory(), ClientFactory()
    record("calls.opened", by=csr, clients=1, shown=[mine.pk])
    assert "Looked at the call list: 1 client" in shown(signed_in(manager), client=mine.pk)
    assert "Looked at the call list" not in shown(signed_in(manager), client=other.pk)


def test_the_file_says_the_time_twice_and_the_rows_beneath(manager, csr):
    """On the night when the clocks go back an hour comes twice: the second column tells which one is meant."""
    client = ClientFactory()
    _move(record("client.opened", by=csr, client_id=client.pk), datetime(2026, 11, 1, 6, 30, 15, tzinfo=UTC))
    _move(record("client.opened", by=csr, client_id=client.pk), datetime(2026, 11, 1, 5, 30, 15, tzinfo=UTC))
    text = signed_in(manager).get(f"/trail/file/?client={client.pk}").content.decode("utf-8-sig")
    times = [line.split(",")[:2] for line in text.splitlines()[1:]]
    assert times == [["2026-11-01 01:30:15", f"2026-11-01 0{hour}:30:15"] for hour in (6, 5)]


@pytest.mark.django_db(transaction=True)
def test_the_file_has_the_rows_beneath_each_event(manager, csr):
    client = ClientFactory(city="Bowie")
    with transaction.atomic():
        Client.objects.filter(pk=client.pk).update(city="Laurel")
        record("client.changed", by=csr, on=client, client_id=client.pk)
    text = signed_in(manager).get(f"/trail/file/?client={client.pk}").content.decode("utf-8-sig")
    assert f"client {client.pk} changed (city: Bowie → Laurel)" in text


def test_a_file_that_is_cut_short_says_so(manager, csr, monkeypatch):
    monkeypatch.setattr("lwg_intake.desk.actions.trail.MOST_ROWS", 2)
    for _ in range(3):
        record("client.opened", by=csr)
    lines = signed_in(manager).get("/trail/file/").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4 and "Only the latest 2 are in this file: ask for fewer days." in lines[-1]


def test_everybody_can_take_out_their_own_and_nothing_of_others(manager):
    user, other = UserFactory(roles=["billing"]), UserFactory(roles=["csr"], first_name="Zelda")
    record("balance.set", by=user, amount="71")
    record("balance.set", by=other, amount="72")
    answer = signed_in(user).get("/trail/mine/file/?kind=changed")
    text = answer.content.decode("utf-8-sig")
    assert "$71" in text and "$72" not in text and "Zelda" not in text
    assert Event.objects.get(verb="trail.exported").actor_id == user.pk
    assert signed_in(user).get("/trail/mine/file/?first_on=soon").status_code == 422


def test_steps_numbers_messages_and_people_have_their_names(manager, csr):
    clinician = ClinicianFactory(first_name="Lena", last_name="Ruiz")
    record("case.ticked", by=csr, procedure="returning", step="portal")
    record("message.queued", by=csr, template="T27")
    record("policy.changed", by=manager, key="inactive_days", old=30, new=1, effective_on="2026-12-01")
    record("place.held", by=csr, clinician=clinician.pk)
    record("trail.opened", by=manager, asked={"person": str(csr.pk), "kind": "saw"})
    page = shown(signed_in(manager))
    assert "Ticked the step “portal”" not in page and "Ticked the step “" in page
    assert f"Wrote the message T27 ({TEMPLATES['T27'].purpose})" in page
    assert f"{NUMBERS['inactive_days'].meaning} From 30 days to 1 day, from Dec 1, 2026 on" in page
    assert "Lena Ruiz" in page and f"{csr}, “Saw a record”" in page


def test_a_deed_about_an_account_says_whose_and_a_deed_about_the_own_does_not(manager, csr):
    for verb in ("person.changed", "person.added", "person.password_link"):
        record(verb, by=manager, on=csr)
    record("session.refused", by=None, on=csr)
    record("session.refused", by=None)
    record("account.password_changed", by=csr, on=csr)
    told = [line.what for line in page(Asked(), manager)[0][:6]]
    assert told == [
        "changed their password",
        "refused a sign-in",
        f"refused a sign-in: {csr}",
        f"made a link to choose a password: {csr}",
        f"opened an account: {csr}",
        f"changed an account: {csr}",
    ]
    assert f"opened an account: {csr}" in signed_in(manager).get("/trail/file/").content.decode("utf-8-sig")


def test_beneath_an_event_stand_the_rows_of_its_own_client(manager, csr):
    mine, other = ClientFactory(), ClientFactory()
    with transaction.atomic():
        Client.objects.filter(pk__in=[mine.pk, other.pk]).update(city="Laurel")
        record("client.changed", by=csr, on=mine, client_id=mine.pk)
    answer = signed_in(manager).get(f"/trail/?client={mine.pk}&kind=changed")
    told = [row.what for line in answer.context["lines"] for row in line.rows]
    assert f"client {mine.pk} changed" in told and f"client {other.pk} changed" not in told
