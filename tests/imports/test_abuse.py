"""Files that are not what they should be: each gets a sentence, none more memory or time than its size deserves."""

import csv
import io
import zipfile
import zlib

import pytest
from django.core.management import call_command
from openpyxl import Workbook

from lwg_intake.imports import batches, opening
from lwg_intake.imports.opening import UNUSABLE, Unreadable
from lwg_intake.imports.practice import import_folder
from lwg_intake.imports.uploads import Upload
from lwg_intake.records.models import Appointment, Assignment, Client


def text(folder, name="clients"):
    return (folder.path / f"{name}.csv").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_separator(folder, encoding, separator):
    folder.write("clients", last_name="Peña", address='12 Main St, "Apt" 4; rear')
    rows = csv.reader(io.StringIO(text(folder)))
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    folder.raw("clients", out.getvalue().encode(encoding))
    assert folder.figures() == {"clients": (1, 0, 0, 0)}
    client = Client.objects.get()
    assert (client.last_name, client.address) == ("Peña", '12 Main St, "Apt" 4; rear')


@pytest.mark.parametrize("separator", [";", "|", "#"])
def test_the_separator_may_be_said_on_a_line_before_the_header_as_excel_does(folder, separator):
    content = text(folder.write("clients", {}, {"client_ref": "LW-2", "dob": "soon"}))
    folder.raw("clients", f"sep={separator}\r\n{content.replace(',', separator)}".encode())
    answer = folder.run()["clients"]
    assert (answer["created"], answer["rejected"][0]["line"]) == (1, 4)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n", "This is a PDF, and no CSV. Open it in a spreadsheet and save it as"),
        (b"\xd0\xcf\x11\xe0" + bytes(500), "This is a file of the old Excel (.xls), and no CSV."),
        (b"<html><table>", "This is a web page, and no CSV."),
        (b"client_ref\x07,first_name\n", "This is no CSV: its first line holds characters that no text has."),
        (b"ref|name\n", "The first line names none of the columns of clients.csv, which are client_ref, first_name"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(folder, content, reason):
    counts = import_folder(folder.raw("clients", content).path).files["clients"]
    assert counts.unread and not counts.ask and counts.rejected[0].reason.startswith(reason)


def test_windows_1252_is_asked_about_and_believed_when_said(folder):
    folder.write("clients", last_name="Peña").raw("clients", text(folder).encode("windows-1252"))
    folder.write("clinicians", last_name="Müller")
    counts = import_folder(folder.path).files["clients"]
    assert counts.unread and counts.ask and "say that it is Windows-1252" in counts.rejected[0].reason
    assert not Client.objects.exists()
    assert folder.figures("--windows-1252") == {"clinicians": (0, 0, 1, 0), "clients": (1, 0, 0, 0)}
    assert Client.objects.get().last_name == "Peña"


def test_what_is_no_windows_1252_either_is_not_believed(folder):
    folder.raw("clients", text(folder.write("clients")).encode() + b"LW-2,\x81\xff\x8d")
    fault = import_folder(folder.path, windows=True).files["clients"].rejected[0]
    assert (fault.line, fault.reason[:40]) == (3, "Line 3 is neither UTF-8 nor Windows-1252"[:40])


def test_utf_16_that_ends_in_the_middle_of_a_letter(folder):
    folder.raw("clients", text(folder.write("clients")).encode("utf-16") + b"\x41")
    assert "is not UTF-16, as the rest is" in import_folder(folder.path).files["clients"].rejected[0].reason


def test_a_file_beyond_the_size_is_refused_before_it_is_read(folder, settings):
    with open(folder.path / "clients.csv", "wb") as file:
        file.truncate(5_000_000_000)
    folder.write("clinicians")
    report = import_folder(folder.path)
    fault = report.files["clients"].rejected[0]
    assert fault.reason == (
        "The file has 5,000 MB, and at most 500 MB are read. Split it, or have IMPORT_MOST_MB raised."
    )
    assert report.files["clinicians"].created == 1


def with_row(folder, row):
    header, first = text(folder.write("clients")).splitlines()
    return folder.raw("clients", f"{header}\n{row(header.count(','))}\n{first}\n".encode())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (lambda commas: "x" * 10_000_000, "This row is longer than 2,000,000 characters"),
        (lambda commas: "LW-9," + "x" * 1_200_000 + "," * (commas - 1), "A cell of this row is longer than 1,000,000"),
        (lambda commas: '"' + ("x" * 99 + "\n") * 15_000, "This row cannot be read: a quotation mark is missing"),
        (lambda commas: 'LW-9,"' + "a\n" * 5_000_000 + '"' + "," * (commas - 1), "A cell of this row is longer than"),
        (
            lambda commas: ",".join(['"' + "ab,\n" * 150_000 + '""x"'] * (commas + 1)),
            "This row is longer than 2,000,000",
        ),
        (lambda commas: ",".join(["x" * 30_000] * (commas + 1)), "This has 30000 characters; at most 40 fit."),
    ],
)
def test_a_row_of_ten_megabytes_costs_that_row_only(folder, row, reason):
    answer = with_row(folder, row).run()["clients"]
    assert answer["created"] == 1
    assert answer["rejected"][0]["line"] == 2 and answer["rejected"][0]["reason"].startswith(reason)


