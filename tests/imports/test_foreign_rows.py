"""Single rows of reports of other systems: what is said of one that is left out, and which are passed over."""

import zlib

import pytest

from lwg_intake.imports import working
from lwg_intake.imports.words import stated
from lwg_intake.records.models import Client
from tests.factories.access import UserFactory
from tests.imports import reports
from tests.imports.test_foreign import brought, checked, decide, figures, say_columns

VISIT = "Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"], first_name="Kim", last_name="Lee")
    client.force_login(user)
    return user


def page_of(client, run):
    return client.get(f"/imports/{run.pk}/").content.decode()


@pytest.mark.parametrize(
    ("verdict", "said"), [("skipped", "to leave this person out:"), ("different", "that this is nobody on record,")]
)
def test_a_visit_of_somebody_decided_about_says_who_decided_and_where_to_ask_again(
    client, admin, ada, naomi, verdict, said
):
    run = checked(client, "a.csv", reports.attendance(VISIT))
    decide(client, run, verdict)
    page = page_of(client, run)
    assert "It was decided by Kim Lee on " in page and said in page
    assert "No client on record has this name" not in page
    assert "choose “Ask again” under “See the answers”" in page and "See the answers</a>" in page
    decide(client, run, "open")
    decide(client, run, f"same:{ada.pk}")
    assert figures(run) == (1, 0, 0, 0)


def test_a_total_with_fewer_cells_than_the_header_is_passed_over_and_a_row_cut_short_is_not(client, admin, ada, naomi):
    lines = [
        "Client,DOB,Clinician,Date,Fee",
        "Ada Brightwater,3/7/1988,Naomi Clarke,3/2/2026,150",
        "Ada Brightwater,3/7/1988,Naomi Clarke",
        "Ada Brightwater",
        "Total: 3 visits,,450",
        "Summary",
        "Total,,,,450,too many",
    ]
    run = checked(client, "visits.csv", "\n".join(lines).encode())
    said = {"makes": "appointments", "client": "0", "dob": "1", "clinician": "2", "date": "3"}
    say_columns(client, run, said)
    assert figures(run) == (1, 0, 0, 3)
    assert run.notes == ["visits.csv: 2 rows that sum others up were passed over."]
    assert [row["line"] for row in run.files.get().listed] == [3, 4, 7]


def test_a_long_report_that_is_printed_by_pages_is_read_through(client, admin, ada, naomi):
    header, row = "Client,DOB,Clinician,Date,Fee", "Ada Brightwater,3/7/1988,Naomi Clarke,3/{}/2026,150"
    lines = [header, row.format(2), "Subtotal,,,1 visit,150", header, row.format(3), "Grand Total:,,,2 visits,300"]
    run = checked(client, "visits.csv", "\n".join(lines).encode())
    said = {"makes": "appointments", "client": "0", "dob": "1", "clinician": "2", "date": "3"}
    say_columns(client, run, said)
    assert figures(run) == (2, 0, 0, 0)
    assert run.notes == [
        "visits.csv: 2 rows that sum others up were passed over.",
        "visits.csv: 1 row that names the columns again was passed over.",
    ]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Show", "kept"),
        ("No-show", "no_show"),
        ("Late cancellation", "late_cancel"),
        ("CANCELLED", "client_cancel"),
        ("Cancelled by client", "client_cancel"),
        ("Client Canceled", "client_cancel"),
        ("Cancelled by provider", "clinician_cancel"),
        ("Clinician cancelled", "clinician_cancel"),
        ("Rescheduled", None),
    ],
)
def test_words_for_the_attendance_are_understood_however_they_are_spelt(word, state):
    assert stated(word) == state


def test_of_clients_a_total_is_passed_over_and_who_is_called_sum_is_not(client, admin):
    short = ["Total: 1 client", "Sum Wong,Adult,,,,,12 Main St"]
    run = checked(client, "d.csv", reports.details({"Client": "Grace Hopperson"}) + "\n".join(short).encode())
    assert figures(run) == (1, 0, 0, 1)
    assert run.files.get().listed[0]["reason"] == "This row has 7 cells and the header 18."


