import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import call_command

from lwg_intake.audit.models import Event
from lwg_intake.audit.record import record
from lwg_intake.imports.format import as_markdown
from lwg_intake.imports.models import Run
from lwg_intake.imports.practice import import_folder
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Balance,
    Client,
    Clinician,
    Contact,
    Document,
    Episode,
    InsurancePolicy,
    OmhcAssessment,
    Termination,
)
from tests.factories.access import UserFactory
from tests.factories.records import (
    AppointmentFactory,
    AssignmentFactory,
    ClientFactory,
    ClinicianFactory,
    RemovalFactory,
)

FILES = ("clinicians", "clients", "assignments", "appointments", "contacts", "terminations", "insurance", "documents")


@pytest.fixture
def everything(practice):
    for name in FILES[3:]:
        practice.write(name)
    return practice


def test_every_file_goes_in_and_again_changes_nothing(everything):
    assert everything.figures() == dict.fromkeys(FILES, (1, 0, 0, 0))
    assert everything.figures() == dict.fromkeys(FILES, (0, 0, 1, 0))
    assert [m.objects.count() for m in (Client, Assignment, Appointment, Contact, Termination)] == [1] * 5
    assert [m.objects.count() for m in (Clinician, InsurancePolicy, Document, Episode)] == [1] * 4


def test_names_in_capitals_are_known_and_what_is_not_read_is_said(folder):
    folder.write("clients")
    (folder.path / "clients.csv").rename(folder.path / "Clients.CSV")
    (folder.path / "clinicians.xlsx").write_bytes(b"")
    (folder.path / "rooms.csv").write_bytes(b"")
    report = import_folder(folder.path)
    assert report.files["clients"].created == 1
    assert report.notes == [
        "clinicians.xlsx was ignored: the command reads CSV files, the page Imports spreadsheets too.",
        "rooms.csv is none of the files of a practice and was ignored.",
    ]


def test_a_changed_row_updates_and_the_others_stay(folder):
    folder.write("clients", {"client_ref": "LW-1", "phone": "301-555-0101"}, {"client_ref": "LW-2"}).run()
    folder.write("clients", {"client_ref": "LW-1", "phone": "301-555-0199"}, {"client_ref": "LW-2"})
    assert folder.figures() == {"clients": (0, 1, 1, 0)}
    assert Client.objects.get(ref="LW-1").phone == "301-555-0199"


def test_a_trial_writes_nothing_and_says_what_it_would_do(everything):
    before = Event.objects.count()
    assert everything.figures("--dry-run") == dict.fromkeys(FILES, (1, 0, 0, 0))
    assert not Client.objects.exists() and Event.objects.count() == before


def test_one_audit_event_for_each_file_and_nothing_personal_in_it(practice):
    practice.write("clients", {"email": "nonsense"}).run()
    events = Event.objects.filter(verb="import.file").order_by("pk")
    assert [event.values["file"] for event in events] == ["clinicians", "clients", "assignments"]
    assert events[1].values == {
        "file": "clients", "rows": 1, "created": 0, "updated": 0, "unchanged": 0, "rejected": 1,
        "run": Run.objects.get().pk,
    }  # fmt: skip


def test_an_empty_cell_is_unknown_and_an_absent_column_leaves_what_is_there(folder):
    folder.write("clients", language="French", flags="risk;part2", guardian_phone="301-555-0110").run()
    folder.write("clients").run()
    client = Client.objects.get()
    assert (client.language, client.flags, client.guardian_phone) == ("", ["risk", "part2"], "301-555-0110")
    assert (client.email_ok, client.dob, client.portal) == (None, None, "")


def test_a_supervisor_may_stand_further_down(folder):
    rows = {"clinician_ref": "CL-1", "supervisor_ref": "CL-2"}, {"clinician_ref": "CL-2"}
    assert folder.write("clinicians", *rows).figures() == {"clinicians": (2, 0, 0, 0)}
    assert folder.figures() == {"clinicians": (0, 0, 2, 0)}
    assert Clinician.objects.get(ref="CL-1").supervisor.ref == "CL-2"
    folder.write("clinicians", {"clinician_ref": "CL-1"}, {"clinician_ref": "CL-2"})
    assert folder.figures() == {"clinicians": (0, 1, 1, 0)}


