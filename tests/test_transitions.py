"""A status changes by the table of moves beside it, and only from what was read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lwg_intake.checklists.models import Case
from lwg_intake.errors import Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Removal
from lwg_intake.transitions import diagram, move
from tests.factories.access import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.records import RemovalFactory

TABLES = (Case, Removal, Message)


@pytest.mark.parametrize("model", TABLES)
def test_every_status_has_its_moves_and_every_move_leads_to_a_status(model):
    assert set(model.MOVES) == set(model.Status)
    assert {to for targets in model.MOVES.values() for to in targets} <= set(model.Status)


@pytest.mark.django_db
@pytest.mark.parametrize("here", Case.Status)
def test_a_case_moves_where_the_table_says_and_nowhere_else(here):
    over = {} if here in Case.OPEN else {"closed_by": UserFactory(), "closed_at": timezone.now()}
    for to in Case.Status:
        case = CaseFactory(status=here, **over)
        if to in Case.MOVES[here]:
            move(case, to)
        else:
            with pytest.raises(Refusal, match="cannot become|already"):
                move(case, to)
        stored = Case.objects.get(pk=case.pk)
        assert stored.status == case.status == (to if to in Case.MOVES[here] else here)


@pytest.mark.django_db
def test_a_refused_move_says_in_words_what_it_is_and_cannot_become():
    removal = RemovalFactory(status="withdrawn")
    with pytest.raises(Refusal, match="This is withdrawn and cannot become done."):
        move(removal, Removal.Status.DONE)


@pytest.mark.django_db
def test_the_second_who_moves_a_status_is_told():
    first, second = (Removal.objects.get(pk=pk) for pk in [RemovalFactory().pk] * 2)
    move(first, Removal.Status.WITHDRAWN)
    with pytest.raises(Stale):
        move(second, Removal.Status.DONE)
    assert (Removal.objects.get().status, second.status) == ("withdrawn", "asked")


@pytest.mark.django_db
def test_a_case_that_changed_since_it_was_read_does_not_move():
    """Also where its status is the same: what was judged may no longer hold."""
    read = CaseFactory()
    Case.objects.filter(pk=read.pk).update(version=read.version + 1)
    with pytest.raises(Stale):
        move(read, Case.Status.WAITLIST)


@pytest.mark.django_db
def test_a_move_sets_what_goes_with_it_in_one_statement(django_assert_num_queries):
    case, by, at = CaseFactory(), UserFactory(), timezone.now() + timedelta(seconds=1)
    with django_assert_num_queries(1):
        move(case, Case.Status.WITHDREW, closed_by=by, closed_at=at)
    stored = Case.objects.get()
    assert (stored.status, stored.closed_by, stored.closed_at, stored.version) == ("withdrew", by, at, case.version)


def test_the_diagram_shows_every_move_and_every_end():
    assert diagram(Removal).splitlines() == [
        "stateDiagram-v2",
        "    asked --> done",
        "    asked --> withdrawn",
        "    done --> [*]",
        "    withdrawn --> [*]",
    ]
