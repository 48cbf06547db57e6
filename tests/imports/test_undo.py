"""An import is taken back while nothing was built on it, and only then."""

from contextlib import nullcontext

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils.timezone import localtime

from lwg_intake.audit.models import Event, RowChange
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal
from lwg_intake.imports import actions, undo, working
from lwg_intake.imports.format import FILES
from lwg_intake.imports.models import Change, Run
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Balance,
    Client,
    Clinician,
    Contact,
    Episode,
    Termination,
)
from tests.factories.access import UserFactory
from tests.factories.records import AppointmentFactory, ContactFactory

EVERYTHING = ("appointments", "contacts", "terminations", "insurance", "documents")
KEPT = (Client, Clinician, Assignment, Appointment, Contact, Episode, Termination)


def state():
    """All that is on record, row by row."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*KEPT, Balance)}


def take_back(run=None):
    run = run or Run.objects.latest("pk")
    actions.take_back(run_id=run.pk, by=UserFactory(roles=["administrator"]))
    working.work(run.pk)
    run.refresh_from_db()
    return run


def test_what_an_import_created_goes_and_leaves_nothing(practice):
    for name in EVERYTHING:
        practice.write(name)
    practice.write("clients", balance="5", balance_as_of="2026-01-02", omhc_assessed_on="2025-05-05").run()
    assert all(model.objects.exists() for model in KEPT)
    assert take_back().status == "undone"
    assert not any(model.objects.exists() for model in KEPT)
    event = Event.objects.get(verb="import.undone")
    assert (event.values, event.actor_name) == ({"deleted": 10, "restored": 0}, str(Run.objects.get().undone_by))


def test_a_second_undo_is_told_who_asked_for_the_first(practice):
    practice.run()
    run = take_back()
    with pytest.raises(Refusal, match=f"This import is taken back already, as {run.undone_by} asked."):
        take_back(run)


def test_rows_that_it_wrote_over_regain_their_former_values(practice):
    for name in EVERYTHING:
        practice.write(name)
    practice.write("clients", balance="5", balance_as_of="2026-01-02", no_show_fees="2", flags="risk").run()
    before = state()
    practice.write("clients", phone="301", balance="9.5", balance_as_of="2026-02-02", no_show_fees="0", flags="hold")
    practice.write("clinicians", {"supervisor_ref": "CL-2", "last_day": "2026-05-05"}, {"clinician_ref": "CL-2"})
    practice.write("assignments", ended_on="2026-01-05").write("appointments", starts_at="2025-03-01T09:00")
    practice.write("contacts", note="Called twice.").write("terminations", category="D").run()
    assert state() != before
    assert take_back().status == "undone"
    assert state() == before
    assert practice.figures()["clients"] == (0, 1, 0, 0)


def test_an_import_that_changed_nothing_is_taken_back_without_a_change(practice):
    practice.run()
    practice.run()
    before = state()
    assert take_back().status == "undone" and state() == before


def test_the_later_of_two_goes_first(practice):
    practice.run()
    first = Run.objects.get()
    practice.write("clients", phone="301-555-0101").run()
    at = f"{localtime(Run.objects.latest('pk').asked_at):%b %-d, %Y, %-I:%M %p}"
    files = "clinicians.csv, clients.csv, assignments.csv"
    because = undo.why_not(first)
    assert because.endswith(f"changed since (clients). Take the import of {at} ({files}) back first, which did it.")
    take_back()
    assert Client.objects.get().phone == ""
    assert take_back(first).status == "undone" and not Client.objects.exists()


def test_a_database_restored_from_a_dump_still_knows_its_imports(practice):
    """There every row is written anew, by transactions with other numbers."""
    for name in EVERYTHING:
        practice.write(name)
    practice.run()
    with connection.cursor() as cursor:
        for model in (Client, Clinician, Assignment, Appointment, Termination):
            cursor.execute(f"UPDATE {model._meta.db_table} SET id = id")
    assert take_back().status == "undone" and not Client.objects.exists()


def test_what_was_changed_and_put_back_stands_as_the_import_left_it(practice):
    practice.run()
    Client.objects.update(phone="301-555-0101")
    Client.objects.update(phone="301-555-0102", city="Olney")
    assert "changed since (clients)" in undo.why_not(Run.objects.get())
    Client.objects.update(phone="", city="")
    assert undo.why_not(Run.objects.get()) == ""


def test_every_row_that_an_import_writes_is_noted_when_it_changes(db):
    """By these notes it is known whether anything else changed it; contacts change never."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%_note_changed'")
        noted = {table for (table,) in cursor.fetchall()}
    written = {file.model._meta.db_table for file in FILES} | {"records_balance", "records_omhcassessment"}
    assert written - noted == {"records_contact"}


