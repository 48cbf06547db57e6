"""A row read plainly is the row that the ORM reads."""

import pytest
from django.forms import model_to_dict

from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.rows import one
from tests.factories.access import UserFactory
from tests.factories.cases import CaseFactory

pytestmark = pytest.mark.django_db


def test_it_holds_the_same_in_every_column():
    case = CaseFactory(opened_by=UserFactory(roles=["csr", "manager"]))
    tick = Tick.objects.create(case=case, step="ending", outcome="done", fields={"on": "é"}, by=case.opened_by)
    for row in (case.opened_by, case, tick):
        read = one(type(row), "id", row.pk)
        assert read == row and model_to_dict(read) == model_to_dict(type(row).objects.get(pk=row.pk))
        assert (read._state.adding, read._state.db) == (False, "default")
    assert one(Tick, "case_id", case.pk) == tick


def test_what_is_not_there_is_said_as_everywhere():
    with pytest.raises(User.DoesNotExist):
        one(User, "id", 0)
    with pytest.raises(Case.DoesNotExist):
        one(Case, "id", None)
