from datetime import timedelta

import factory
from django.utils import timezone

from caseload import models
from lwg_intake import dates
from lwg_intake.records.models import Handover
from tests.factories.access import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.records import AssignmentFactory, ClinicianFactory


class SuggestionFactory(factory.django.DjangoModelFactory):
    """An open suggestion: unseen and not in contact for 30 days."""

    class Meta:
        model = models.Suggestion

    assignment = factory.SubFactory(AssignmentFactory)
    ground = "inactive"
    opened_on = factory.LazyFunction(dates.today)
    evidence = factory.LazyFunction(lambda: {"days_unseen": 30, "days_without_contact": 30})


class SnoozeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Snooze

    assignment = factory.SubFactory(AssignmentFactory)
    ground = "inactive"
    until_on = factory.LazyFunction(lambda: dates.today() + timedelta(days=30))
    because = "Travelling until next month"
    by = factory.SubFactory(UserFactory)


class DeadlineLetterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.DeadlineLetter

    assignment = factory.SubFactory(AssignmentFactory)
    deadline_on = factory.LazyFunction(lambda: dates.today() + timedelta(days=14))
    written_by = factory.SubFactory(UserFactory)


class SweepFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Sweep

    judged_on = factory.LazyFunction(dates.today)
    opened = 1
    withdrawn = 0
    guarded = 0
    seconds = 0.4
    statements = 9


class ClosureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Closure

    assignment = factory.SubFactory(AssignmentFactory)
    case = factory.SubFactory(CaseFactory, procedure="closing", client=factory.SelfAttribute("..assignment.client"))
    grounds = factory.LazyFunction(lambda: ["inactive"])


class HandoverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Handover

    kind = "reassign"
    assignment = factory.SubFactory(AssignmentFactory)
    because = "Wants evenings"
    asked_by = factory.SubFactory(UserFactory)


class BackfillEntryFactory(factory.django.DjangoModelFactory):
    """Still waiting, and able to come at any time."""

    class Meta:
        model = models.BackfillEntry

    assignment = factory.SubFactory(AssignmentFactory)
    added_by = factory.SubFactory(UserFactory)


class FreedPlaceFactory(factory.django.DjangoModelFactory):
    """Entered by hand, three days ahead, and still free."""

    class Meta:
        model = models.FreedPlace

    clinician = factory.SubFactory(ClinicianFactory)
    starts_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3))
    entered_by = factory.SubFactory(UserFactory)


class CalendarFeedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.CalendarFeed

    account = factory.SubFactory(UserFactory)
