"""Who is meant by a name in a report of another system: one certain answer is taken, anything less is asked."""

from datetime import date, timedelta

import pytest

from lwg_intake import dates
from lwg_intake.imports import working
from lwg_intake.imports.models import Person
from lwg_intake.records.models import Client
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory, ClientFactory, ClinicianFactory
from tests.imports import reports
from tests.imports.test_foreign import BORN, at, brought, checked, decide, figures, say_columns


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"])
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("first", "last", "dob", "asked"),
    [
        ("Ada", "Brightwater", "1988-03-07", False),
        ("ADA", "Bríghtwater", "3/7/1988", False),
        ("Ada", "Brightwater Jr.", "1988-03-07", False),
        ("Ada", "Brightwater", "", True),
        ("Ada", "Brightwater", "1988-07-03", True),
        ("Ada", "Brightwater", "1988-03-17", True),
        ("Ada", "Brightwatter", "1988-03-07", True),
        ("Ida", "Brightwater", "1988-03-07", True),
        ("Ada", "Brightwater", "1971-11-30", None),
        ("Zoltan", "Kovacs", "1988-03-07", None),
    ],
)
def test_one_certain_answer_is_taken_and_anything_less_is_asked(client, admin, ada, first, last, dob, asked):
    rows = [["Last Name", "First Name", "Born"], [last, first, dob]]
    run = checked(client, "people.csv", reports.as_csv(rows))
    said = {"makes": "clients", "last_name": "0", "first_name": "1", "dob": "2"}
    say_columns(client, run, said)
    assert Person.objects.exists() == bool(asked)
    assert figures(run) == {True: (0, 0, 0, 1), False: (0, 0, 1, 0), None: (1, 0, 0, 0)}[asked]


@pytest.mark.parametrize(
    ("first", "last", "on_record"),
    [
        ("Lukasz", "Brightwater", ("Łukasz", "Brightwater")),
        ("Đặng", "Brightwater", ("Dang", "Brightwater")),
        ("Ada", "Strassaere", ("Ada", "Straßære")),
    ],
)
@pytest.mark.parametrize("dob", ["1988-03-07", ""])
def test_letters_of_their_own_are_compared_as_they_are_written_without(client, admin, first, last, on_record, dob):
    known = ClientFactory(first_name=on_record[0], last_name=on_record[1], dob=BORN)
    run = checked(client, "d.csv", reports.as_csv([["Last Name", "First Name", "Born"], [last, first, dob]]))
    said = {"makes": "clients", "last_name": "0", "first_name": "1", "dob": "2"}
    say_columns(client, run, said)
    if dob:
        assert figures(run) == (0, 0, 1, 0) and not Person.objects.exists()
    else:
        assert Person.objects.get().candidates == [known.pk]