def test_what_an_open_quotation_mark_swallowed_is_read_again_however_much_it_was(folder):
    """Its end is looked for as far as the next quotation mark, behind which no row could go on."""
    note = "x" * 2_000_000 + "\n"
    header, first = text(folder.write("clients")).splitlines()
    quoted = first.replace("LW-1,Ada", 'LW-2,"Ada"')
    content = f'{header}\nLW-8,"Ann\n{note}{note}{first}\n{quoted}\n'
    answer = folder.raw("clients", content.encode()).run()["clients"]
    assert answer["created"] == 2
    assert [(row["line"], row["reason"][:12]) for row in answer["rejected"]] == [
        (2, "This row can"), (3, "This row is "), (4, "This row is "),
    ]  # fmt: skip


@pytest.mark.parametrize("quote", ['"', ""])
def test_lines_count_as_in_the_file_below_a_row_that_is_too_long(folder, quote):
    header, first = text(folder.write("clients")).splitlines()
    content = f'{header}\nLW-8,"{"x" * 9_000_000}\nx{quote}\n{first}\nLW-9\n'
    answer = folder.raw("clients", content.encode()).run()["clients"]
    assert (answer["created"], [row["line"] for row in answer["rejected"]]) == (1, [2, 5] if quote else [2, 3, 5])


def test_a_file_that_is_no_csv_at_all_is_given_up(folder, monkeypatch):
    monkeypatch.setattr(opening, "BROKEN", 50)
    folder.raw("clients", text(folder.write("clients")).encode() + b'x"y"z,"a"b\n' * 100)
    counts = import_folder(folder.path).files["clients"]
    assert counts.unread and "this is another kind of file" in counts.rejected[0].reason
    assert not Client.objects.exists()


def test_ten_thousand_bad_rows_are_counted_and_come_back_to_be_corrected(folder, tmp_path):
    bad = ({"client_ref": f"LW-{n}", "dob": "3/7/88", "phone": "+1 301"} for n in range(10_000))
    folder.write("clients", {"client_ref": "LW-ok"}, *bad, phone="")
    counts = import_folder(folder.path).files["clients"]
    assert (counts.created, counts.rejects.count, len(counts.rejected)) == (1, 10_000, 1_000)
    assert counts.as_json()["rejected_more"] == 9_000
    back = zlib.decompress(counts.rejects.packed()).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(back)))
    assert (row["rejected_line"], row["rejected_because"][:5], row["phone"]) == ("3", "dob: ", "'+1 301")
    folder.raw("clients", back.replace("3/7/88", "1988-03-07").encode("utf-8-sig"))
    assert folder.figures() == {"clients": (10_000, 0, 0, 0)}
    assert set(Client.objects.filter(ref="LW-7").values_list("phone", "dob__year")) == {("+1 301", 1988)}


def test_the_command_writes_the_rejected_rows(folder, tmp_path):
    folder.write("clients", {"dob": "soon"})
    call_command("import_practice", str(folder.path), "--rejected", str(tmp_path / "back"), stdout=io.StringIO())
    assert "dob: This is no date" in (tmp_path / "back" / "clients.csv").read_text("utf-8-sig")


def test_of_a_file_that_cannot_be_read_no_empty_one_is_written(folder, tmp_path):
    folder.write("clients").raw("contacts", b"")
    call_command("import_practice", str(folder.path), "--rejected", str(tmp_path / "back"), stdout=io.StringIO())
    assert not list((tmp_path / "back").iterdir())


def test_the_rejected_rows_take_the_place_of_no_file(folder, tmp_path, monkeypatch):
    source, other = tmp_path / "source", tmp_path / "other"
    source.mkdir(), other.mkdir(), (tmp_path / "link").symlink_to(source)
    content = folder.write("clients", {}, {"client_ref": "LW-2", "dob": "soon"}).path / "clients.csv"
    content = content.rename(source / "clients.csv")
    before = content.read_bytes()
    monkeypatch.chdir(source)
    for same in (source, tmp_path / "link", "."):
        assert f"{same} is the folder that is read" in refused(source, "--rejected", same)
    (other / "clients.csv").write_text("mine")
    assert "clients.csv exists, and is not written over. Give --rejected an empty" in refused(
        source, "--rejected", other
    )
    assert (content.read_bytes(), (other / "clients.csv").read_text()) == (before, "mine")
    assert not Client.objects.exists()


