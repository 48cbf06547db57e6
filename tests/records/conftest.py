from datetime import date

import pytest

from tests.records.searching import add
from tests.returning.conftest import practice

__all__ = ["practice"]


@pytest.fixture
def people() -> None:
    add("C-1001", "Catherine Smith", dob=date(1988, 3, 7), phone="(410) 555-0123", email="cat.smith@example.com")
    add("C-1002", "María García-López", dob=date(1990, 12, 1), phone="+1 301 555 0388", preferred_name="Mari")
    add("C-1003", "Seán O'Brien", dob=date(1971, 5, 30), phone="240.555.4471")
    add(
        "C-1004", "Jo Kowalczyk", dob=date(2012, 2, 29), guardian_phone="443-555-0999", guardian_email="mum@example.org"
    )
    add("C-1005", "Thị-Mai Nguyễn", dob=date(2001, 8, 9), phone="7035550100")
    add("C-1006", "Gulnara De la Cruz", dob=None)
    add("C-1007", "محمد علي", phone="(202) 555-0177 ext. 12")
    add("C-1008", "Siobhán Ó Súilleabháin")
    add("C-1009", "Wilhelmina Nwachukwu")
    add("LW-20130", "Wai Ng", phone="(202) 555-0145")
