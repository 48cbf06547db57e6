"""What a front desk types, and whom it must find."""

from __future__ import annotations

import pytest

from lwg_intake.records.search import answer
from lwg_intake.records.search_terms import read
from tests.records.searching import TODAY, refs

pytestmark = pytest.mark.django_db


FOUND = [
    # Names: parts, order, case, beginnings.
    ("smith", "C-1001"),
    ("SMITH, Catherine", "C-1001"),
    ("catherine smith", "C-1001"),
    ("cath sm", "C-1001"),
    ("c smith", "C-1001"),
    ("Smyth, C.", "C-1001"),
    ("m g lopez", "C-1002"),
    ("mari", "C-1002"),
    ("kow", "C-1004"),
    # Accents, hyphens, apostrophes, gaps.
    ("maria garcia", "C-1002"),
    ("lopez", "C-1002"),
    ("garcia-lopez", "C-1002"),
    ("GARCIALOPEZ maria", "C-1002"),
    ("sean obrien", "C-1003"),
    ("o'brien", "C-1003"),
    ("O’Brien", "C-1003"),
    ("o brien", "C-1003"),
    ("Garci\u0301a", "C-1002"),
    ("nguyen thimai", "C-1005"),
    ("de la cruz", "C-1006"),
    ("delacruz", "C-1006"),
    # Misspelt: letter changed, lost, doubled, swapped.
    ("smoth", "C-1001"),
    ("wachuku", "C-1009"),
    ("cathrine smith", "C-1001"),
    ("kowalzcyk", "C-1004"),
    ("kovalchyk", "C-1004"),
    ("garcia maira", "C-1002"),
    ("5mith", "C-1001"),
    ("0'brien", "C-1003"),
    ("garc1a-1opez", "C-1002"),
    # Nicknames, and names that nicknames stand for.
    ("cathy smith", "C-1001"),
    ("kate smith", "C-1001"),
    ("joseph kowalczyk", "C-1004"),
    ("kathy smyth", "C-1001"),
    ("kathie smith", "C-1001"),
    ("kathie", "C-1001"),
    ("sullivan", "C-1008"),
    ("siobhan o'sullivan", "C-1008"),
    ("bill", "C-1009"),
    # As one says it.
    ("Mrs. Smith", "C-1001"),
    ("smith, dob 3/7/88", "C-1001"),
    ("Catherine Smith Jr.", "C-1001"),
    ("iii smith catherine", "C-1001"),
    # Misheard.
    ("Katherine Smyth", "C-1001"),
    ("sean obryan", "C-1003"),
    # A middle name that the record lacks.
    ("Catherine Ann Smith", "C-1001"),
    ("Smith, Catherine Ann", "C-1001"),
    # Another name since a marriage, but the date or the number of before; one half of a double name.
    ("catherine abernathy 3/7/1988", "C-1001"),
    ("maria garcia perez", "C-1002"),
    ("brien-o'brien sean", "C-1003"),
    ("kowalczyk-jones", "C-1004"),
    ("abernathy 410-555-0123", "C-1001"),
    ("client C-1003", "C-1003"),
    ("mail: cat.smith@example.com", "C-1001"),
    # In letters of its own.
    ("محمد", "C-1007"),
    ("علي محمد", "C-1007"),
    # Telephone, in any notation, whole or in part.
    ("410 555 0123", "C-1001"),
    ("(410) 555-0123", "C-1001"),
    ("+1 (410) 555.0123", "C-1001"),
    ("14105550123", "C-1001"),
    ("555-0123", "C-1001"),
    ("0123", "C-1001"),
    ("410555", "C-1001"),
    ("0388", "C-1002"),
    ("443-555-0999", "C-1004"),
    ("410-555-0123 x12", "C-1001"),
    ("(410) 555-0123 ext. 5", "C-1001"),
    ("4105550123#7", "C-1001"),
    ("001 410 555 0123", "C-1001"),
    ("+44 410 555 0123", "C-1001"),
    ("\u202a+1 (410) 555\u20110123\u202c", "C-1001"),
    ("410/555/0123", "C-1001"),
    ("(410)/555-0123", "C-1001"),
    ("410/555-0123", "C-1001"),
    ("555/0123", "C-1001"),
    ("last four 0123", "C-1001"),
    ("last 4 digits: 0123", "C-1001"),
    ("Phone: (410) 555-0123", "C-1001"),
    ("cell no. 410 555 0123", "C-1001"),
    ("0177", "C-1007"),
    ("202 555 0177", "C-1007"),
    # Date of birth.
    ("3/7/88", "C-1001"),
    ("03-07-1988", "C-1001"),
    ("1988-03-07", "C-1001"),
    ("March 7 1988", "C-1001"),
    ("Mar. 7th, 1988", "C-1001"),
    ("7 March 1988", "C-1001"),
    ("03071988", "C-1001"),
    ("19880307", "C-1001"),
    ("2/29/12", "C-1004"),
    ("1988-03", "C-1001"),
    ("3 7 88", "C-1001"),
    ("3/1988", "C-1001"),
    ("smith, March 1988", "C-1001"),
    ("dob 3/7/88", "C-1001"),
    ("3 / 7 / 88", "C-1001"),
    ("born 3/7/88", "C-1001"),
    ("birthday 3/7/88", "C-1001"),
    ("birthdate: 3/7/88", "C-1001"),
    ("date of birth 3/7/88", "C-1001"),
    ("born on March 7th, 1988", "C-1001"),
    ("March, 7 1988", "C-1001"),
    ("March the 7th, 1988", "C-1001"),
    ("1988 March 7", "C-1001"),
    ("the 7th of March 1988", "C-1001"),
    ("born on the 7th of March 1988", "C-1001"),
    ("decmber 1 1990", "C-1002"),
    ("decembre 1st, 1990", "C-1002"),
    ("1 deceber 1990", "C-1002"),
    ("march 7", "C-1001"),
    ("smith 3/7", "C-1001"),
    ("3/7 catherine", "C-1001"),
    ("smith 3-7", "C-1001"),
    ("march '88", "C-1001"),
    ("the 7th of march", "C-1001"),
    ("smith, born March 7", "C-1001"),
    ("mar 7", "C-1001"),
    ("smith, mar. 7th", "C-1001"),
    ("may 30th", "C-1003"),
    ("the 30th of may", "C-1003"),
    ("3.7", "C-1001"),
    ("smith 88", "C-1001"),
    ("catherine smith '88", "C-1001"),
    ("smith born 88", "C-1001"),
    # E-mail and record number.
    ("cat.smith@example.com", "C-1001"),
    ("CAT.SMITH@", "C-1001"),
    ("cat.smith", "C-1001"),
    ("Cat.Smi", "C-1001"),
    ("mum@example.org", "C-1004"),
    ("C-1003", "C-1003"),
    ("c1003", "C-1003"),
    ("1003", "C-1003"),
    ("C 1003", "C-1003"),
    ("c - 1003", "C-1003"),
    ("client 1003", "C-1003"),
    ("record 1003", "C-1003"),
    ("Record no. C 1003", "C-1003"),
    ("No. 1003", "C-1003"),
    ("LW 20130", "LW-20130"),
    ("Lw - 20130", "LW-20130"),
    ("record lw 20130", "LW-20130"),
    ("ng 0145", "LW-20130"),
    # Two things at once.
    ("smith 0123", "C-1001"),
    ("smith 555/0123", "C-1001"),
    ("smith last four 0123", "C-1001"),
    ("smith, last 4 0123", "C-1001"),
    ("smith ending in 0123", "C-1001"),
    ("maria 0388", "C-1002"),
    ("garcia 1990-12-01", "C-1002"),
    ("garcia 1990", "C-1002"),
    # Three at once.
    ("smith 0123 1988", "C-1001"),
    ("smith 555-0123 1988", "C-1001"),
    ("smith (410) 555-0123 1988", "C-1001"),
    ("smith 1988 0123", "C-1001"),
    ("1988 (410) 555-0123 smith", "C-1001"),
    ("smith, catherine 0123 1988", "C-1001"),
    ("smith 0123 3/7/88", "C-1001"),
    ("smith 3 7 1988", "C-1001"),
    ("obrien 5/30/71", "C-1003"),
    ("smyth 3/7/88", "C-1001"),
]


