"""What an event or a changed row says, in words."""

import pytest

from lwg_intake.audit.models import Event
from lwg_intake.desk.telling import Names, details, lines, row_line, sentence
from lwg_intake.desk.verbs import VERBS
from tests.factories.audit import RowChangeFactory


def test_each_verb_is_a_sentence_even_where_its_values_are_lacking():
    told = {verb: sentence(Event(verb=verb, values={})) for verb in VERBS}
    assert {verb: words for verb, words in told.items() if not words or "{" in words} == {}


def test_a_verb_without_words_of_its_own_is_told_by_itself():
    assert sentence(Event(verb="plan.sent_back", values={})) == "sent back the plan"


def test_a_number_is_told_as_a_number_and_a_yes_as_a_yes():
    event = Event(verb="client.changed", values={"fields": {"version": [1, 2], "email_ok": [None, True]}})
    assert details(event) == [("version", "1 → 2"), ("email ok", "nothing → yes")]


def test_a_list_of_two_is_told_as_a_list_and_a_pair_as_a_change():
    before, after = ({"roles": roles, "clinician": None} for roles in (["csr"], ["billing", "csr"]))
    event = Event(verb="person.changed", values={"before": before, "after": after})
    assert details(event) == [
        ("before", "roles csr, clinician nothing"),
        ("after", "roles billing, csr, clinician nothing"),
    ]
    event = Event(verb="suggestion.answered", values={"grounds": ["inactive", "misses"]})
    assert details(event) == [("grounds", "inactive, misses")]
    assert details(Event(verb="client.changed", values={"text_ok": [True, False]})) == [("text ok", "yes → no")]


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (["Bowie", "Laurel"], "Bowie → Laurel"),
        ([["csr"], ["csr", "billing"]], "csr → csr, billing"),
        ([["csr", "billing"], ["csr"]], "csr, billing → csr"),
        ([[], ["hold"]], "none → hold"),
        ([["risk", "hold"], None], "risk, hold → nothing"),
    ],
)
def test_a_column_of_a_row_is_told_before_and_after(pair, told):
    assert row_line(RowChangeFactory.build(changed={"flags": pair})).changed == [("flags", told)]


def test_a_day_and_a_moment_are_told_as_one_says_them():
    offered = Event(verb="offer.made", values={"until_at": "2026-11-29T10:34:58.498718+00:00"})
    assert sentence(offered) == "offered a place until Nov 29, 2026, 5:34 AM"
    looked = Event(verb="trail.opened", values={"asked": {"from": "2026-11-26", "until": "2026-11-27"}})
    assert details(looked) == [("asked", "from Nov 26, 2026, until Nov 27, 2026")]
    assert details(Event(verb="caseload.swept", values={"day": "2026-11-26"}))[0] == ("day", "Nov 26, 2026")


@pytest.mark.parametrize(("count", "words"), [(1, "1 client"), (3, "3 clients")])
def test_one_client_is_no_plural(count, words):
    assert sentence(Event(verb="calls.opened", values={"clients": count})) == f"looked at the call list: {words}"


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("client.viewed", ["a", "list"]), ("client.viewed", "words"), ("client.viewed", 7),
        ("trail.viewed", {"asked": {"person": "who"}}), ("trail.viewed", {"asked": ["person"]}),
        ("client.changed", {"clinician": ["not", "hashed"]}),
    ],
)  # fmt: skip
def test_an_event_that_the_program_never_wrote_is_shown_as_it_stands(verb, values):
    (line,) = lines([Event(verb=verb, values=values)], Names(), {})
    assert (line.what, line.details) == (verb, [("not as the program writes it", str(values))])


def test_a_row_change_that_no_trigger_wrote_is_shown_as_it_stands():
    assert row_line(RowChangeFactory.build(changed=["a", "list"])).changed == [("holds", "a → list")]
