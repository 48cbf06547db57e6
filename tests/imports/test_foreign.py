"""What practices really have: reports of TherapyNotes and SimplePractice, and any other table, through the page."""

from datetime import date, datetime

import pytest

from lwg_intake.desk import trail
from lwg_intake.imports import working
from lwg_intake.imports.models import Kind, Person, Run, RunFile
from lwg_intake.records.models import Appointment, Client
from tests.factories.access import UserFactory
from tests.factories.records import AppointmentFactory
from tests.imports import reports
from tests.imports.test_page import in_database, upload

BORN = date(1988, 3, 7)


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"])
    client.force_login(user)
    return user


def checked(client, name, content):
    answer = upload(client, (name, content))
    assert answer.status_code == 302, answer.content.decode()
    run = Run.objects.latest("pk")
    working.work(run.pk)
    return run


def say_columns(client, run, said):
    """Say what the columns of its one file mean, and have it checked again."""
    client.post(f"/imports/files/{run.files.get().pk}/columns/", said)
    working.work(run.pk)
    run.refresh_from_db()


def figures(run):
    figures = run.files.get().figures
    return tuple(figures[name] for name in ("created", "updated", "unchanged", "rejected"))


def brought(client, name, content):
    run = checked(client, name, content)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    run.refresh_from_db()
    assert run.status == "applied", run.notes
    return run


def decide(client, run, who):
    person = Person.objects.latest("pk")
    answer = client.post(f"/imports/{run.pk}/people/", {"person": person.pk, "who": who})
    if Run.objects.get(pk=run.pk).is_at_work:
        working.work(run.pk)
    return answer


# TherapyNotes.


def at(*parts):
    return datetime(*parts)  # noqa: DTZ001 - as a spreadsheet has it


