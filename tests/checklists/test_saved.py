"""Saved views: a person's own names for sets of filters, on either tracker."""

import pytest
from django.urls import reverse

from lwg_intake.checklists import saved
from lwg_intake.checklists.models import SavedView
from lwg_intake.errors import NotThere, Refusal
from tests.factories.access import UserFactory
from tests.factories.cases import SavedViewFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def csr():
    return UserFactory()


@pytest.mark.parametrize("tracker", ["tracker", "reassign-tracker"])
def test_filters_are_kept_under_a_name_and_come_back_with_a_click(csr, client, tracker):
    client.force_login(csr)
    sent = {"tracker": tracker, "name": "Blocked", "query": "service=therapy&page=3"}
    answer = client.post(reverse("view-save"), sent, follow=True)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<a href="?service=therapy" aria-current="true">Blocked</a>' in page
    assert SavedView.objects.get().query == "service=therapy"


def test_the_same_name_again_replaces_the_filters(csr):
    for query in ("category=A", "category=B"):
        saved.save_view(tracker="tracker", name="Mine ", query=query, by=csr)
    assert SavedView.objects.get().query == "category=B"


@pytest.mark.parametrize(
    ("name", "query", "why"),
    [(" ", "category=A", "a name"), ("Mine", "", "Set a filter"), ("n" * 61, "category=A", "too long")],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(csr, name, query, why):
    with pytest.raises(Refusal, match=why):
        saved.save_view(tracker="tracker", name=name, query=query, by=csr)


def test_twenty_views_are_enough(csr):
    for number in range(saved.MOST):
        SavedViewFactory(by=csr, name=f"View {number}")
    with pytest.raises(Refusal, match="Delete one first"):
        saved.save_view(tracker="tracker", name="One more", query="category=A", by=csr)


def test_nobody_sees_or_deletes_anothers_view(csr, client):
    other = SavedViewFactory(name="Not yours")
    client.force_login(csr)
    assert "Not yours" not in client.get(reverse("tracker")).content.decode()
    with pytest.raises(NotThere):
        saved.forget_view(view_id=other.pk, by=csr)
    mine = SavedViewFactory(by=csr)
    client.post(reverse("view-forget", args=[mine.pk]))
    assert list(SavedView.objects.all()) == [other]