def test_a_new_client_goes_in_without_a_value_that_cannot_be_used_and_the_row_comes_back_to_be_corrected(client, admin):
    bad = {"Client": "Grace Hopperson", "Email": "grace at example", "Phone number": "3" * 41, "City": "Bowie"}
    run = checked(client, "d.csv", reports.details(bad, {"Client": "Bob Long", "Email": "bob@example.com"}))
    (listed,) = run.files.get().listed
    assert (listed["line"], listed["column"], listed["value"]) == (2, "email", "grace at example")
    assert listed["reason"].startswith("This is no e-mail address") and "phone: This has 41" in listed["reason"]
    assert "The rest of the row goes in." in page_of(client, run)
    run = brought(client, "d.csv", reports.details(bad, {"Client": "Bob Long", "Email": "bob@example.com"}))
    assert figures(run) == (2, 0, 0, 1)
    grace = Client.objects.get(last_name="Hopperson")
    assert (grace.email, grace.phone, grace.city) == ("", "", "Bowie")
    back = client.get(f"/imports/files/{run.files.get().pk}/rejected/").content.decode()
    corrected = back.replace("grace at example", "grace@example.com").replace("3" * 41, "301-555-0123")
    assert figures(brought(client, "corrected.csv", corrected.encode())) == (0, 1, 0, 0)
    grace.refresh_from_db()
    assert (grace.email, grace.phone) == ("grace@example.com", "301-555-0123")


def test_a_value_that_cannot_be_used_leaves_the_one_on_record(client, admin, ada):
    ada.email = "ada@example.com"
    ada.save()
    table = [["First", "Last", "Born", "Mail", "Town"], ["Ada", "Brightwater", "3/7/1988", "none", "Bowie"]]
    run = checked(client, "people.csv", reports.as_csv(table))
    said = {"makes": "clients", "first_name": "0", "last_name": "1", "dob": "2", "email": "3", "city": "4"}
    say_columns(client, run, said)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    assert figures(run) == (0, 1, 0, 1)
    ada.refresh_from_db()
    assert (ada.email, ada.city) == ("ada@example.com", "Bowie")


def test_a_name_that_cannot_be_used_still_leaves_out_the_row(client, admin):
    content = reports.details({"Client": f"Grace {'H' * 81}", "Email": "grace at example"})
    run = checked(client, "d.csv", content)
    assert figures(run) == (0, 0, 0, 1)
    assert [row["column"] for row in run.files.get().listed] == ["last_name"]


