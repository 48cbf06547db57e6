"""A practice's clients and visits imported from files, against the same rows read and copied into the same tables."""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection

from bench import practice
from bench.job import Contest, Job, Sizes
from bench.names import Person, people
from lwg_intake.imports.format import BY_NAME
from lwg_intake.imports.practice import import_folder
from lwg_intake.records.models import Client, Clinician

SAMPLE = 500
# An import in a process of its own, which prints the most memory that it took, in MiB.
PROGRAM = """
import os, resource, sys
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
import django
django.setup()
from django.db import connection
from lwg_intake.imports.practice import import_folder
connection.settings_dict["NAME"] = sys.argv[1]
import_folder(Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
CLINICIANS = 300
NO_TEXT = ("dob", "email_ok", "text_ok", "last_intake_on", "plan_updated_on")
EMPTIED = ("records_appointment", "records_client", "records_clinician")


def prepare(sizes: Sizes) -> Contest:
    """Both sides begin with an empty practice each time."""
    before = connection.settings_dict["NAME"]
    practice.use(f"{before}_import")
    practice.ready("nobody, for imports", lambda: None)
    _allow_truncate()
    scratch = tempfile.TemporaryDirectory()
    whole, tenth = Path(scratch.name, "whole"), Path(scratch.name, "tenth")
    rows = people(sizes.clients)
    _write(whole, rows)
    _write(tenth, rows[: max(1, len(rows) // 10)])

    def figure(_: str) -> tuple[int, ...]:
        import_folder(whole)
        return _answer()

    def floor(_: str) -> tuple[int, ...]:
        _copy(whole)
        return _answer()

    def beside() -> dict[str, Any]:
        peaks = {}
        for name, folder in (("tenth", tenth), ("whole", whole)):
            _empty()
            peaks[f"memory_{name}_mib"] = _peak(folder)
        start = time.perf_counter()
        import_folder(whole)
        again = time.perf_counter() - start
        _empty()
        each = _row_by_row(rows[: min(SAMPLE, max(1, len(rows) // 10))])
        return {
            "rows": 2 * len(rows),
            **peaks,
            "unchanged_ms": round(again * 1000),
            "row_by_row_ms_each": round(each, 3),
        }

    def finish() -> None:
        scratch.cleanup()
        practice.use(before)

    return Contest(["practice"], figure, floor, lambda _: _empty(), beside, finish)


def _allow_truncate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgname LIKE '%\_no\_truncate'"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(EMPTIED)} CASCADE")
        cursor.execute("CHECKPOINT")


def _answer() -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(hashtext(concat_ws('|', ref, first_name, last_name, dob, email, phone))) FROM records_client "
            "UNION ALL SELECT sum(hashtext(concat_ws('|', a.ref, c.ref, starts_at, kind))) FROM records_appointment a "
            "JOIN records_client c ON c.id = client_id"
        )
        return Clinician.objects.count(), Client.objects.count(), *(row[0] for row in cursor.fetchall())


def _write(folder: Path, rows: list[Person]) -> None:
    folder.mkdir()
    refs = [f"T{n}" for n in range(CLINICIANS)]
    _file(folder, "clinicians", (
        {"clinician_ref": ref, "first_name": "Cora", "last_name": f"Kline {ref}", "kind": "therapist"} for ref in refs
    ))  # fmt: skip
    _file(folder, "clients", ({**vars(person), "client_ref": person.ref} for person in rows))
    _file(folder, "appointments", (
        {
            "appointment_ref": f"A{n}", "client_ref": rows[n * 7919 % len(rows)].ref,
            "clinician_ref": refs[n % CLINICIANS], "service": "therapy", "kind": "session", "state": "kept",
            "starts_at": f"202{n % 6}-{n % 12 + 1:02}-{n % 28 + 1:02}T{8 + n % 10:02}:00",
        }
        for n in range(len(rows))
    ))  # fmt: skip


def _file(folder: Path, name: str, rows: Iterator[dict[str, Any]]) -> None:
    columns = [column.name for column in BY_NAME[name].columns if not column.may_be_absent]
    with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _copy(folder: Path) -> None:
    """csv.reader and COPY, one transaction a file: the rows are believed, and what differs is the database's names."""
    for name, table in (("clinicians", "records_clinician"), ("clients", "records_client")):
        fixed = FIXED[table]
        renamed = {f"{name[:-1]}_ref": "ref"}
        with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            header = [renamed.get(column, column) for column in next(reader)]
            known = [n for n, column in enumerate(header) if column in COLUMNS[table]]
            columns = [*(header[n] for n in known), *fixed]
            null = {n for n in known if header[n] in NO_TEXT}
            with connection.cursor() as cursor, cursor.cursor.copy(_into(table, columns)) as copy:
                for row in reader:
                    copy.write_row([*(None if n in null and not row[n] else row[n] for n in known), *fixed.values()])
    ids = dict(Client.objects.values_list("ref", "pk")) | dict(Clinician.objects.values_list("ref", "pk"))
    with open(folder / "appointments.csv", newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        columns = ["ref", "client_id", "clinician_id", "service", "starts_at", "kind", "state"]
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'America/New_York'")
            with cursor.cursor.copy(_into("records_appointment", columns)) as copy:
                for ref, client, clinician, *rest in reader:
                    copy.write_row([ref, ids[client], ids[clinician], *rest])
            cursor.execute("SET TIME ZONE 'UTC'")


def _into(table: str, columns: list[str]) -> str:
    return f"COPY {table} ({', '.join(columns)}) FROM STDIN"


COLUMNS = {
    "records_clinician": ("ref", "first_name", "last_name", "kind", "credentials", "email", "gender", "modality",
                          "employment"),
    "records_client": ("ref", "first_name", "last_name", "preferred_name", "dob", "email", "phone", "address", "city",
                       "state", "postal_code", "language", "email_ok", "text_ok", "guardian_name", "portal",
                       "last_intake_on", "plan_updated_on"),
}  # fmt: skip
# What the tables want and the files leave open.
FIXED = {
    "records_clinician": dict.fromkeys(
        ("states", "payers", "services", "specialties", "languages", "ages", "openings"), "{}"
    ),
    "records_client": {"guardian_email": "", "guardian_phone": "", "flags": "{}", "availability": "{}"},
}


def _peak(folder: Path) -> int:
    """MiB that a process of its own takes at most, while it imports the folder."""
    database = str(connection.settings_dict["NAME"])
    words = [sys.executable, "-c", PROGRAM, database, str(folder)]
    return int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)


def _row_by_row(rows: list[Person]) -> float:
    """Milliseconds a client the way one would write it first."""
    start = time.perf_counter()
    for person in rows:
        Client.objects.update_or_create(ref=person.ref, defaults=vars(person))
    return (time.perf_counter() - start) * 1000 / len(rows)


JOB = Job(
    name="import",
    figure="import_folder() of as many clients and as many visits: validated, merged, audited, undoable, committed",
    floor="csv.reader and COPY into the same tables, with their indexes and triggers",
    aim=3,
    prepare=prepare,
)
