"""Nine in ten of what callers say must find their client among the first three. The bench asks the same of 500,000."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.calls import KINDS, Call, calls, plain, share_found
from bench.names import Person, people
from bench.practice import put
from lwg_intake.records.search import find
from tests.owner import as_owner

EACH = 12


@pytest.fixture(scope="module")
def register() -> list[Person]:
    return people(6_000)


@pytest.fixture(scope="module")
def asked(register: list[Person]) -> list[Call]:
    return calls(register, EACH * len(KINDS))


def test_the_list_is_long_enough_and_always_the_same(register: list[Person], asked: list[Call]) -> None:
    assert len(asked) >= 300
    assert asked == calls(register, len(asked))
    assert set(Counter(call.kind for call in asked).values()) == {EACH}


def test_what_a_query_means_is_true_of_few_and_faults_are_made(register: list[Person], asked: list[Call]) -> None:
    names = {person.ref: plain(f"{person.first_name} {person.last_name}") for person in register}
    assert all(1 <= len(call.means) <= 3 for call in asked)
    slips = [call for call in asked if call.kind == "slip in both"]
    assert all(plain(call.text) not in {names[ref] for ref in call.means} for call in slips)


@pytest.mark.django_db
def test_nine_in_ten_are_found_among_the_first_three(register: list[Person], asked: list[Call]) -> None:
    put(register)
    with as_owner() as cursor:
        cursor.execute("ANALYZE records_searchkey, records_searchword")
    answers = [[hit.ref for hit in find(call.text, user=None)] for call in asked]
    missed = [(c.kind, c.text) for c, answer in zip(asked, answers, strict=True) if not c.means & set(answer[:3])]
    assert share_found(asked, answers) >= 0.9, missed
    assert max(Counter(kind for kind, _ in missed).values(), default=0) <= EACH // 3, missed
