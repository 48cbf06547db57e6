from datetime import timedelta

import factory
from django.utils import timezone

from lwg_intake import dates
from reassignment.models import Offer, Reassignment
from tests.factories.access import UserFactory
from tests.factories.cases import CaseFactory
from tests.factories.records import AssignmentFactory, PlaceHoldFactory


class ReassignmentFactory(factory.django.DjangoModelFactory):
    """A client's own request, just begun. `old_assignment__client=…` reaches the client."""

    class Meta:
        model = Reassignment

    old_assignment = factory.SubFactory(AssignmentFactory)
    old_clinician = factory.SelfAttribute("old_assignment.clinician")
    client = factory.SelfAttribute("old_assignment.client")
    case = factory.SubFactory(
        CaseFactory, procedure="reassignment", client=factory.SelfAttribute("..old_assignment.client"),
        assignment=factory.SelfAttribute("..old_assignment"),
    )  # fmt: skip
    service = factory.SelfAttribute("old_assignment.service")
    reason = "fit"
    asked_on = factory.LazyFunction(dates.today)


class OfferFactory(factory.django.DjangoModelFactory):
    """Open for three days."""

    class Meta:
        model = Offer

    reassignment = factory.SubFactory(ReassignmentFactory, stage="waitlist", case__status="waitlist")
    hold = factory.SubFactory(
        PlaceHoldFactory,
        client=factory.SelfAttribute("..reassignment.client"),
        service=factory.SelfAttribute("..reassignment.service"),
    )
    made_by = factory.SubFactory(UserFactory)
    until_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3))