def test_a_supervisor_who_was_rejected_takes_the_supervised_with_them(folder):
    folder.write(
        "clinicians",
        {"clinician_ref": "CL-1", "supervisor_ref": "CL-2"},
        {"clinician_ref": "CL-2", "email": "no"},
        {"clinician_ref": "CL-3"},
    )
    answer = folder.run()["clinicians"]
    assert (answer["created"], [row["column"] for row in answer["rejected"]]) == (1, ["supervisor_ref", "email"])


def test_lists_are_read_with_their_states(folder):
    folder.write("clinicians", payers=" CareFirst BCBS@md ; Cigna;Cigna;", states="MD;DC", ages="13-17; 18+").run()
    clinician = Clinician.objects.get()
    assert (clinician.payers, clinician.states) == (["CareFirst BCBS@MD", "Cigna"], ["MD", "DC"])
    assert clinician.ages == ["13-17", "18+"]


def test_times_are_practice_time_unless_they_name_a_zone(practice):
    practice.write(
        "appointments",
        {"appointment_ref": "A", "starts_at": "2025-07-01T09:00"},
        {"appointment_ref": "B", "starts_at": "2025-07-01T13:00Z"},
        {"appointment_ref": "C", "starts_at": "2025-07-01 09:00:00-04:00"},
    ).run()
    assert Appointment.objects.values("starts_at").distinct().count() == 1


# Balances and assessments travel in clients.csv.


def test_a_newer_balance_replaces_and_an_older_one_does_not(folder):
    folder.write("clients", balance="50", balance_as_of="2026-03-02", no_show_fees="20").run()
    folder.write("clients", balance="80", balance_as_of="2026-03-01", no_show_fees="0")
    assert folder.figures() == {"clients": (0, 0, 1, 0)}
    folder.write("clients", balance="0.01", balance_as_of="2026-03-03")
    assert folder.figures() == {"clients": (0, 1, 0, 0)}
    balance = Balance.objects.get()
    assert (balance.amount, balance.as_of, balance.no_show_fees) == (Decimal("0.01"), date(2026, 3, 3), Decimal(20))


def test_an_unknown_balance_leaves_the_last_known(folder):
    folder.write("clients", balance="50", balance_as_of="2026-03-02").run()
    assert folder.write("clients").figures() == {"clients": (0, 0, 1, 0)}
    assert Balance.objects.get().amount == 50


def test_an_omhc_assessment_is_kept_once(folder):
    folder.write("clients").run()
    folder.write("clients", omhc_assessed_on="2025-05-05")
    assert folder.figures() == {"clients": (0, 1, 0, 0)}
    assert folder.figures() == {"clients": (0, 0, 1, 0)}
    assert OmhcAssessment.objects.get().completed_on == date(2025, 5, 5)


# Contacts are append-only.


def test_a_changed_contact_is_corrected_by_a_further_entry(practice):
    practice.write("contacts", note="Called.").run()
    practice.write("contacts", note="Called twice.")
    assert practice.figures()["contacts"] == (0, 1, 0, 0)
    assert practice.figures()["contacts"] == (0, 0, 1, 0)
    practice.write("contacts", note="Called.").run()
    assert [c.note for c in Contact.objects.order_by("pk")] == ["Called.", "Called twice.", "Called."]
    assert Contact.objects.current().get().note == "Called."


def test_new_and_changed_contacts_go_in_together(practice):
    practice.write("contacts", {"contact_ref": "B"}).run()
    practice.write("contacts", {"contact_ref": "A"}, {"contact_ref": "B", "note": "Later."}, {"contact_ref": "C"})
    assert practice.figures()["contacts"] == (2, 1, 0, 0)
    assert practice.figures()["contacts"] == (0, 0, 3, 0)


def test_a_correction_made_here_stands_until_the_file_changes(practice):
    practice.write("contacts", note="Called.").run()
    first = Contact.objects.get()
    Contact.objects.create(
        client=first.client, corrects=first, at=first.at, direction="out", channel="phone", note="Called her mother.",
        written_by=UserFactory(),
    )  # fmt: skip
    assert practice.figures()["contacts"] == (0, 0, 1, 0)
    assert Contact.objects.current().get().note == "Called her mother."
    practice.write("contacts", note="Called, no answer.").run()
    assert Contact.objects.current().get().note == "Called, no answer."


