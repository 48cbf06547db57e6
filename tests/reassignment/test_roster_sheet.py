"""The roster as a sheet, out and back in: nothing is overwritten silently, and no cell acts as a formula."""

import csv
from io import BytesIO, StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from reassignment.actions import roster
from reassignment.selectors import sheet as sheets
from tests.pages import signed_in, words
from tests.reassignment.leaving import Leaving, leaving, line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contexts")]


@pytest.fixture
def p() -> Leaving:
    return leaving(3)


def out(p: Leaving) -> list[dict[str, str]]:
    answer = signed_in(p.therapist).get(f"/departures/{p.departure.pk}/roster.csv")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def back(p: Leaving, rows: list[dict[str, str]], name: str = "roster.csv"):
    text = StringIO()
    writer = csv.DictWriter(text, sheets.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    file = SimpleUploadedFile(name, text.getvalue().encode())
    return signed_in(p.therapist).post(f"/departures/{p.departure.pk}/sheet/", {"file": file})


def take(p: Leaving, preview, *chosen: int):
    """Tick rows of a preview, and take them over as a browser sends them."""
    sent = {"apply": [str(pk) for pk in chosen]}
    for difference in preview.context["differences"]:
        sent[f"version-{difference.line.pk}"] = str(difference.line.version)
        sent |= {f"{n}-{difference.line.pk}": cell for n, cell in enumerate(difference.then.cells)}
    return signed_in(p.therapist).post(f"/departures/{p.departure.pk}/sheet/apply/", sent, follow=True)


def test_what_goes_out_unchanged_comes_back_as_no_change(p):
    assert "nothing to change" in words(back(p, out(p)))


def test_the_filled_sheet_is_shown_first_and_then_taken_over(p):
    rows = out(p)
    rows[0] |= {"On the roster": "Yes", "Talked on": "3/7/2026", "Preference": "any clinician who fits", "Note": "=1+1"}
    rows[1] |= {"On the roster": "no", "Struck because": "Ended in March"}
    preview = back(p, rows)
    first, second = (int(row["Row"]) for row in rows[:2])
    assert line(p.rows[0]).standing == "listed"
    answer = words(take(p, preview, first, second))
    assert "2 rows taken from the sheet" in answer
    found = {x.pk: x for x in (line(row) for row in p.rows)}
    assert (found[first].standing, found[first].row["preference"], found[first].row["note"]) == (
        "confirmed", "any", "=1+1",
    )  # fmt: skip
    assert found[second].standing == "struck"


def test_a_cell_that_looks_like_a_formula_leaves_as_text_and_comes_back_as_typed(p):
    roster.write_preference(
        row_id=p.rows[0].pk, talked_on=None, preference="", wanted_id=None, note="=HYPERLINK(1)", version=1, by=p.csr
    )
    cells = [row["Note"] for row in out(p) if row["Note"]]
    assert cells == ["'=HYPERLINK(1)"]
    assert "nothing to change" in words(back(p, out(p)))


def test_a_row_that_somebody_changed_since_is_shown_and_not_ticked(p):
    rows = out(p)
    rows[0]["Preference"] = "Pause"
    pk = int(rows[0]["Row"])
    roster.write_preference(row_id=pk, talked_on=None, preference="refer", wanted_id=None, note="", version=1, by=p.csr)
    preview = back(p, rows)
    page = words(preview)
    assert "Changed since you downloaded it" in page and str(p.csr) in page
    assert f'value="{pk}" checked' not in page and f'name="apply" value="{pk}"' in page
    roster.write_preference(row_id=pk, talked_on=None, preference="end", wanted_id=None, note="", version=2, by=p.csr)
    answer = words(take(p, preview, pk))
    assert "Someone else changed this row" in answer
    assert next(x for x in map(line, p.rows) if x.pk == pk).row["preference"] == "end"


@pytest.mark.parametrize("version", ["²", "9" * 5000, "9" * 18, ""])
def test_a_version_that_no_preview_wrote_is_not_the_rows(p, version):
    rows = out(p)
    rows[0]["Preference"] = "Pause"
    pk = int(rows[0]["Row"])
    sent = {"apply": [str(pk)], f"version-{pk}": version}
    answer = signed_in(p.therapist).post(f"/departures/{p.departure.pk}/sheet/apply/", sent, follow=True)
    assert "Someone else changed this row" in words(answer)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"On the roster": "maybe"}, "write yes or no"),
        ({"On the roster": "no"}, "Say why"),
        ({"Talked on": "last week"}, "write the day as"),
        ({"Preference": "somebody nice"}, "Preference:"),
        ({"Preference": "A certain clinician", "Which clinician": "Nobody Atall"}, "nobody here is called"),
    ],
)
def test_a_cell_that_cannot_be_understood_is_said_and_not_taken(p, cells, sentence):
    rows = out(p)
    rows[0] |= cells
    page = words(back(p, rows))
    assert sentence in page and 'name="apply"' not in page


def test_the_workbook_comes_back_too(p):
    answer = signed_in(p.therapist).get(f"/departures/{p.departure.pk}/roster.xlsx")
    book = load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    column = list(sheets.COLUMNS).index("Preference") + 1
    sheet.cell(row=2, column=column).value = "Pause"
    file = BytesIO()
    book.save(file)
    page = signed_in(p.therapist).post(
        f"/departures/{p.departure.pk}/sheet/", {"file": SimpleUploadedFile("filled.xlsx", file.getvalue())}
    )
    assert len(page.context["differences"]) == 1


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("roster.xlsx", b"this is no workbook", "cannot be read"),
        ("roster.csv", b"\xff\xfe\x00", "cannot be read"),
        ("roster.csv", b"Name,Wish\r\nA,B\r\n", "lacks the column Row"),
        ("roster.csv", b"", "lacks the column Row"),
        ("roster.csv", b"x" * 2_000_001, "larger than 2 MB"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_in_words(p, name, data, sentence):
    file = SimpleUploadedFile(name, data or b" ")
    answer = signed_in(p.therapist).post(f"/departures/{p.departure.pk}/sheet/", {"file": file})
    assert answer.status_code == 422 and sentence in words(answer)


def test_a_cell_at_the_far_end_of_a_workbook_costs_nothing(p):
    book = Workbook(write_only=False)
    book.worksheets[0]["XFD1048576"] = "x"
    file = BytesIO()
    book.save(file)
    answer = signed_in(p.therapist).post(
        f"/departures/{p.departure.pk}/sheet/", {"file": SimpleUploadedFile("far.xlsx", file.getvalue())}
    )
    assert answer.status_code == 422
