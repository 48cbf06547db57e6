"""A folder of files to import: each file's columns in full, a row giving only the cells that matter."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from lwg_intake.imports.format import BY_NAME
from tests.factories.records import ClientFactory, ClinicianFactory

PLAIN: dict[str, dict[str, str]] = {
    "clinicians": {"clinician_ref": "CL-1", "first_name": "Naomi", "last_name": "Clarke", "kind": "therapist"},
    "clients": {"client_ref": "LW-1", "first_name": "Ada", "last_name": "Brightwater"},
    "assignments": {"service": "therapy", "started_on": "2025-01-06"},
    "appointments": {
        "appointment_ref": "AP-1", "service": "therapy", "starts_at": "2025-01-06T09:00", "kind": "intake",
        "state": "kept",
    },
    "contacts": {"contact_ref": "CT-1", "at": "2025-02-03T10:15", "direction": "out", "channel": "phone"},
    "terminations": {"service": "therapy", "ended_on": "2026-01-05", "category": "A"},
    "insurance": {"payer": "Cigna", "payer_class": "commercial", "member_id": "M1"},
    "documents": {"kind": "Consent for treatment", "state": "signed"},
}  # fmt: skip


class Folder:
    """Writes files and imports them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, *rows: dict[str, str], without: tuple[str, ...] = (), **also: str) -> "Folder":
        """A file of these rows. `also` are cells of every row; `without` leaves columns out."""
        optional = {column.name for column in BY_NAME[name].columns if column.may_be_absent}
        used = {cell for row in rows for cell in row} | set(also)
        columns = [c.name for c in BY_NAME[name].columns if c.name not in without]
        columns = [c for c in columns if c not in optional or c in used]
        shared = {"client_ref": "LW-1", "clinician_ref": "CL-1"} | PLAIN[name] | also
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({column: (shared | row).get(column, "") for column in columns} for row in rows or ({},))
        return self.raw(name, text.getvalue().encode())

    def raw(self, name: str, content: bytes) -> "Folder":
        (self.path / f"{name}.csv").write_bytes(content)
        return self

    def run(self, *flags: str) -> dict[str, Any]:
        """The files of the JSON answer."""
        out = io.StringIO()
        call_command("import_practice", str(self.path), "--json", *flags, stdout=out, stderr=io.StringIO())
        return json.loads(out.getvalue())["files"]

    def figures(self, *flags: str) -> dict[str, tuple[int, int, int, int]]:
        """Per file: created, updated, unchanged, rejected."""
        return {
            name: (f["created"], f["updated"], f["unchanged"], len(f["rejected"]))
            for name, f in self.run(*flags).items()
        }

    def only_rejected(self, name: str) -> dict[str, Any]:
        """The one rejected row of a file."""
        rejected = self.run()[name]["rejected"]
        assert len(rejected) == 1, rejected
        return rejected[0]


@pytest.fixture
def folder(tmp_path: Path, db: None) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def practice(folder: Folder) -> Folder:
    """One clinician, one client in care."""
    return folder.write("clinicians").write("clients").write("assignments")


@pytest.fixture
def ada(db):
    return ClientFactory(ref="LW-1", first_name="Ada", last_name="Brightwater", dob=date(1988, 3, 7))


@pytest.fixture
def naomi(db):
    return ClinicianFactory(ref="CL-1", first_name="Naomi", last_name="Clarke", kind="therapist", credentials="LCSW-C")
