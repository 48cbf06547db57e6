"""Tables out: no cell acts as a formula, in whatever program it is opened."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from lwg_intake.files import as_csv, as_xlsx

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://example.com")']
PLAIN = ["Ana Lima", "O'Brien, Zoë", "two\nlines", 'a "quoted" word', "1-2", "", "'=1"]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes):
    return list(load_workbook(BytesIO(content)).active.iter_rows())


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_text(text):
    assert read_csv(as_csv([[text]])) == [["'" + text]]
    (cell,) = read_xlsx(as_xlsx([[text]], "Sheet"))[0]
    assert cell.data_type != "f"
    assert str(cell.value).startswith("'")


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_comes_back_as_it_was(text):
    assert read_csv(as_csv([[text, "x"]])) == [[text, "x"]]
    assert (read_xlsx(as_xlsx([[text, "x"]], "Sheet"))[0][0].value or "") == text


def test_a_csv_says_that_it_is_utf_8_so_that_excel_reads_it_as_such():
    assert as_csv([["Zoë"]]).startswith(b"\xef\xbb\xbf")


def test_a_character_that_no_sheet_can_hold_is_left_out():
    assert read_xlsx(as_xlsx([["a\x00b\x1fc"]], "Sheet"))[0][0].value == "abc"


def test_a_number_stays_the_text_that_it_was():
    (cell,) = read_xlsx(as_xlsx([["007"]], "Sheet"))[0]
    assert (cell.data_type, cell.value) == ("s", "007")