# What was done in the program meets what TherapyNotes says of it.


def test_a_visit_booked_here_is_the_one_that_the_file_brings(practice):
    practice.run()
    booked = AppointmentFactory(
        ref=None, client=Client.objects.get(), clinician=Clinician.objects.get(), state="scheduled",
        starts_at="2025-01-06T14:00Z", kind="intake",
    )  # fmt: skip
    practice.write("appointments")
    assert practice.figures()["appointments"] == (0, 1, 0, 0)
    booked.refresh_from_db()
    assert (booked.ref, booked.state, Appointment.objects.count()) == ("AP-1", "kept", 1)


def test_an_assignment_made_here_is_the_one_that_the_file_begins_on_another_day(folder):
    made = AssignmentFactory(
        client=ClientFactory(ref="LW-1"), clinician=ClinicianFactory(ref="CL-1"), started_on=date(2025, 1, 9)
    )
    record("assignment.made", by=UserFactory(), on=made)
    folder.write("assignments")
    assert folder.figures() == {"assignments": (0, 1, 0, 0)}
    assert folder.figures() == {"assignments": (0, 0, 1, 0)}
    made.refresh_from_db()
    assert made.started_on == date(2025, 1, 6)
    folder.write("assignments", ended_on="2026-01-05").run()
    made.refresh_from_db()
    assert made.ended_on == date(2026, 1, 5)

    folder.write("assignments", started_on="2026-03-01", ended_on="2026-04-01")
    assert folder.figures() == {"assignments": (1, 0, 0, 0)}


def test_one_brought_by_a_file_is_known_by_its_day_alone(practice):
    practice.run()
    practice.write("assignments", started_on="2025-03-01", ended_on="2025-04-01")
    assert practice.figures()["assignments"] == (1, 0, 0, 0)
    assert Assignment.objects.get(ended_on=None).started_on == date(2025, 1, 6)
    practice.write("assignments", started_on="2025-09-01")
    fault = practice.only_rejected("assignments")
    assert (fault["line"], fault["column"]) == (2, "ended_on")
    assert "stands on record, begun on 2025-01-06" in fault["reason"]
    assert Assignment.objects.get(ended_on=None).started_on == date(2025, 1, 6)


def test_an_earlier_ended_assignment_does_not_end_the_one_that_runs(folder):
    AssignmentFactory(
        client=ClientFactory(ref="LW-1"), clinician=ClinicianFactory(ref="CL-1"), started_on=date(2026, 2, 1)
    )
    folder.write("assignments", ended_on="2025-06-01")
    assert folder.figures() == {"assignments": (1, 0, 0, 0)}
    assert Assignment.objects.filter(ended_on=None).get().started_on == date(2026, 2, 1)


def test_one_may_end_and_the_next_begin_in_one_file(practice):
    practice.run()
    practice.write("assignments", {"ended_on": "2025-06-01"}, {"started_on": "2025-09-01"})
    assert practice.figures()["assignments"] == (1, 1, 0, 0)


def test_the_second_of_two_open_ones_is_rejected(practice):
    practice.write("assignments", {}, {"started_on": "2025-09-01"})
    fault = practice.only_rejected("assignments")
    assert (fault["line"], fault["column"]) == (3, "ended_on")
    assert "stands on line 2" in fault["reason"]


def test_of_two_open_ones_the_one_on_record_stands(practice):
    practice.run()
    practice.write("assignments", {"started_on": "2025-09-01"}, {})
    assert practice.only_rejected("assignments")["line"] == 2
    assert Assignment.objects.get().started_on == date(2025, 1, 6)


def test_a_removal_by_management_is_not_undone_by_an_older_file(practice):
    practice.run()
    assignment, manager = Assignment.objects.get(), UserFactory(roles=["manager"])
    Assignment.objects.update(ended_on=date(2026, 1, 9))
    RemovalFactory(assignment=assignment, asked_by=manager, status="done", done_by=manager, done_at="2026-01-09T15:00Z")
    assert practice.figures()["assignments"] == (0, 0, 1, 0)
    assert Assignment.objects.get().ended_on == date(2026, 1, 9)


