from datetime import date, timedelta

import pytest

from lwg_intake.records.episodes import Ending, Run, Span, derive, spans
from lwg_intake.records.models import Episode
from tests.factories.records import AssignmentFactory, ClientFactory, TerminationFactory

D1 = date(2025, 1, 6)


def day(number):
    return D1 + timedelta(number)


CASES = {
    "no assignment": ([], [(1, 5)], []),
    "in care": ([(0, None)], [], [(0, None, None)]),
    "ended": ([(0, 50)], [(1, 50)], [(0, 50, 1)]),
    "over and no termination": ([(0, 50)], [], [(0, None, None)]),
    "a second service goes on": ([(0, 50), (10, None)], [(1, 50)], [(0, None, None)]),
    "the last of two services ends it": ([(0, 50), (10, 80)], [(1, 50), (2, 80)], [(0, 80, 2)]),
    "came back": ([(0, 50), (90, None)], [(1, 50)], [(0, 50, 1), (90, None, None)]),
    "changed clinician on the same day": ([(0, 50), (50, 80)], [(1, 50), (2, 80)], [(0, 80, 2)]),
    "came back the day after": ([(0, 50), (51, None)], [(1, 50)], [(0, 50, 1), (51, None, None)]),
    "a termination before anything began": ([(10, None)], [(1, 5)], [(10, None, None)]),
    "the note came after the removal": ([(0, 40)], [(1, 50)], [(0, 50, 1)]),
    "two endings, one episode": ([(0, 50)], [(1, 50), (2, 60)], [(0, 50, 1)]),
    "ended on the first day": ([(0, 0)], [(1, 0)], [(0, 0, 1)]),
}


@pytest.mark.parametrize(("runs", "endings", "wanted"), CASES.values(), ids=CASES)
def test_episodes_run_from_the_first_assignment_to_the_ending_that_leaves_none(runs, endings, wanted):
    found = spans(
        [Run(day(start), None if over is None else day(over)) for start, over in runs],
        [Ending(pk, day(on)) for pk, on in endings],
    )
    assert list(found) == [Span(day(s), None if e is None else day(e), t) for s, e, t in wanted]


@pytest.fixture
def ended(db):
    """A client whose only service was terminated, with the clinician still on the record."""
    termination = TerminationFactory(ended_on=day(50))
    AssignmentFactory(client=termination.client, clinician=termination.clinician, started_on=D1)
    derive()
    return termination


def test_a_terminated_assignment_is_over_though_it_stays_on_the_record(ended):
    assert Episode.objects.get().termination == ended


def test_deriving_again_touches_nothing(ended, django_assert_num_queries):
    before = Episode.objects.values().get()
    with django_assert_num_queries(6):
        derive([ended.client_id])
    assert Episode.objects.values().get() == before


def test_an_episode_follows_what_was_corrected_and_stays_itself(ended):
    before = Episode.objects.get()
    ended.client.assignments.update(started_on=day(-20))
    derive([ended.client_id])
    after = Episode.objects.get()
    assert (after.pk, after.started_on, after.ended_on) == (before.pk, day(-20), day(50))


def test_two_episodes_become_one_when_the_first_ending_falls_away(ended):
    AssignmentFactory(client=ended.client, started_on=day(90))
    derive([ended.client_id])
    assert Episode.objects.count() == 2
    ended.ended_on = day(95)
    ended.save()
    derive([ended.client_id])
    assert Episode.objects.get().ended_on is None


def test_only_the_clients_named_are_touched(db):
    one, other = AssignmentFactory(), AssignmentFactory()
    derive([one.client_id])
    assert [episode.client_id for episode in Episode.objects.all()] == [one.client_id]
    derive([])
    assert Episode.objects.count() == 1
    derive()
    assert Episode.objects.filter(client=other.client).exists()


def test_of_two_endings_on_one_day_the_graver_is_named(db):
    client = ClientFactory()
    grave = TerminationFactory(client=client, ended_on=day(50), category="D")
    plain = TerminationFactory(client=client, ended_on=day(50), category="none")
    for termination in (grave, plain):
        AssignmentFactory(client=client, clinician=termination.clinician, started_on=D1)
    derive([client.pk])
    assert Episode.objects.get().termination == grave
