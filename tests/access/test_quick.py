"""Dates in pages, as Django's own filter writes them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import engines
from django.template.defaultfilters import date as as_django

from lwg_intake import dates

ROOT = Path(__file__).resolve().parents[2]
PATTERNS = sorted({
    pattern for page in (ROOT / "templates").rglob("*") if page.is_file()
    for pattern in re.findall(r'\|date:"([^"]+)"', page.read_text())
})  # fmt: skip
# Both sides of midnight in Maryland, of noon, and of the clocks' change; one digit and two.
MOMENTS = [
    datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    datetime(2026, 7, 1, 3, 59, tzinfo=UTC), datetime(2026, 7, 1, 4, 0, tzinfo=UTC),
    datetime(2026, 11, 26, 16, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 5, tzinfo=UTC),
]  # fmt: skip


def drawn(value: object, pattern: str) -> str:
    return engines["django"].from_string('{{ value|date:"' + pattern + '" }}').render({"value": value})


@pytest.mark.parametrize("pattern", [pattern for pattern in PATTERNS if pattern != "c"])
def test_a_moment_is_written_as_django_writes_it(pattern: str) -> None:
    for moment in MOMENTS:
        assert drawn(moment, pattern) == as_django(dates.local(moment), pattern)


def test_a_moment_for_the_browser_names_its_clock() -> None:
    assert drawn(MOMENTS[2], "c") == "2026-06-30T23:59:00-0400"


def test_a_day_is_written_and_none_is_nothing() -> None:
    assert drawn(date(1988, 3, 7), "M j, Y") == "Mar 7, 1988"
    assert drawn(None, "M j, Y") == drawn("", "M j, Y") == drawn("soon", "M j, Y") == ""