def test_how_far_it_is_is_told_for_each_half(practice, monkeypatch):
    told = []
    monkeypatch.setattr(working, "telling", lambda run: nullcontext(lambda *progress: told.append(progress)))
    practice.write("appointments").run()
    assert take_back().status == "undone"
    names = ["appointments", "assignments", "clients", "clinicians"]
    assert told == [(name, done, 8) for done, name in enumerate(names * 2)]


def test_many_rows_go_at_once_and_each_leaves_what_it_held(practice):
    many = [{"client_ref": f"LW-{n}"} for n in range(300)]
    practice.write("clients", *many, city="Laurel").write("assignments", *many).write("contacts", {}).run()
    assert take_back().status == "undone" and not Client.objects.exists()
    gone = RowChange.objects.filter(record="records_client", deed="DELETE")
    assert gone.filter(changed__city=["Laurel", None], rows=1, client_id=F("row_id")).count() == 300


def refused(run=None):
    with pytest.raises(Exception, match="cannot be undone any more") as refusal:
        take_back(run)
    assert Client.objects.exists()
    return str(refusal.value)


def test_an_opened_record_stands_in_the_way(practice):
    practice.run()
    client, by = Client.objects.get(), UserFactory(first_name="Kim", last_name="Lee")
    record("client.opened", by=by, on=client, client_id=client.pk)
    assert undo.why_not(Run.objects.get()).client == client.pk
    said = refused()
    assert "one of its records has been opened since: LW-1, by Kim Lee, " in said
    assert said.endswith("Correct what is wrong by hand, or by a further import.")


def test_what_the_program_itself_noted_does_not(practice):
    practice.run()
    record("swept", by=None, client_id=Client.objects.get().pk)
    assert take_back().status == "undone"


def test_a_row_that_refers_to_it_stands_in_the_way(practice):
    practice.run()
    AppointmentFactory(client=Client.objects.get(), clinician=Clinician.objects.get())
    assert "1 later entry (appointments) refers to what it brought. Correct what is wrong by hand" in refused()


def test_a_later_import_that_refers_to_it_goes_first(practice):
    practice.run()
    first = Run.objects.get()
    practice.write("appointments").run()
    assert "back first, which did it." in refused(first)
    take_back()
    assert take_back(first).status == "undone"


def test_a_changed_clinician_stands_in_the_way(practice):
    practice.run()
    Clinician.objects.update(capacity=12)
    assert "one of its rows was changed since (clinicians)" in refused()


def test_a_bulk_change_stands_in_the_way(practice):
    practice.run()
    Client.objects.update(phone="301-555-0101")
    assert "one of its rows was changed since (clients)" in refused()


def test_something_done_between_the_asking_and_the_undoing_stands_in_the_way(practice):
    practice.run()
    run = Run.objects.get()
    actions.take_back(run_id=run.pk, by=UserFactory(roles=["manager"]))
    Client.objects.update(phone="301-555-0101")
    working.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.undone_by, Client.objects.count()) == ("applied", None, 1)
    assert "changed since" in run.notes[-1]


def test_nothing_else_is_ever_deleted(practice):
    practice.run()
    run = Run.objects.get()
    ContactFactory(client=Client.objects.get())
    attempts = [
        "DELETE FROM records_client",
        f"SELECT set_config('lwg.undoing_import', '{run.pk}', true); DELETE FROM records_client",
        f"UPDATE imports_run SET status = 'undoing'; SELECT set_config('lwg.undoing_import', '{run.pk + 1}', true); "
        "DELETE FROM records_client",
        f"UPDATE imports_run SET status = 'undoing'; SELECT set_config('lwg.undoing_import', '{run.pk}', true); "
        "DELETE FROM records_client; DELETE FROM records_contact",
        "UPDATE records_contact SET note = 'x'",
        "DELETE FROM imports_change",
        "UPDATE imports_change SET former = NULL",
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)
    assert Client.objects.exists() and Change.objects.exists()
