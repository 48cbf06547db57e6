"""The docs say what the code does."""

import pytest
from django.core.management import CommandError, call_command

from lwg_intake.desk import generated


def test_the_generated_parts_of_the_docs_agree_with_the_code():
    assert generated.outdated(write=False) == [], "run: uv run manage.py docs"


def test_a_page_that_differs_is_named_and_brought_up_to_date(tmp_path, monkeypatch, capsys):
    for part in generated.PARTS:
        (tmp_path / part.page).write_text((generated.FOLDER / part.page).read_text("utf-8"), "utf-8")
    roles = tmp_path / "roles.md"
    right = roles.read_text("utf-8")
    roles.write_text(right.replace("decide whether", "guess whether"), "utf-8")
    monkeypatch.setattr(generated, "FOLDER", tmp_path)
    with pytest.raises(CommandError, match=r"roles\.md"):
        call_command("docs", "--check")
    call_command("docs")
    assert roles.read_text("utf-8") == right
