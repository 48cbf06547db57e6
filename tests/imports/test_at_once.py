"""Two at once: real connections, real commits."""

import pytest

from lwg_intake.imports import practice as importing
from lwg_intake.imports.practice import import_folder
from lwg_intake.records.models import Assignment, Client, Episode
from tests.at_once import at_once
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
