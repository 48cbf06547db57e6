"""An import is taken back while nothing was built on it, and only then."""

import pytest
from django.db import DatabaseError, connection, transaction

from lwg_intake.audit.models import Event
from lwg_intake.audit.record import record
from lwg_intake.imports import actions, undo
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
from tests.factories.records import AppointmentFactory

EVERYTHING = ("appointments", "contacts", "terminations", "insurance", "documents")
KEPT = (Client, Clinician, Assignment, Appointment, Contact, Episode, Termination)


def state():
    """All that is on record, row by row."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in (*KEPT, Balance)}


def take_back(run=None):
    run = run or Run.objects.latest("pk")
    actions.take_back(run_id=run.pk, by=UserFactory(roles=["administrator"]))
    actions.work(run.pk)
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
    assert "changed since" in undo.why_not(first)
    take_back()
    assert Client.objects.get().phone == ""
    # What was put back was written again: only the import's own version of a row is known to be its own.
    assert "changed since (clients)" in undo.why_not(first)


def refused(run=None):
    with pytest.raises(Exception, match="cannot be undone any more") as refusal:
        take_back(run)
    assert Client.objects.exists()
    return str(refusal.value)


def test_an_opened_record_stands_in_the_way(practice):
    practice.run()
    record("client.opened", by=UserFactory(), on=Client.objects.get(), client_id=Client.objects.get().pk)
    assert "one of its records has been opened since" in refused()


def test_what_the_program_itself_noted_does_not(practice):
    practice.run()
    record("swept", by=None, client_id=Client.objects.get().pk)
    assert take_back().status == "undone"


def test_a_row_that_refers_to_it_stands_in_the_way(practice):
    practice.run()
    AppointmentFactory(client=Client.objects.get(), clinician=Clinician.objects.get())
    assert "1 later entry (appointments) refers to what it brought" in refused()


def test_a_bulk_change_stands_in_the_way(practice):
    practice.run()
    Client.objects.update(phone="301-555-0101")
    assert "one of its rows was changed since (clients)" in refused()


def test_something_done_between_the_asking_and_the_undoing_stands_in_the_way(practice):
    practice.run()
    run = Run.objects.get()
    actions.take_back(run_id=run.pk, by=UserFactory(roles=["manager"]))
    Client.objects.update(phone="301-555-0101")
    actions.work(run.pk)
    run.refresh_from_db()
    assert (run.status, run.undone_by, Client.objects.count()) == ("applied", None, 1)
    assert "changed since" in run.notes[-1]


def test_nothing_else_is_ever_deleted(practice):
    practice.run()
    run = Run.objects.get()
    attempts = [
        "DELETE FROM records_client",
        f"SELECT set_config('lwg.undoing_import', '{run.pk}', true); DELETE FROM records_client",
        f"UPDATE imports_run SET status = 'undoing'; SELECT set_config('lwg.undoing_import', '{run.pk + 1}', true); "
        "DELETE FROM records_client",
        "DELETE FROM imports_change",
        "UPDATE imports_change SET former = NULL",
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attempt)
    assert Client.objects.exists() and Change.objects.exists()