def test_therapynotes_billing_transactions(client, admin, ada, naomi):
    content = reports.therapynotes(
        {"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7), "Service Code": "90791"},
        {"Date": at(2026, 3, 9, 9, 0), "DOB": at(1988, 3, 7), "Last Name": "Brightwater*"},
        {"Date": at(2026, 3, 9, 9, 0), "DOB": at(1988, 3, 7), "Comments": "a second line for the same visit"},
        {"Date": 46097.375, "DOB": 32209, "Clinician Name": "Clarke, Naomi"},
        {"Date": at(2026, 3, 11, 9, 0), "Type": "Payment"},
        {"Date": at(2099, 3, 11, 9, 0), "DOB": at(1988, 3, 7)},
    )
    run = brought(client, "Billing Transactions.xlsx", content)
    assert figures(run) == (4, 0, 0, 0)
    visits = list(Appointment.objects.order_by("starts_at"))
    assert [(v.kind, v.service, v.state) for v in visits] == [
        ("intake", "therapy", "unresolved"),
        ("session", "therapy", "unresolved"),
        ("session", "therapy", "unresolved"),
        ("session", "therapy", "scheduled"),
    ]
    assert str(visits[2].starts_at) == "2026-03-16 13:00:00+00:00"
    notes = " ".join(run.notes) + " ".join(Run.objects.get().notes)
    assert "1 row that is no appointment was passed over." in notes and "1 row that repeats another was" in notes
    assert figures(brought(client, "Billing Transactions.xlsx", content)) == (0, 0, 4, 0)


def test_a_spreadsheet_s_time_just_before_its_minute_is_that_minute(client, admin, ada, naomi):
    """Spreadsheets keep a time as a part of a day: eleven o'clock may stand there as 10:59:59.997."""
    told = [at(2026, 3, 2, 10, 59, 59, 997000), at(2026, 3, 2, 11, 0)]
    run = brought(client, "x.xlsx", reports.therapynotes(*({"Date": day, "DOB": at(1988, 3, 7)} for day in told)))
    assert figures(run) == (1, 0, 0, 0)
    assert str(Appointment.objects.get().starts_at) == "2026-03-02 16:00:00+00:00"


def test_an_older_file_lacks_columns_and_no_diagnosis_is_kept(client, admin, ada, naomi, caplog):
    content = reports.therapynotes(
        {"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7)},
        {"Date": at(2026, 3, 3, 9, 0), "DOB": at(1988, 3, 7), "Clinician Name": "Nobody Known"},
        without=reports.LATER,
    )
    run = brought(client, "transactions.xlsx", content)
    assert figures(run) == (1, 0, 0, 1)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "No clinician on record is called Nobody Known." in page and "Ada Brightwater" in page
    back = client.get(f"/imports/files/{run.files.get().pk}/rejected/").content.decode()
    assert "Nobody Known" in back and "Primary Diagnosis" not in back
    for trace in (reports.DIAGNOSIS, "F33.1"):
        assert not in_database(trace) and trace not in caplog.text and trace not in page + back


@pytest.mark.parametrize("kind", ["report.csv", "report.xlsx"])
def test_a_title_above_the_header_is_passed_over_and_lines_count_as_in_the_file(client, admin, ada, naomi, kind):
    titles = [["Attendance of the practice, March"], [], ["Printed on", "2026-04-01"]]
    rows = [["Ada Brightwater", "Naomi Clarke", day, "Bethesda", "Show"] for day in ("2026-03-02", "soon")]
    table = [*titles, reports.ATTENDANCE, *rows]
    made = reports.as_xlsx(table) if kind.endswith("xlsx") else reports.as_csv(table).replace(b",", b";")
    run = checked(client, kind, made)
    assert [row["line"] for row in run.files.get().listed] == [5, 6]


def test_where_it_is_not_certain_which_row_names_the_columns_the_file_is_refused(client, admin, ada, naomi):
    rows = [["Visits", "March"], ["Ada", "", "2026", "4", "5", "6"], ["Ann", "2", "2026", "4", "5", "6"]]
    for name, made in (("x.csv", reports.as_csv(rows)), ("x.xlsx", reports.as_xlsx(rows))):
        page = upload(client, (name, made)).content.decode()
        assert f"{name}: The first row must name the columns. Delete the rows above it" in page


def test_attendance_on_record_is_not_lost_to_a_file_that_does_not_state_it(client, admin, ada, naomi):
    kept = AppointmentFactory(
        ref="AP-1", client=ada, clinician=naomi, state="kept", service="family", starts_at="2026-03-02T14:00Z"
    )
    content = reports.therapynotes({"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7)})
    assert figures(brought(client, "x.xlsx", content)) == (0, 0, 1, 0)
    kept.refresh_from_db()
    assert (kept.state, kept.service) == ("kept", "family")


# SimplePractice.


def test_simplepractice_attendance_with_its_summary_row(client, admin, ada, naomi):
    rows = [
        ("Ada Brightwater", "Naomi Clarke", "03/02/2026 9:00 AM", "Show"),
        ("Ada Brightwater", "Naomi Clarke", "03/09/2026 9:00 AM", "No Show"),
        ("Ada Brightwater", "Naomi Clarke, LCSW-C", "03/16/2026 9:00 AM", "Late Canceled"),
        ("Ada Brightwater", "Naomi Clarke", "03/23/2026 9:00 AM", "Pondering"),
    ]
    run = checked(client, "client_attendance_report.csv", reports.attendance(*rows))
    assert figures(run) == (0, 0, 0, 4)
    person = Person.objects.get()
    page = client.get(f"/imports/{run.pk}/people/").content.decode()
    assert "Is this the same person?" in page and "LW-1" in page and "not told" in page
    client.post(f"/imports/{run.pk}/people/", {"person": person.pk, "who": f"same:{ada.pk}"})
    working.work(run.pk)
    assert figures(run) == (4, 0, 0, 0)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    assert list(Appointment.objects.order_by("starts_at").values_list("state", flat=True)) == [
        "kept", "no_show", "late_cancel", "unresolved",
    ]  # fmt: skip
    assert figures(brought(client, "again.csv", reports.attendance(*rows))) == (0, 0, 4, 0)


def test_simplepractice_appointment_status_with_columns_that_repeat(client, admin, ada, naomi):
    Person.objects.create(
        key="ada brightwater", name="Ada Brightwater", verdict="same", client=ada, candidates=[ada.pk]
    )
    row = {0: "03/02/2026", 1: "Brightwater, Ada", 2: "Naomi Clarke", 3: "90837", 11: "150", 16: "99", 19: "1"}
    run = brought(client, "appointment-status-report.csv", reports.status(row, row))
    assert figures(run) == (1, 0, 0, 0)
    visit = Appointment.objects.get()
    assert (visit.state, visit.kind, visit.starts_at.hour) == ("unresolved", "session", 17)
    page = client.get(f"/imports/files/{checked(client, 'b.csv', reports.status(row)).files.get().pk}/columns/")
    assert "Charge (2) – 99" in page.content.decode() and "Unpaid (2) – 1" in page.content.decode()


def test_a_visit_told_by_its_day_alone_is_the_one_of_that_day(client, admin, ada, naomi):
    visit = AppointmentFactory(
        ref="AP-1", client=ada, clinician=naomi, state="unresolved", starts_at="2026-03-02T14:00Z"
    )
    Person.objects.create(
        key="ada brightwater", name="Ada Brightwater", verdict="same", client=ada, candidates=[ada.pk]
    )
    run = brought(client, "a.csv", reports.attendance(("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show")))
    visit.refresh_from_db()
    assert (figures(run), visit.state) == ((0, 1, 0, 0), "kept")


def test_who_is_called_sum_is_no_row_that_sums_up(client, admin, naomi):
    content = reports.details({"Client": "Sum Wong", "Phone number": "301-555-0123"}, {"Client": "Total: 1"})
    assert figures(brought(client, "d.csv", content)) == (1, 0, 0, 0)
    rows = ("Sum Wong", "Naomi Clarke", "03/02/2026", "Show"), ("Sum of all", "", "", "")
    run = checked(client, "a.csv", reports.attendance(*rows))
    assert figures(run) == (1, 0, 0, 0)


def test_simplepractice_client_details(client, admin, ada):
    content = reports.details(
        {"Client": "Grace Hopperson", "Phone number": "301-555-0123", "Email": "grace@example.com", "ZIP": "20814"},
        {"Client": "Grace Hopperson", "Phone number": "301-555-0123"},
        {"Client": "Ada Brightwater", "Phone number": "301-555-0199", "City": "Bowie"},
    )
    run = checked(client, "client_details_report.csv", content)
    assert figures(run) == (1, 0, 0, 1)
    page = client.get(f"/imports/{run.pk}/people/").content.decode()
    assert "301-555-0199" in page and "Bowie" in page
    person = Person.objects.get()
    assert client.post(f"/imports/{run.pk}/people/", {"person": person.pk, "who": "same:999"}).status_code == 422
    assert [event.verb for event in trail.events(trail.Asked(client=ada.pk))] == ["import.persons_compared"]
    client.post(f"/imports/{run.pk}/people/", {"person": person.pk, "who": f"same:{ada.pk}"})
    assert trail.events(trail.Asked(client=ada.pk))[0].verb == "import.person_decided"
    working.work(run.pk)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    ada.refresh_from_db()
    assert (ada.phone, ada.city, ada.dob) == ("301-555-0199", "Bowie", BORN)
    grace = Client.objects.get(last_name="Hopperson")
    assert (grace.first_name, grace.phone, grace.postal_code, grace.ref[0]) == ("Grace", "301-555-0123", "20814", "P")
    assert figures(brought(client, "again.csv", content)) == (0, 0, 2, 0)


# Any other table.


def test_columns_are_said_once_and_known_the_next_time(client, admin, ada, naomi):
    table = [["Wer", "Bei wem", "Wann", "Dx"], ["Brightwater, Ada", "Naomi Clarke", "2026-03-02 09:00", "F33.1"]]
    Person.objects.create(
        key="ada brightwater", name="Ada Brightwater", verdict="same", client=ada, candidates=[ada.pk]
    )
    run = checked(client, "termine.csv", reports.as_csv(table))
    file = run.files.get()
    assert "Say what its columns mean" in client.get(f"/imports/{run.pk}/").content.decode()
    assert client.post(f"/imports/{run.pk}/apply/").status_code == 422
    address = f"/imports/files/{file.pk}/columns/"
    page = client.get(address).content.decode()
    assert "Wer – Brightwater, Ada" in page and "F33.1" not in page
    answer = client.post(address, {"makes": "appointments", "client": "0", "date": "2"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Choose a column for: Clinician&#x27;s name." in page
    assert '<option value="2" selected>' in page
    client.post(address, {"makes": "appointments", "client": "0", "clinician": "1", "date": "2"})
    working.work(run.pk)
    assert figures(run) == (1, 0, 0, 0)
    assert figures(brought(client, "next.csv", reports.as_csv(table))) == (1, 0, 0, 0)
    assert Kind.objects.count() == 1


@pytest.mark.parametrize("said", [{"client": "77", "clinician": "1", "date": "2"}, {"client": "x"}, {}])
def test_a_column_that_is_not_there_is_refused(client, admin, said):
    run = checked(client, "t.csv", reports.as_csv([["Wer", "Bei wem", "Wann"], ["a", "b", "c"]]))
    address = f"/imports/files/{run.files.get().pk}/columns/"
    assert client.post(address, {"makes": "appointments", **said}).status_code in (404, 422)
    assert RunFile.objects.get().mapping is None


def test_a_visit_of_nobody_on_record_is_left_out(client, admin, naomi):
    content = reports.therapynotes({"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7)})
    run = checked(client, "x.xlsx", content)
    assert "No client on record has this name and date of birth." in client.get(f"/imports/{run.pk}/").content.decode()
    assert not Client.objects.exists()


def test_a_foreign_import_can_be_taken_back(client, admin, ada, naomi):
    run = brought(client, "x.xlsx", reports.therapynotes({"Date": at(2026, 3, 2, 9, 0), "DOB": at(1988, 3, 7)}))
    client.post(f"/imports/{run.pk}/undo/")
    working.work(run.pk)
    assert not Appointment.objects.exists() and Client.objects.exists()


def test_a_row_with_a_character_that_no_database_keeps_is_left_out(client, admin, ada, naomi):
    told = (
        ("Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"),
        ("Ad\0a Long", "Naomi Clarke", "03/03/2026", "Show"),
    )
    run = brought(client, "attendance.csv", reports.attendance(*told))
    assert figures(run) == (0, 0, 0, 2) and run.files.get().listed[1]["reason"].startswith("This row holds a NUL")
