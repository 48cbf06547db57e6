"""The page of imports, as an administrator uses it: real requests, the worker's part called directly."""

import io
import re
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from lwg_intake.audit.models import Event
from lwg_intake.desk import trail
from lwg_intake.desk.views import imports as views
from lwg_intake.imports import working
from lwg_intake.imports.models import Run, RunFile
from lwg_intake.imports.uploads import SHEET_MB
from lwg_intake.records.models import Client
from tests.factories.access import UserFactory
from tests.factories.imports import RunFactory, RunFileFactory
from tests.factories.records import ClientFactory

SECRET = "F41.1 Generalized anxiety"


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"])
    client.force_login(user)
    return user


def upload(client, *files):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post("/imports/", {"files": sent})


def sent(client, folder, *names):
    """Upload files of a folder and have them checked."""
    answer = upload(client, *((f"{name}.csv", (folder.path / f"{name}.csv").read_bytes()) for name in names))
    assert answer.status_code == 302, answer.content.decode()
    run = Run.objects.latest("pk")
    working.work(run.pk)
    run.refresh_from_db()
    return run


def test_from_upload_to_taking_back(client, admin, practice):
    practice.write("clients", {}, {"client_ref": "LW-2", "dob": "soon"})
    run = sent(client, practice, "clinicians", "clients", "assignments")
    assert (run.status, Client.objects.count()) == ("checked", 0)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    for shown in ("Nothing has gone in yet", "LW-1 · Brightwater, Ada", "New: client", "soon", "This is no date"):
        assert shown in page
    client.post(f"/imports/{run.pk}/apply/")
    assert "Going in" in client.get(f"/imports/{run.pk}/", headers={"HX-Request": "true"}).content.decode()
    working.work(run.pk)
    assert Client.objects.get().ref == "LW-1"
    assert client.get(f"/imports/{run.pk}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert not RunFile.objects.exclude(content=None).exists()
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "Take the import back" in page
    client.post(f"/imports/{run.pk}/undo/")
    working.work(run.pk)
    assert not Client.objects.exists()
    history = client.get("/imports/").content.decode()
    assert (
        str(admin) in history and "Taken back" in history and "clinicians.csv, clients.csv, assignments.csv" in history
    )


def test_a_deed_that_comes_second_is_told_on_the_page_of_the_import(client, admin, practice):
    run = sent(client, practice, "clinicians", "clients")
    client.post(f"/imports/{run.pk}/apply/")
    answer = client.post(f"/imports/{run.pk}/apply/")
    page = answer.content.decode()
    assert answer.status_code == 422 and "This is going in already." in page and "clinicians.csv" in page


def test_a_check_shows_what_would_change_and_changes_nothing(client, admin, practice):
    practice.write("clients", phone="301-555-0101").run()
    practice.write("clients", phone="301-555-0199")
    run = sent(client, practice, "clients")
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "<del>301-555-0101</del> <ins>301-555-0199</ins>" in page
    assert Client.objects.get().phone == "301-555-0101"


def test_a_check_tells_which_visit_changes_and_how_in_words(client, admin, practice):
    practice.write("clinicians", {}, {"clinician_ref": "CL-2", "first_name": "Ola", "last_name": "Reyes"})
    practice.write("appointments").run()
    practice.write("appointments", state="no_show", starts_at="2025-01-07T13:30", clinician_ref="CL-2")
    run = sent(client, practice, "appointments")
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "LW-1 · Brightwater, Ada · Jan 7, 2025, 1:30 PM, with Ola Reyes" in page
    assert "state: <del>kept</del> <ins>no-show</ins>" in page
    assert "starts at: <del>Jan 6, 2025, 9:00 AM</del> <ins>Jan 7, 2025, 1:30 PM</ins>" in page
    assert "clinician: <del>Naomi Clarke</del> <ins>Ola Reyes</ins>" in page


def test_an_import_that_has_to_go_first_is_one_click_away_and_a_refusal_says_so_once(client, admin, practice):
    practice.run()
    first = Run.objects.get()
    practice.write("clients", phone="301-555-0101").run()
    later = Run.objects.latest("pk")
    for answer in (client.get(f"/imports/{first.pk}/"), client.post(f"/imports/{first.pk}/undo/")):
        page = answer.content.decode()
        assert page.count("back first, which did it.") == 1 and "(clinicians.csv, clients.csv, assignments.csv)" in page
        assert f'href="/imports/{later.pk}/">Open that import</a>' in page
    assert answer.status_code == 422 and page.count('role="alert"') == 1


def test_a_file_without_rows_says_that_it_has_none(client, admin, folder):
    header = folder.write("clients").path.joinpath("clients.csv").read_bytes().splitlines()[0]
    run = sent(client, folder.raw("clients", header), "clients")
    assert "stands no row that could be taken in" in client.get(f"/imports/{run.pk}/").content.decode()


def test_rejected_rows_come_back_as_a_file(client, admin, folder):
    folder.write("clients", {"dob": "soon"}, {"client_ref": "LW-2"})
    run = sent(client, folder, "clients")
    answer = client.get(f"/imports/files/{run.files.get().pk}/rejected/")
    assert answer["Content-Disposition"] == 'attachment; filename="clients.csv"'
    text = answer.content.decode("utf-8-sig")
    assert "LW-1" in text and "LW-2" not in text and "dob: This is no date" in text
    corrected = text.replace("soon", "1988-03-07").encode()
    assert upload(client, ("clients.csv", corrected)).status_code == 302
    again = Run.objects.latest("pk")
    working.work(again.pk)
    figures = again.files.get().figures
    assert (figures["rows"], figures["created"], figures["rejected"]) == (1, 1, 0)


def test_rejected_rows_may_be_rejected_again(client, admin, folder):
    folder.write("clients", {"dob": "soon"}, {"client_ref": "LW-2", "email": "nobody"})
    for left in (2, 1):
        run = sent(client, folder, "clients")
        assert (run.files.get().figures["rows"], run.files.get().figures["rejected"]) == (2, left)
        back = client.get(f"/imports/files/{run.files.get().pk}/rejected/").content.decode("utf-8-sig")
        assert back.splitlines()[0].count("rejected_line") == 1
        folder.raw("clients", back.replace("nobody", "no@example.com").encode())


def test_why_rows_were_left_out_is_counted_and_the_commonest_comes_first(client, admin, folder):
    rows = [{"client_ref": f"LW-{n}", **({"dob": "soon"} if n % 3 else {"email": "nobody"})} for n in range(30)]
    run = sent(client, folder.write("clients", *rows), "clients")
    file = run.files.get()
    assert [count for _, count in file.reasons] == [20, 10] and file.reasons[0][0].startswith("dob: This is no date")
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "<strong>10</strong> email: This is no e-mail address" in page
    assert "All 30 rows that were left out" in page and "for other reasons" not in page
    assert "Nothing would change" in page and "Let it in" not in page


def test_what_changes_nothing_is_said_to_change_nothing(client, admin, practice):
    practice.run()
    run = sent(client, practice, "clinicians", "clients")
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "Every row is on record as it is." in page and "Let it in" not in page
    practice.run()
    page = client.get(f"/imports/{Run.objects.latest('pk').pk}/").content.decode()
    assert "there is nothing to take back" in page and "Take the import back" not in page


def test_an_import_by_the_command_has_its_rejected_rows_on_the_page_too(client, admin, folder):
    folder.write("clients", {"dob": "soon"}, {"client_ref": "LW-2"}).raw("assignments", b"").run()
    page = client.get(f"/imports/{Run.objects.get().pk}/").content.decode()
    assert "This is no date" in page and "The file is empty" in page and "Cannot be read" in page
    file = RunFile.objects.get(file="clients")
    assert "LW-1" in client.get(f"/imports/files/{file.pk}/rejected/").content.decode()


def test_the_list_says_what_brought_nothing_was_stopped_or_cannot_be_read(client, admin, folder):
    def states():
        return re.findall(r'pill--(\w+)">([^<]+)<', client.get("/imports/").content.decode())

    folder.write("clients", {"dob": "soon"}).raw("assignments", b"").run()
    assert states() == [("blocked", "Nothing came in")]
    folder.write("clients").run()
    folder.run()
    assert states()[:2] == [("done", "Imported")] * 2
    for status in ("applied", "failed"):
        RunFactory(status=status, by=None)
    assert states()[:2] == [("blocked", "Stopped")] * 2
    run = sent(client, folder.write("assignments", without=("ended_on",)), "assignments")
    assert states()[0] == ("blocked", "Cannot be read")
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "Check again" not in page and "Throw it away" in page


def test_older_imports_stand_on_the_next_page(client, admin, db, monkeypatch):
    monkeypatch.setattr(views, "SHOWN", 2)
    files = [RunFileFactory(name=f"file {n}.csv", run=RunFactory(), content=b"x") for n in range(3)]
    page = client.get("/imports/").content.decode()
    assert "file 2.csv" in page and "file 1.csv" in page and "file 0.csv" not in page and "The latest" not in page
    page = client.get(f"/imports/?before={files[1].run_id}").content.decode()
    assert "file 0.csv" in page and "file 1.csv" not in page and "The latest" in page
    with CaptureQueriesContext(connection) as asked:
        client.get("/imports/")
    assert not any('"imports_runfile"."content"' in query["sql"] for query in asked)


def test_windows_1252_is_asked_about(client, admin, folder):
    folder.write("clients", last_name="Peña")
    content = (folder.path / "clients.csv").read_text("utf-8").encode("windows-1252")
    upload(client, ("clients.csv", content))
    run = Run.objects.get()
    working.work(run.pk)
    assert "It is Windows-1252" in client.get(f"/imports/{run.pk}/").content.decode()
    assert client.post(f"/imports/{run.pk}/apply/").status_code == 422
    client.post(f"/imports/files/{run.files.get().pk}/windows/")
    working.work(run.pk)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    assert Client.objects.get().last_name == "Peña"


def test_what_was_thrown_away_is_gone(client, admin, folder):
    run = sent(client, folder.write("clients", {"dob": "soon"}), "clients")
    client.post(f"/imports/{run.pk}/discard/")
    file = RunFile.objects.get()
    assert (file.content, file.listed, bytes(file.rejects)) == (None, [], b"")
    assert client.post(f"/imports/{run.pk}/apply/").status_code == 422


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Choose one or more files first."),
        ([("clients.csv", b"PK\x03\x04nonsense")], "clients.csv: This is no spreadsheet that can be read."),
        (
            [("old.xls", b"\xd0\xcf\x11\xe0" + bytes(999))],
            "old.xls: This is a file of the old Excel (.xls), and",
        ),
        (
            [("locked.xlsx", b"\xd0\xcf\x11\xe0" + bytes(9_000) + "EncryptedPackage".encode("utf-16-le"))],
            "locked.xlsx: This spreadsheet is locked by a password. Save it without one, and try again.",
        ),
        ([("report.csv", b"%PDF-1.7\n")], "report.csv: This is a PDF, and no CSV."),
        ([("report.csv", b"a\x01b\n")], "its first line holds characters that no text has"),
        (
            [("report.csv", b"\xef\xbb\xbf\n,,\n")],
            "report.csv: The file is empty. Its first line must",
        ),
        ([("clients.csv", b"client_ref\n"), ("Clients.CSV", b"client_ref\n")], "Two of these files are clients.csv"),
    ],
)
def test_what_cannot_be_kept_is_said(client, admin, files, sentence):
    answer = upload(client, *files)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not Run.objects.exists()


