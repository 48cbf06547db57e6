"""Two at once: real connections, real commits."""

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from lwg_intake.imports import locks, progress, tasks
from lwg_intake.imports import practice as importing
from lwg_intake.imports.models import Run
from lwg_intake.imports.practice import import_folder
from lwg_intake.records.models import Assignment, Client, Episode
from tests.at_once import at_once
from tests.factories.imports import RunFileFactory
from tests.factories.records import AssignmentFactory, ClientFactory, ClinicianFactory
from tests.imports.conftest import Folder


@pytest.fixture
def folder(tmp_path, transactional_db):
    return Folder(tmp_path)


def test_four_imports_of_one_folder_take_turns(folder):
    many = [{"client_ref": f"LW-{n}"} for n in range(300)]
    folder.write("clinicians").write("clients", *many).write("assignments", *many)
    reports = at_once(*[lambda: import_folder(folder.path)] * 4)
    created = [report.files["clients"].created for report in reports]
    assert sorted(created) == [0, 0, 0, 300]
    assert not any(counts.rejected for report in reports for counts in report.files.values())
    assert (Client.objects.count(), Assignment.objects.count(), Episode.objects.count()) == (300, 300, 300)


def test_what_someone_did_meanwhile_is_met_on_the_next_try(folder, monkeypatch):
    """An assignment is made here after the import has looked and before it writes."""
    client, clinician = ClientFactory(ref="LW-1"), ClinicianFactory(ref="CL-1")
    folder.write("assignments", started_on="2025-01-06")
    merge, made = importing.WRITERS["assignments"], []

    def meanwhile(sheet):
        merged_rows = importing.care.insert

        def insert(model, rows):
            if not made:
                made.append(at_once(lambda: AssignmentFactory(client=client, clinician=clinician).pk))
            merged_rows(model, rows)

        monkeypatch.setattr(importing.care, "insert", insert)
        return merge(sheet)

    monkeypatch.setitem(importing.WRITERS, "assignments", meanwhile)
    counts = import_folder(folder.path).files["assignments"]
    assert (counts.created, counts.unchanged, counts.rejected) == (0, 1, [])
    assert Assignment.objects.count() == 1


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(("at", "status"), [("clinicians", "failed"), ("clients", "applied")])
def test_a_command_that_was_stopped_says_so_and_a_second_run_finishes(folder, monkeypatch, at, status):
    folder.write("clinicians").write("clients").write("assignments")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setitem(importing.WRITERS, at, interrupted)
        import_folder(folder.path)
    run = Run.objects.get()
    assert (run.status, run.files.count(), Client.objects.count()) == (status, int(status == "applied"), 0)
    assert "The command was stopped" in run.notes[0] and "Import the folder again." in run.notes[0]
    import_folder(folder.path)
    assert (Client.objects.count(), Assignment.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            (),
            "The command was stopped. These went in, each whole: clinicians.csv. These did not: clients.csv, "
            "assignments.csv. Run it again, and it finishes.\n",
        ),
        (("--dry-run",), "The trial was stopped. Nothing was kept.\n"),
    ],
)
def test_who_stops_the_command_is_told_what_went_in(practice, monkeypatch, flags, said):
    monkeypatch.setitem(importing.WRITERS, "clients", interrupted)
    err = io.StringIO()
    with pytest.raises(SystemExit) as exit:
        call_command("import_practice", str(practice.path), *flags, stderr=err)
    assert (exit.value.code, err.getvalue()) == (130, said)


def test_a_command_that_was_killed_is_noticed_and_one_that_lives_left_alone(transactional_db):
    """A process that is killed says nothing; but the database lets go of its lock."""
    run = Run.objects.create(status="applying")
    RunFileFactory(run=run, file="clinicians", applied_at=run.asked_at)
    held = connection.copy()
    with held.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [locks.WORKING, run.pk])
    tasks.work_on_all()
    run.refresh_from_db()
    assert run.status == "applying"
    with held.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
    held.close()
    tasks.work_on_all()
    run.refresh_from_db()
    assert run.status == "applied" and "The command was stopped in the middle" in run.notes[0]


@pytest.mark.django_db(transaction=True)
def test_how_far_it_is_is_seen_while_nothing_is_in_yet(monkeypatch):
    run = Run.objects.create(status=Run.Status.APPLYING)

    def seen():
        return at_once(lambda: Run.objects.values_list("at_file", "percent").get(pk=run.pk))

    with progress.telling(run.pk) as tell, transaction.atomic():
        tell("clients", 1, 10)
        assert seen() == [("", 0)]  # What is over at once has nothing to tell.
        monkeypatch.setattr(progress, "EVERY", 0)
        tell("clients", 3, 10)
        assert seen() == [("clients", 30)]
