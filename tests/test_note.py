"""What somebody typed, as a sentence of the interaction note."""

import pytest

from lwg_intake.placement.note import sentence


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Wants mornings", "Wants mornings."),
        (" Wants mornings. ", "Wants mornings."),
        ("May she stay?", "May she stay?"),
        ("At last!", "At last!"),
    ],
)
def test_it_ends_once(typed, written):
    assert sentence(typed) == written
