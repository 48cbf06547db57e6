from datetime import date
from decimal import Decimal

import factory
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.records import models
from tests.factories.access import UserFactory


class ClinicianFactory(factory.django.DjangoModelFactory):
    """A full-time therapist in Maryland with places free, who takes the common payers there."""

    class Meta:
        model = models.Clinician

    ref = factory.Sequence(lambda n: f"CL-{n + 1:02}")
    first_name = "Naomi"
    last_name = factory.Sequence(lambda n: f"Clarke{n}")
    kind = "therapist"
    credentials = "LCPC"
    email = factory.LazyAttribute(lambda clinician: f"{clinician.ref.lower()}@example.org")
    states = factory.LazyFunction(lambda: ["MD"])
    payers = factory.LazyFunction(lambda: ["CareFirst BCBS", "Cigna", "Maryland Medicaid@MD"])
    services = factory.LazyFunction(lambda: ["therapy"])
    employment = "full_time"
    modality = "both"
    capacity = 50
    accepting_new = True


class ClientFactory(factory.django.DjangoModelFactory):
    """An adult in Maryland with everything on file that the front desk needs."""

    class Meta:
        model = models.Client

    ref = factory.Sequence(lambda n: f"LW-{n + 1:05}")
    first_name = "Ada"
    last_name = factory.Sequence(lambda n: f"Brightwater{n}")
    dob = date(1988, 3, 7)
    email = factory.LazyAttribute(lambda client: f"{client.ref.lower()}@example.com")
    phone = "(301) 555-0142"
    address = "7 Foxglove Terrace"
    city = "Rockville"
    state = "MD"
    postal_code = "20850"
    email_ok = True
    text_ok = True
    portal = "active"


class _Care(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    client = factory.SubFactory(ClientFactory)
    clinician = factory.SubFactory(ClinicianFactory)
    service = "therapy"


class AssignmentFactory(_Care):
    """Running; give `ended_on` for one that is over."""

    class Meta:
        model = models.Assignment

    started_on = date(2025, 1, 6)


class TerminationFactory(_Care):
    class Meta:
        model = models.Termination

    ended_on = date(2026, 1, 5)
    category = "none"
    ground = "Goals met"


class PlaceHoldFactory(_Care):
    class Meta:
        model = models.PlaceHold


class AppointmentFactory(_Care):
    """A kept session."""

    class Meta:
        model = models.Appointment

    ref = factory.Sequence(lambda n: f"AP-{n + 1:06}")
    starts_at = factory.LazyFunction(timezone.now)
    kind = "session"
    state = "kept"


class EpisodeFactory(factory.django.DjangoModelFactory):
    """Open. An ended one needs `ended_on` and `termination` both."""

    class Meta:
        model = models.Episode

    client = factory.SubFactory(ClientFactory)
    started_on = date(2025, 1, 6)


class RemovalFactory(factory.django.DjangoModelFactory):
    """Asked for, not yet done."""

    class Meta:
        model = models.Removal

    assignment = factory.SubFactory(AssignmentFactory)
    client = factory.SelfAttribute("assignment.client")
    asked_by = factory.SubFactory(UserFactory)


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Contact

    ref = factory.Sequence(lambda n: f"CT-{n + 1:06}")
    client = factory.SubFactory(ClientFactory)
    at = factory.LazyFunction(timezone.now)
    direction = "out"
    channel = "phone"
    outcome = "no_answer"


class InsurancePolicyFactory(factory.django.DjangoModelFactory):
    """Active, checked today."""

    class Meta:
        model = models.InsurancePolicy

    client = factory.SubFactory(ClientFactory)
    payer = "CareFirst BCBS"
    payer_class = "commercial"
    state = "MD"
    member_id = factory.Sequence(lambda n: f"CF{n + 1:07}")
    active = "yes"
    verified_on = factory.LazyFunction(dates.today)


class BalanceFactory(factory.django.DjangoModelFactory):
    """Nothing owed."""

    class Meta:
        model = models.Balance

    client = factory.SubFactory(ClientFactory)
    amount = Decimal("0.00")
    as_of = factory.LazyFunction(dates.today)


class ArrangementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Arrangement

    client = factory.SubFactory(ClientFactory)
    amount = Decimal("50.00")
    terms = "Ten dollars a month"
    made_by = factory.SubFactory(UserFactory)


class DocumentFactory(factory.django.DjangoModelFactory):
    """A signed form of the practice's."""

    class Meta:
        model = models.Document

    client = factory.SubFactory(ClientFactory)
    kind = "Consent for treatment"
    state = "signed"
    sent_on = date(2025, 1, 2)
    signed_on = date(2025, 1, 3)


class OmhcAssessmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.OmhcAssessment

    client = factory.SubFactory(ClientFactory)
    completed_on = date(2025, 1, 6)


class LegalHoldFactory(factory.django.DjangoModelFactory):
    """An open hold. The action sets the client's flag as well."""

    class Meta:
        model = models.LegalHold

    client = factory.SubFactory(ClientFactory)
    because = "A subpoena of the circuit court"
    set_by = factory.SubFactory(UserFactory)


class RecordDecisionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.RecordDecision

    client = factory.SubFactory(ClientFactory)
    outcome = "kept"
    because = "A sibling is under care"
    kept_until_on = date(2025, 1, 1)
    decided_by = factory.SubFactory(UserFactory)
