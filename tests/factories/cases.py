import factory

from lwg_intake import dates
from lwg_intake.checklists import models
from returning.models import Return
from tests.factories.access import UserFactory
from tests.factories.records import ClientFactory


class CaseFactory(factory.django.DjangoModelFactory):
    """An open return. Give `status`, with `closed_by` and `closed_at`, for one that is over."""

    class Meta:
        model = models.Case

    procedure = "returning"
    procedure_version = 1
    client = factory.SubFactory(ClientFactory)
    opened_by = factory.SubFactory(UserFactory)


class ReturnFactory(factory.django.DjangoModelFactory):
    """An open return with its case. `case__client=…`, `case__status=…` and the like reach the case."""

    class Meta:
        model = Return

    case = factory.SubFactory(CaseFactory)
    asked_on = factory.LazyFunction(dates.today)


class TickFactory(factory.django.DjangoModelFactory):
    """A past-records step that is done, with an ending that is none of A to D."""

    class Meta:
        model = models.Tick

    case = factory.SubFactory(CaseFactory)
    step = "ending"
    outcome = "done"
    fields = factory.LazyFunction(lambda: {"category": "none", "severe": False, "summary": ""})
    wording = "Past records"
    by = factory.SelfAttribute("case.opened_by")


class EntryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Entry

    case = factory.SubFactory(CaseFactory)
    deed = "started"
    words = "Started."
    by = factory.SelfAttribute("case.opened_by")


class DraftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Draft

    case = factory.SubFactory(CaseFactory)
    step = "ending"
    by = factory.SelfAttribute("case.opened_by")


class QuestionFactory(factory.django.DjangoModelFactory):
    """To billing, not answered yet."""

    class Meta:
        model = models.Question

    case = factory.SubFactory(CaseFactory)
    step = "balance"
    to = "billing"
    text = "Is this settled?"
    asked_by = factory.SelfAttribute("case.opened_by")


class SavedViewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.SavedView

    by = factory.SubFactory(UserFactory)
    tracker = "tracker"
    name = "Mine, blocked"
    query = "stage=blocked_balance"
