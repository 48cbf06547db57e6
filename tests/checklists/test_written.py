"""What people wrote on a case, as read in one statement, is what the models give."""

import pytest

from lwg_intake.checklists.written import MOST_ENTRIES, written
from tests.factories.cases import CaseFactory, DraftFactory, EntryFactory, QuestionFactory, TickFactory
from tests.records.test_snapshot import values

pytestmark = pytest.mark.django_db


def test_every_column_comes_as_the_models_give_it() -> None:
    case = CaseFactory()
    TickFactory(case=case, step="ending", fields={"summary": "Zoë said: “50%”", "n": 1.5, "list": []}, policy={"a": 1})
    QuestionFactory(case=case)
    answered = QuestionFactory(case=case)
    answered.answer, answered.answered_by, answered.answered_at = "Yes.", answered.asked_by, answered.asked_at
    answered.save()
    EntryFactory(case=case, fields={"category": "C"})
    DraftFactory(case=case, fields={"summary": "half"})

    seen = written(case)

    for name, rows in (
        ("ticks", case.ticks.all()),
        ("questions", case.questions.all()),
        ("entries", case.entries.all()),
        ("drafts", case.drafts.all()),
    ):
        assert rows, name
        assert [values(row) for row in getattr(seen, name)] == [values(row) for row in rows], name
    assert str(seen.ticks[0].by) == str(case.ticks.get().by)
    assert str(seen.entries[0].by) == str(case.entries.get().by)
    assert [str(q.answered_by) for q in seen.questions] == ["None", str(answered.answered_by)]


def test_of_a_long_history_the_newest_come_first() -> None:
    case = CaseFactory()
    for number in range(MOST_ENTRIES + 2):
        EntryFactory(case=case, words=f"no. {number}")
    words = [entry.words for entry in written(case).entries]
    assert (len(words), words[0], words[-1]) == (MOST_ENTRIES, f"no. {MOST_ENTRIES + 1}", "no. 2")


def test_nothing_written_and_another_cases_rows_stay_out(django_assert_num_queries) -> None:
    for factory in (TickFactory, QuestionFactory, EntryFactory, DraftFactory):
        factory()
    case = CaseFactory()
    with django_assert_num_queries(1):
        seen = written(case)
    assert (seen.ticks, seen.questions, seen.entries, seen.drafts) == ([], [], [], [])