def refused(*args):
    """What the command says before it reads anything."""
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("import_practice", *map(str, args), stdout=io.StringIO(), stderr=err)
    return err.getvalue()


def test_the_command_says_that_a_diagnosis_was_dropped(folder):
    header, first = text(folder.write("clients")).splitlines()
    folder.raw("clients", f"{header},Dx 1,Shoe\n{first},F33.1,44\n".encode())
    assert import_folder(folder.path).notes == [
        "clients.csv: the column shoe is not part of the format and was ignored.",
        "clients.csv: A column with a diagnosis was dropped; nothing of it is kept.",
    ]


# Spreadsheets.


def book(**sheets):
    made, out = Workbook(), io.BytesIO()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(out)
    return out.getvalue()


def test_of_several_sheets_the_first_that_holds_rows_is_read_and_the_others_are_told():
    rows = [["Client", "Date"], ["Ada", "2026-03-02"]]
    assert Upload.of("x.xlsx", book(Cover=[], Visits=rows, Empty=[])).told == ()
    upload = Upload.of("x.xlsx", book(Notes=rows, Visits=rows, Empty=[], May=[["x"]]))
    assert upload.header == ("Client", "Date")
    assert upload.told == (
        "Only the sheet “Notes” was read; “Visits”, “May” hold something, too. Save each as a file of its own.",
    )


def with_long_cell(length):
    """As no spreadsheet program writes it."""
    made, out = book(Visits=[["Client", "Date"], ["LONG", "2026-03-02"], ["Ada", "2026-03-02"]]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, old.read(part).replace(b"LONG", b"x" * length))
    return out.getvalue()


def test_a_cell_of_a_spreadsheet_holds_no_more_than_one_of_a_csv(monkeypatch):
    upload = Upload.of("x.xlsx", with_long_cell(1_000_001))
    rows = list(csv.reader(io.StringIO(zlib.decompress(upload.packed).decode())))
    assert rows[1:] == [[UNUSABLE + "A cell of this row is longer than 1,000,000 characters: shorten it.", ""], rows[2]]
    monkeypatch.setattr("openpyxl.load_workbook", None)
    with pytest.raises(Unreadable, match="A cell of this spreadsheet is longer than 1,000,000 characters"):
        Upload.of("x.xlsx", with_long_cell(30_000_000))


# Files longer than one part.


@pytest.mark.parametrize("name", ["clients", "assignments"])
def test_rejected_rows_come_back_in_the_order_of_their_lines(practice, small, name):
    practice.run()
    rows = [
        {"client_ref": f"LW-{9 - n}", "clinician_ref": "none" if n % 3 else "CL-1", "dob": "soon"} for n in range(9)
    ]
    practice.write(name, *rows, clinician_ref="CL-1")
    lines = text(practice, name).splitlines()
    lines = [line if n % 4 else f"{line},extra" for n, line in enumerate(lines, 1)]
    counts = import_folder(practice.raw(name, "\n".join(lines).encode()).path).files[name]
    back = list(csv.reader(io.StringIO(zlib.decompress(counts.rejects.packed()).decode("utf-8-sig"))))
    assert [int(row[-2]) for row in back[1:]] == list(range(2, 11))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 3)


def test_a_key_said_again_far_below_is_still_known(folder, small):
    refs = [*range(8), 1, 8, 7]
    folder.write("clients", *({"client_ref": f"LW-{n}"} for n in refs))
    answer = folder.run()["clients"]
    assert (answer["rows"], answer["created"]) == (11, 9)
    assert [(r["line"], r["reason"]) for r in answer["rejected"]] == [
        (10, "Line 3 has the same client_ref: keep one of the two."),
        (12, "Line 9 has the same client_ref: keep one of the two."),
    ]


def test_one_assignment_may_end_far_from_where_the_next_begins(folder, small):
    """Of one client, clinician and service all rows are judged together, wherever they stand."""
    others = [{"client_ref": f"LW-{n}"} for n in range(2, 12)]
    folder.write("clinicians").write("clients", {}, *others).write("assignments", {}).run()
    folder.write("assignments", {"started_on": "2025-09-01"}, *others, {"ended_on": "2025-06-01"})
    assert folder.figures()["assignments"] == (11, 1, 0, 0)
    assert Assignment.objects.filter(client__ref="LW-1", ended_on=None).get().started_on.isoformat() == "2025-09-01"


def test_many_parts_are_one_file(practice, small):
    rows = [{"appointment_ref": f"A-{n}"} for n in range(10)]
    practice.write("appointments", *rows, {"appointment_ref": "A-10", "state": "gone"})
    assert practice.figures()["appointments"] == (10, 0, 0, 1)
    assert practice.figures()["appointments"] == (0, 0, 10, 1)
    assert Appointment.objects.count() == 10