def test_finds(people: None) -> None:
    found = {text: refs(text)[:1] for text, _ in FOUND}
    assert {text: (found[text], ref) for text, ref in FOUND if found[text] != [ref]} == {}


NOBODY = [
    "", " ", "s", "%", "_", "%%%", "''", '"', "\\", "\0", "\0\0ab\0", "--", "'; DROP TABLE records_client; --", "(((",
    "x" * 10_000, "a " * 500, "9" * 500, "2/30/1988", "99/99/9999", "0000-00-00", "@", "@@", "\ud800\udfff", "💥💥",
    "مرحبا", "%s %(a)s {0}", "3/", "3/7/", "xqzxqz 0124", "xqzxqz 3/8/88", "xqzxqz wvwvwv",
    "\u0301\u0301",
]  # fmt: skip


def test_what_means_nobody_finds_nobody_and_never_fails(people: None) -> None:
    assert [text for text in NOBODY if refs(text)] == []


@pytest.mark.parametrize("text", ["smith last four 0123", "smith ending 0123", "record C-1001", "smith, born 3/7/88",
                                  "smith, phone 410-555-0123", "number 1001"])  # fmt: skip
def test_what_only_announces_a_fact_is_not_sought(people: None, text: str) -> None:
    found = answer(read(text, TODAY), user=None)
    assert ([hit.ref for hit in found.hits], found.nearly) == (["C-1001"], False)


def test_a_two_digit_year_is_never_to_come() -> None:
    assert read("12/25/26", TODAY)[0].ways[0].key == "1926-12-25"
    assert read("11/22/26", TODAY)[0].ways[0].key == "2026-11-22"


@pytest.mark.parametrize("text", ["march 32", "february 30", "31st of september"])
def test_a_day_that_is_in_no_year_is_none(text: str) -> None:
    assert read(text, TODAY)[0].ways == ()


@pytest.mark.parametrize("text", ["marco 1986", "0162 marco 1986", "may 22", "april 12", "may 5551", "mary 5"])
def test_a_name_that_is_like_a_month_is_a_name(text: str) -> None:
    assert "name" in {term.shape for term in read(text, TODAY)}


def test_a_two_digit_year_beside_a_name_is_the_latest_begun() -> None:
    for text, year in (("smith 26", "2026"), ("smith 27", "1927")):
        assert [way.key for way in read(text, TODAY)[0].ways if way.kind == "dob"] == [year]