def test_another_report_under_the_name_of_ours_is_asked_about(client, admin):
    """Practices call whatever lists their clients clients.csv."""
    upload(client, ("clients.csv", b"Name,Born,City,State\nAda Brightwater,1988-03-07,Laurel,MD\n"))
    run = Run.objects.get()
    working.work(run.pk)
    assert "Say what its columns mean" in client.get(f"/imports/{run.pk}/").content.decode()


def test_a_character_that_no_database_keeps_costs_its_row(client, admin, folder):
    folder.write("clients", {"last_name": "a\0b"}, {"client_ref": "LW-2"})
    run = sent(client, folder, "clients")
    assert (run.status, run.files.get().figures["created"]) == ("checked", 1)
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert "a␀b" in page and "This holds a NUL character" in page


def test_too_much_at_once_is_refused_before_it_is_read(client, admin, settings):
    settings.IMPORT_UPLOAD_MB = 1
    answer = upload(client, ("clients.csv", b"x" * 1_100_000))
    assert answer.status_code == 413 and "more than the 1 MB that are read at once" in answer.content.decode()


@pytest.mark.parametrize(("role", "size"), [("billing", 11), ("csr", SHEET_MB * 1_000_000)])
def test_files_of_someone_who_may_not_import_are_not_even_read(client, db, monkeypatch, role, size):
    """A CSR may send the filled sheet of a roster, which is small; billing sends nothing at all."""
    read = []
    monkeypatch.setattr("lwg_intake.imports.uploads.InMemory.receive_data_chunk", lambda *a: read.append(a))
    client.force_login(UserFactory(roles=[role]))
    assert upload(client, ("clients.csv", b"x" * size)).status_code == 403
    assert not read