def test_a_clinician_is_found_without_the_letters_of_their_own(client, admin, ada):
    ClinicianFactory(first_name="Henrik", last_name="Sørensen")
    row = {"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7), "Clinician Name": "Henrik Sorensen"}
    assert figures(checked(client, "x.xlsx", reports.therapynotes(row))) == (1, 0, 0, 0)


def test_two_of_one_name_and_birth_date_are_never_chosen_between(client, admin, ada, naomi):
    ClientFactory(first_name="Ada", last_name="Brightwater", dob=BORN)
    content = reports.therapynotes({"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7)})
    assert figures(checked(client, "x.xlsx", content)) == (0, 0, 0, 1)
    assert len(Person.objects.get().candidates) == 2


PEOPLE = ["Last Name", "First Name", "Born", "Mail"]


@pytest.mark.parametrize(
    ("born", "mail", "held"),
    [
        ("2/3/1991", "", True),
        ("", "", True),
        ("11/30/1971", "BEA@example.com", True),
        ("11/30/1971", "other@example.com", False),
    ],
)
def test_two_new_people_of_one_file_who_may_be_one_do_not_both_go_in_unasked(client, admin, born, mail, held):
    rows = [["Brandnew", "Bea", "2/2/1991", "bea@example.com"], ["Brandnew", "Bea", born, mail]]
    run = checked(client, "p.csv", reports.as_csv([PEOPLE, *rows]))
    said = {"makes": "clients", "last_name": "0", "first_name": "1", "dob": "2", "email": "3"}
    say_columns(client, run, said)
    assert figures(run) == ((1, 0, 0, 1) if held else (2, 0, 0, 0))
    if held:
        assert "may be the same person" in run.files.get().listed[0]["reason"]
        client.post(f"/imports/{run.pk}/apply/")
        working.work(run.pk)
        back = client.get(f"/imports/files/{run.files.get().pk}/rejected/").content
        again = checked(client, "back.csv", back)
        assert again.open_doubts().get().candidates == [Client.objects.get().pk]
        decide(client, again, "different")
        assert figures(again) == (1, 0, 0, 0)


@pytest.mark.parametrize(("verdict", "rejected"), [("different", (1, 0, 0, 0)), ("skipped", (0, 0, 0, 1))])
def test_somebody_else_is_new_and_who_is_left_out_stays_out(client, admin, ada, verdict, rejected):
    run = checked(client, "d.csv", reports.details({"Client": "Ada Brightwater"}))
    client.post(f"/imports/{run.pk}/people/", {"person": Person.objects.get().pk, "who": verdict})
    working.work(run.pk)
    assert figures(run) == rejected
    assert (
        client.post(f"/imports/{run.pk}/people/", {"person": Person.objects.get().pk, "who": verdict}).status_code
        == 409
    )


@pytest.mark.parametrize("verdict", ["same", "different"])
def test_a_namesake_who_came_later_is_asked_about_and_the_answer_holds_among_all(client, admin, ada, naomi, verdict):
    """A report without birth dates: the second Ada's visits must not go to the first."""
    content = reports.attendance(("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"))
    for second in (False, True):
        if second:
            ClientFactory(first_name="Ada", last_name="Brightwater", dob=date(1990, 1, 1))
        run = checked(client, "a.csv", content)
        assert figures(run) == (0, 0, 0, 1) and run.open_doubts().count() == 1
        decide(client, run, f"same:{ada.pk}" if verdict == "same" else verdict)
        assert figures(run) == ((1, 0, 0, 0) if verdict == "same" else (0, 0, 0, 1))
        assert not run.open_doubts().exists()


def test_a_namesake_of_somebody_whom_a_file_brought_is_asked_about(client, admin, naomi):
    brought(client, "d.csv", reports.details({"Client": "Ada Brightwater"}))
    content = reports.attendance(("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"))
    assert figures(checked(client, "a.csv", content)) == (1, 0, 0, 0)
    ClientFactory(first_name="Ada", last_name="Brightwater")
    run = checked(client, "a.csv", content)
    assert figures(run) == (0, 0, 0, 1) and len(run.open_doubts().get().candidates) == 2
    decide(client, run, f"same:{Client.objects.get(ref__startswith='P').pk}")
    assert figures(run) == (1, 0, 0, 0)


def test_among_many_namesakes_each_can_be_chosen_and_the_question_ends(client, admin, naomi):
    adas = [ClientFactory(first_name="Ada", last_name="Brightwater") for _ in range(7)]
    content = reports.attendance(("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"))
    run = checked(client, "a.csv", content)
    page = client.get(f"/imports/{run.pk}/people/").content.decode()
    assert all(f"On record: {one.ref}" in page for one in adas)
    decide(client, run, "different")
    assert not run.open_doubts().exists()


def test_namesakes_without_birth_dates_are_asked_about_for_each_clinician(client, admin, ada, naomi):
    """One answer for all visits of a name gave those of the one to the other."""
    other = ClientFactory(first_name="Ada", last_name="Brightwater", dob=date(1990, 1, 1))
    ClinicianFactory(first_name="Omar", last_name="Duarte", kind="therapist")
    told = [("Ada Brightwater", who, "03/02/2026", "Show") for who in ("Naomi Clarke", "Omar Duarte")]
    run = checked(client, "a.csv", reports.attendance(*told))
    doubts = run.open_doubts().order_by("pk")
    assert [doubt.facts["clinician"] for doubt in doubts] == ["Naomi Clarke", "Omar Duarte"]
    for doubt, meant in zip(list(doubts), (ada, other), strict=True):
        client.post(f"/imports/{run.pk}/people/", {"person": doubt.pk, "who": f"same:{meant.pk}"})
    working.work(run.pk)
    assert figures(run) == (2, 0, 0, 0)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    assert [one.appointments.get().clinician.last_name for one in (ada, other)] == ["Clarke", "Duarte"]


def test_another_of_the_same_name_never_writes_over_how_the_first_is_reached(client, admin):
    first = {"Client": "Grace Hopperson", "Phone number": "301-555-0123", "Email": "grace@example.com"}
    second = {"Client": "Grace Hopperson", "Phone number": "410-555-0199", "Email": "other@example.com"}
    run = brought(client, "d.csv", reports.details(first, second))
    assert Client.objects.get().phone == "301-555-0123"
    assert "no birth date tells whether both are one person" in client.get(f"/imports/{run.pk}/").content.decode()

    run = checked(client, "e.csv", reports.details(second))
    assert figures(run) == (0, 0, 0, 1) and run.open_doubts().count() == 1
    decide(client, run, "different")
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    assert set(Client.objects.values_list("phone", flat=True)) == {"301-555-0123", "410-555-0199"}

    # From now on each is known by how they are reached.
    run = checked(client, "f.csv", reports.details(first | {"City": "Bowie"}, second | {"City": "Laurel"}))
    assert figures(run) == (0, 2, 0, 0)


@pytest.mark.parametrize(
    ("name", "phone", "email", "asked"),
    [
        ("Ada Brightwatter", "(301) 555 0123", "", True),
        ("Adah Brightwater", "", "ADA@example.com", True),
        ("Ada Brightwatter", "301-555-0199", "other@example.com", False),
        ("Omar Duarte", "301-555-0123", "", False),
    ],
)
def test_who_is_reached_in_the_same_way_is_asked_about_though_the_name_differs(
    client, admin, name, phone, email, asked
):
    ClientFactory(first_name="Ada", last_name="Brightwater", phone="301-555-0123", email="ada@example.com")
    told = {"Client": name, "Phone number": phone, "Email": email}
    run = checked(client, "d.csv", reports.details(told))
    assert (run.open_doubts().count(), figures(run)[0]) == ((1, 0) if asked else (0, 1))


def test_the_same_name_and_telephone_with_quite_another_birth_date_is_asked_about(client, admin, ada):
    ada.phone = "301-555-0123"
    ada.save()
    rows = [["Last Name", "First Name", "Born", "Phone"], ["Brightwater", "Ada", "1970-01-01", "301-555-0123"]]
    run = checked(client, "people.csv", reports.as_csv(rows))
    said = {"makes": "clients", "last_name": "0", "first_name": "1", "dob": "2", "phone": "3"}
    say_columns(client, run, said)
    assert run.open_doubts().count() == 1


def test_what_differs_is_marked_and_who_treats_the_client_stands_beside(client, admin, ada, naomi):
    AssignmentFactory(client=ada, clinician=naomi)
    rows = [["Last Name", "First Name", "Born"], ["Brightwatter", "Ada", "1988-03-07"], ["Brightwater", "Ada", ""]]
    run = checked(client, "people.csv", reports.as_csv(rows))
    said = {"makes": "clients", "last_name": "0", "first_name": "1", "dob": "2"}
    say_columns(client, run, said)
    page = client.get(f"/imports/{run.pk}/people/").content.decode()
    assert page.count("<dt>With</dt><dd>Naomi Clarke") == 2
    # The misspelt name is marked, a birth date that is not told is not.
    assert page.count("<mark>") == 1 and "<mark>Ada Brightwater</mark>" in page


def test_an_address_on_a_narrow_card_goes_on_before_its_at_and_its_dots(client, admin):
    ClientFactory(first_name="Ada", last_name="Brightwater", dob=BORN, email="ada.b@example.com")
    run = checked(client, "d.csv", reports.details({"Client": "Ada Brightwater", "Email": "<i>.x@example.org"}))
    page = client.get(f"/imports/{run.pk}/people/").content.decode()
    assert "ada<wbr>.b<wbr>@example<wbr>.com" in page
    assert "&lt;i&gt;<wbr>.x<wbr>@example<wbr>.org" in page


def test_an_answer_can_be_asked_again(client, admin, ada, naomi):
    content = reports.attendance(("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"))
    decide(client, checked(client, "a.csv", content), "skipped")
    run = checked(client, "b.csv", content)
    assert "1 person was compared with those on record before." in client.get(f"/imports/{run.pk}/").content.decode()
    assert "Left out" in client.get(f"/imports/{run.pk}/people/").content.decode()
    assert decide(client, run, "open")["Location"] == f"/imports/{run.pk}/people/"
    assert decide(client, run, "open").status_code == 404
    decide(client, run, f"same:{ada.pk}")
    assert figures(run) == (1, 0, 0, 0)


def test_an_answer_also_settles_the_other_files_that_wait_for_it(client, admin, ada, naomi):
    first, second = (
        checked(client, "a.csv", reports.attendance(("Ada Brightwater", "Naomi Clarke", day, "Show")))
        for day in ("03/02/2026", "03/09/2026")
    )
    page = client.get(f"/imports/{first.pk}/").content.decode()
    assert "Nothing can go in yet" in page and "Nothing would change" not in page
    decide(client, first, f"same:{ada.pk}")
    assert working.waiting() == [second.pk]
    working.work(second.pk)
    assert figures(second) == (1, 0, 0, 0)


def test_two_rows_that_contradict_each_other_are_no_repetition(client, admin, ada, naomi):
    told = [("Ada Brightwater", "Naomi Clarke", "03/02/2026", said) for said in ("Show", "No Show", "", "Show")]
    run = checked(client, "a.csv", reports.attendance(*told))
    decide(client, run, f"same:{ada.pk}")
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert figures(run) == (1, 0, 0, 1)
    assert "A row above says of the same visit that it was “kept”" in page and "2 rows that repeat another" in page


def test_a_row_about_all_clients_is_about_nobody(client, admin, ada, naomi):
    told = [("All clients", "All clinicians", "09/01/2026 - 11/26/2026", "85.7%")]
    run = checked(client, "a.csv", reports.attendance(*told, ("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show")))
    assert "2 rows that sum others up" in client.get(f"/imports/{run.pk}/").content.decode()


def test_nobody_has_come_to_a_visit_that_is_still_to_come(client, admin, ada, naomi):
    days = [f"{dates.today() + timedelta(days=ahead):%m/%d/%Y}" for ahead in (0, 7, 8)]
    said = zip(days, ("Show", "No Show", ""), strict=True)
    told = [("Ada Brightwater", "Naomi Clarke", *one) for one in said]
    run = checked(client, "a.csv", reports.attendance(*told))
    decide(client, run, f"same:{ada.pk}")
    assert figures(run) == (2, 0, 0, 1)
    assert "cannot be “no-show” yet" in client.get(f"/imports/{run.pk}/").content.decode()