def test_a_later_check_of_insurance_stands(practice):
    practice.write("insurance", active="yes", verified_on="2026-01-02").run()
    InsurancePolicy.objects.update(active="no", verified_on=date(2026, 2, 2))
    assert practice.figures()["insurance"] == (0, 0, 1, 0)
    practice.write("insurance", active="yes", verified_on="2026-03-02").run()
    assert InsurancePolicy.objects.get().active == "yes"


def test_forms_of_the_practice_and_undated_ones_are_known_again(practice):
    practice.write(
        "documents", {"clinician_ref": ""}, {"clinician_ref": "", "kind": "HIPAA"}, {"sent_on": "2025-01-02"}
    )
    assert practice.figures()["documents"] == (3, 0, 0, 0)
    assert practice.figures()["documents"] == (0, 0, 3, 0)


def test_an_episode_ends_with_the_termination_and_a_new_assignment_opens_the_next(practice):
    practice.write("terminations").run()
    assert Episode.objects.get().ended_on == date(2026, 1, 5)
    practice.write("assignments", {"ended_on": "2026-01-05"}, {"started_on": "2026-04-01"}).run()
    assert list(Episode.objects.order_by("started_on").values_list("started_on", "ended_on")) == [
        (date(2025, 1, 6), date(2026, 1, 5)),
        (date(2026, 4, 1), None),
    ]


# The command.


def command(*args):
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as exit:
        call_command("import_practice", *map(str, args), stdout=out, stderr=err)
    return exit.value.code, out.getvalue(), err.getvalue()


def test_no_such_folder(db, tmp_path):
    code, out, err = command(tmp_path / "nowhere", "--json")
    assert (code, json.loads(out)) == (2, {"files": {}})
    assert "There is no folder" in err


def test_a_file_in_place_of_the_folder(db, tmp_path):
    (tmp_path / "clients.csv").touch()
    code, out, err = command(tmp_path / "clients.csv")
    assert (code, out) == (2, "") and "is a file. Give the folder that holds it." in err


def test_a_folder_without_any_of_the_files(db, tmp_path):
    (tmp_path / "klients.csv").touch()
    code, _, err = command(tmp_path)
    assert code == 2 and "none of these files: clinicians.csv, clients.csv" in err
    assert "Reports of other systems come in on the page Imports." in err


def test_nothing_readable_in_any_file(folder):
    folder.raw("clients", b"")
    code, out, err = command(folder.path)
    assert code == 2 and "The file is empty" in out and "Nothing could be read" in err


def test_the_option_for_windows_1252_is_named(folder):
    folder.write("clients", last_name="Peña")
    folder.raw("clients", (folder.path / "clients.csv").read_text("utf-8").encode("windows-1252"))
    assert "are Windows-1252, give --windows-1252." in command(folder.path)[2]


def test_a_strange_file_and_a_strange_column_are_named_and_ignored(folder):
    folder.write("clients").raw("clinets", b"x")
    content = (folder.path / "clients.csv").read_text().splitlines()
    (folder.path / "clients.csv").write_text(f"{content[0]},Shoe_size\n{content[1]},44\n")
    err = io.StringIO()
    call_command("import_practice", str(folder.path), stdout=io.StringIO(), stderr=err)
    assert "clinets.csv is none of the files" in err.getvalue() and "column shoe_size is not part" in err.getvalue()
    assert Client.objects.exists()


def test_the_terminal_shows_twenty_rejected_rows_of_a_file_and_how_many_more(folder):
    folder.write("clients", *({"client_ref": f"LW-{n}", "dob": "soon"} for n in range(25)))
    out = io.StringIO()
    call_command("import_practice", str(folder.path), stdout=out, stderr=io.StringIO())
    assert out.getvalue().count("line ") == 20
    assert "line 2, dob “soon”: This is no date" in out.getvalue() and "and 5 more (use --json)" in out.getvalue()


def test_the_page_about_the_format_is_printed_from_the_same_table():
    page = (settings.BASE_DIR / "docs" / "import-format.md").read_text("utf-8")
    printed = page.partition("<!-- generated: import-format -->")[2].partition("<!-- end -->")[0]
    assert printed.strip() == as_markdown()