def as_xlsx(rows):
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def in_database(word):
    """Whether any column of any table holds it, packed uploads unpacked."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                return table
    packed = [bytes(part) for file in RunFile.objects.all() for part in (file.content, file.rejects) if part]
    return any(word.encode() in zlib.decompress(part) for part in packed)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "windows"])
def test_no_byte_of_a_diagnosis_is_kept_anywhere(client, admin, folder, kind, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    folder.write("clients", {"last_name": "Peña"}, {"client_ref": "LW-2", "dob": "soon"})
    lines = (folder.path / "clients.csv").read_text("utf-8").splitlines()
    lines[0] += ",Primary Diagnosis"
    lines = [lines[0], *(f"{line},{SECRET}" for line in lines[1:]), f"LW-3,short,{SECRET}", f'LW-4,"{SECRET}"x']
    if kind == "xlsx":
        content = as_xlsx(line.split(",") for line in lines[:3])
    else:
        content = "\n".join(lines).encode("windows-1252" if kind == "windows" else "utf-8")
    assert upload(client, (f"clients.{'csv' if kind == 'windows' else kind}", content)).status_code == 302
    run = Run.objects.get()
    working.work(run.pk)
    assert not in_database(SECRET)
    if kind == "windows":
        client.post(f"/imports/files/{run.files.get().pk}/windows/")
        working.work(run.pk)
    figures = run.files.get().figures
    assert (figures["created"], figures["rejected"]) == (1, 1 if kind == "xlsx" else 3)  # None is lost without a word.
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    assert Client.objects.get().last_name == "Peña"
    assert not in_database(SECRET) and SECRET not in caplog.text
    page = client.get(f"/imports/{run.pk}/").content.decode()
    assert page.count("A column with a diagnosis was dropped; nothing of it is kept.") == 1
    assert SECRET not in page and ("one of its cells is a diagnosis" in page) is (kind != "xlsx")


def test_opening_an_import_is_on_record_and_does_not_hinder_taking_it_back(client, admin, practice):
    run = sent(client, practice, "clinicians", "clients")
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    client.get(f"/imports/{run.pk}/")
    assert Event.objects.filter(verb="import.opened", actor_id=admin.pk).exists()
    assert "Take the import back" in client.get(f"/imports/{run.pk}/").content.decode()


def test_a_worker_that_was_killed_is_finished_by_the_next(client, admin, practice):
    """Whole files went in or not; the others follow, and none twice."""
    run = sent(client, practice, "clinicians", "clients", "assignments")
    client.post(f"/imports/{run.pk}/apply/")
    run.files.filter(file="clinicians").update(applied_at=run.asked_at)
    practice.write("clinicians")
    assert working.waiting() == [run.pk]
    working.work(run.pk)
    run.refresh_from_db()
    assert run.status == "applied" and working.waiting() == []


def test_a_worker_that_fails_says_so_without_a_word_of_the_row(client, admin, practice, monkeypatch, caplog):
    run = sent(client, practice, "clinicians", "clients")

    def broken(*_):
        raise RuntimeError("Ada Brightwater")

    monkeypatch.setattr(working, "import_files", broken)
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    run.refresh_from_db()
    assert run.status == "failed" and "RuntimeError" in run.notes[-1]
    assert "Ada" not in caplog.text and "Ada" not in str(run.notes)
    assert "Try again" in client.get(f"/imports/{run.pk}/").content.decode()


def theirs(client):
    """The verbs of a client's trail, the first deed first."""
    return [event.verb for event in reversed(trail.events(trail.Asked(client=client.pk)))]


def test_the_trail_of_a_client_tells_the_imports_that_brought_changed_and_showed_them(client, admin, practice):
    practice.run()
    ada, other = Client.objects.get(), ClientFactory(ref="LW-2", phone="1")
    practice.write("clients", {"phone": "301-555-0199"}, {"client_ref": "LW-3", "first_name": "Grace"})
    run = sent(client, practice, "clients")
    client.get(f"/imports/{run.pk}/")
    client.post(f"/imports/{run.pk}/apply/")
    working.work(run.pk)
    client.post(f"/imports/{run.pk}/undo/")
    working.work(run.pk)
    assert Run.objects.get(pk=run.pk).status == "undone"
    brought = ["import.file"] * 2  # clients.csv and assignments.csv of the folder
    assert theirs(ada) == [*brought, "import.opened", "import.file", "import.undone"]
    assert theirs(other) == []
    lines, _ = trail.page(trail.Asked(client=ada.pk), UserFactory(roles=["manager"]), with_rows=True)
    beneath = {row.what for line in lines for row in line.rows if row.what.startswith("client ")}
    assert f"client {ada.pk} changed" in beneath and all(f"client {ada.pk} " in what for what in beneath)