def test_a_row_cut_short_beside_a_diagnosis_is_left_out_with_its_reason_and_shows_nothing_of_it(
    client, admin, ada, naomi
):
    lines = ["Client,DOB,Clinician,Date,Diagnosis", "Ada Brightwater,3/7/1988,Naomi Clarke,3/2/2026,F33.1",
             "Ada Brightwater,3/7/1988,F33.1"]  # fmt: skip
    run = checked(client, "visits.csv", "\n".join(lines).encode())
    said = {"makes": "appointments", "client": "0", "dob": "1", "clinician": "2", "date": "3"}
    say_columns(client, run, said)
    page = page_of(client, run)
    assert figures(run) == (1, 0, 0, 1), page
    assert "This row has 3 cells and the header 5" in page and "F33" not in page


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        *((name, ("nothing", "told")) for name in ("Diag", "Dx1", "Problem List", "F Code", "Axis I", "Disorder")),
        ("Zustand", ("F41.1 Generalised", "F32.9")),
        ("Prob 1", ("F41.1", "")),
        ("Pointer A", ("F4310", "F331, F411")),
        ("Claim info", ("Major depressive disorder, recurrent", "Generalized anxiety disorder")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_diagnosis_under_any_name_is_dropped_before_anything_is_kept(client, admin, name, cells, encoding):
    table = [["Who", "Born", name], ["Ada Long", "3/7/1988", cells[0]], ["Bob Long", "3/7/1990", cells[1]]]
    run = checked(client, "people.csv", reports.as_csv(table).decode("utf-8-sig").encode(encoding))
    file = run.files.get()
    assert file.header == ["Who", "Born"]
    kept = zlib.decompress(file.content).decode()
    assert not any(cell in kept for cell in cells if cell) and "Ada Long" in kept


def test_of_a_row_left_out_nothing_is_kept_that_nobody_asked_for(client, admin):
    table = [["Who", "Born", "Comments"], ["Ada Long", "soon", "F41.1"], *[["Bob Long", "3/7/1990", "none"]] * 3]
    run = checked(client, "people.csv", reports.as_csv(table))
    say_columns(client, run, {"makes": "clients", "client": "0", "dob": "1"})
    rows = client.get(f"/imports/files/{run.files.get().pk}/rejected/").content.decode()
    assert "Ada Long,soon,," in rows and "F41" not in rows and "Comments" in rows


def test_what_is_on_record_in_another_notation_is_no_change(client, admin, ada):
    ada.phone, ada.email, ada.state = "+1 240 555 0177", "Ada@example.com", "MD"
    ada.save()
    row = {"Client": "Ada Brightwater", "Phone number": "(240) 555-0177", "Email": "ada@EXAMPLE.com"}
    run = checked(client, "d.csv", reports.details({**row, "State": "Maryland"}))
    decide(client, run, f"same:{ada.pk}")
    assert figures(run) == (0, 0, 1, 0)
    decided = {**row, "State": "Virginia", "Phone number": "240-555-0177 x5"}
    assert figures(brought(client, "d.csv", reports.details(decided))) == (0, 1, 0, 0)
    ada.refresh_from_db()
    assert (ada.phone, ada.email, ada.state) == ("240-555-0177 x5", "Ada@example.com", "VA")


def test_a_visit_that_cannot_go_in_says_what_to_do(client, admin, ada, naomi):
    rows = [("Ada Brightwater", "", "3/2/2026", ""), ("Ada Brightwater", "Nobody Known", "3/2/2026", "")]
    run = checked(client, "a.csv", reports.attendance(*rows, ("Ghost Client", "Naomi Clarke", "3/2/2026", "")))
    decide(client, run, f"same:{ada.pk}")
    decide(client, run, f"same:{ada.pk}")
    assert [row["reason"] for row in run.files.get().listed] == [
        "The clinician's name is missing.",
        "No clinician on record is called Nobody Known. Correct the name, or bring them in with clinicians.csv first.",
        "No client on record has this name and date of birth. Correct them, or bring this person in with a file of "
        "clients first.",
    ]


@pytest.mark.parametrize("cell", [{"Phone number": "12"}, {"State": "Narnia"}, {"ZIP": "1"}])
def test_what_cannot_reach_anybody_stays_out_of_the_record_and_is_listed(client, admin, cell):
    run = brought(client, "d.csv", reports.details({"Client": "Grace Hopperson", "City": "Bowie", **cell}))
    assert figures(run) == (1, 0, 0, 1)
    grace = Client.objects.get()
    assert (grace.city, grace.phone, grace.state, grace.postal_code) == ("Bowie", "", "", "")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Dr. Jean-Luc van der Berg Jr.", "Jean-Luc van der", "Berg"),
        ("Berg, Ms. Ada", "Ada", "Berg"),
        ("Ada Long, III", "Ada", "Long"),
        ("Ada Long II", "Ada", "Long"),
        ("Long, Ada, Jr.", "Ada", "Long"),
    ],
)
def test_titles_and_what_follows_a_name_are_no_part_of_it(client, admin, name, first, last):
    brought(client, "d.csv", reports.details({"Client": name}))
    assert Client.objects.values_list("first_name", "last_name").get() == (first, last)


def test_a_couple_is_two_people(client, admin):
    run = checked(client, "d.csv", reports.details({"Client": "Ann Oakley & Bob Oakley"}))
    assert figures(run) == (0, 0, 0, 1) and "This names two people" in page_of(client, run)


def test_words_that_do_not_tell_the_attendance_are_named(client, admin, ada, naomi):
    told = [("Ada Brightwater", "Naomi Clarke", f"03/0{day}/2026", word) for day, word in ((2, "Show"), (3, "Zzz"))]
    run = checked(client, "a.csv", reports.attendance(*told))
    decide(client, run, f"same:{ada.pk}")
    page = page_of(client, run)
    assert "Attendance that is not understood is taken as not told: “Zzz” (1)." in page
    assert "Mar 2, 2026, 12:00 PM: kept" in page and "Mar 3, 2026, 12:00 PM: unresolved" in page
