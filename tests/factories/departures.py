from datetime import timedelta

import factory

from lwg_intake import dates
from reassignment import models
from tests.factories.access import UserFactory
from tests.factories.records import AssignmentFactory, ClinicianFactory, ContactFactory


class DepartureFactory(factory.django.DjangoModelFactory):
    """A resignation with nine days' notice."""

    class Meta:
        model = models.Departure

    clinician = factory.SubFactory(ClinicianFactory)
    kind = "resignation"
    notice_on = factory.LazyFunction(dates.today)
    last_day = factory.LazyFunction(lambda: dates.today() + timedelta(days=9))
    opened_by = factory.SubFactory(UserFactory)


class MailingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Mailing

    departure = factory.SubFactory(DepartureFactory)
    options = "Another clinician here."
    reply_by_on = factory.LazyFunction(lambda: dates.today() + timedelta(days=5))
    started_by = factory.SubFactory(UserFactory)


class RosterRowFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RosterRow

    departure = factory.SubFactory(DepartureFactory)
    assignment = factory.SubFactory(AssignmentFactory, clinician=factory.SelfAttribute("..departure.clinician"))
    changed_by = factory.SubFactory(UserFactory)
    changed = "Put on the roster from the record"


class RosterChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RosterChange

    row = factory.SubFactory(RosterRowFactory)
    version = 1
    what = "Put on the roster from the record"
    by = factory.SubFactory(UserFactory)


class AttemptFactory(factory.django.DjangoModelFactory):
    """A call that nobody answered."""

    class Meta:
        model = models.Attempt

    row = factory.SubFactory(RosterRowFactory)
    rung = "call"
    outcome = "no_answer"
    contact = factory.SubFactory(ContactFactory, client=factory.SelfAttribute("..row.assignment.client"))
    by = factory.SubFactory(UserFactory)
