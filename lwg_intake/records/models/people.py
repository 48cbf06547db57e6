from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from lwg_intake import dates
from lwg_intake.access.roles import Can
from lwg_intake.records.models.checks import each_of, one_of
from lwg_intake.records.rules import ClientStatus, ClinicianKind, Employment, Flag, Modality, Portal, Service

if TYPE_CHECKING:
    from lwg_intake.access.models import User


def words(**options: Any) -> ArrayField:
    """A list of short texts, as the import files separate them with ";". Empty means unknown."""
    return ArrayField(models.CharField(max_length=120), default=list, blank=True, **options)


def named(first_name: str, last_name: str, credentials: str) -> str:
    """How a clinician is called everywhere: Dana Osei, LCPC."""
    return f"{first_name} {last_name}, {credentials}" if credentials else f"{first_name} {last_name}"


class ClinicianQuerySet(models.QuerySet["Clinician"]):
    def staying(self, on: date | None = None) -> ClinicianQuerySet:
        """Who has no last day, or one that has not passed on a day, today unless told."""
        return self.filter(Q(last_day__isnull=True) | Q(last_day__gte=on or dates.today()))


class Clinician(models.Model):
    """A therapist or prescriber. An empty value is unknown, and an unknown value excludes nobody from a match."""

    ref = models.CharField(max_length=40, unique=True)
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=ClinicianKind.choices)
    credentials = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    states = words()
    payers = words(help_text='"Payer", or "Payer@STATE" where it is taken in that state only.')
    services = words()
    specialties = words()
    languages = words()
    ages = words(help_text='Such as "13-17" or "18+".')
    openings = words(help_text='Times still free, such as "Tue 10:00".')
    gender = models.CharField(max_length=40, blank=True)
    modality = models.CharField(max_length=20, choices=Modality.choices, blank=True)
    employment = models.CharField(max_length=20, choices=Employment.choices, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True, help_text="Open assignments at most.")
    accepting_new = models.BooleanField(null=True, blank=True)
    supervisor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="team")
    last_day = models.DateField(null=True, blank=True)
    leaving_on = models.DateField(
        null=True, blank=True, help_text="The last day, once notice was given: from then on offered to nobody."
    )
    account = models.OneToOneField("access.User", models.PROTECT, null=True, blank=True, related_name="clinician")

    objects: ClassVar[Any] = ClinicianQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "ref"]
        constraints = [
            one_of("kind", ClinicianKind.values, "clinician_kind"),
            one_of("modality", [*Modality.values, ""], "clinician_modality"),
            one_of("employment", [*Employment.values, ""], "clinician_employment"),
            each_of("services", Service.values, "clinician_services"),
        ]

    def __str__(self) -> str:
        return named(self.first_name, self.last_name, self.credentials)


def theirs(user: User, clinician: str = "clinician") -> Q:
    """Rows of a person's own clinician record, and of their team's for a supervisor; `clinician` leads there."""
    seen = Q(pk__in=[])
    if user.can(Can.SEE_OWN_CLIENTS):
        seen |= Q(**{f"{clinician}__account": user})
    if user.can(Can.SEE_TEAM_CLIENTS):
        seen |= Q(**{f"{clinician}__supervisor__account": user})
    return seen


class ClientQuerySet(models.QuerySet["Client"]):
    def visible_to(self, user: User) -> ClientQuerySet:
        """The clients whose records a person may open: all, their own, or their team's (roles.py)."""
        from lwg_intake.records.models.care import Assignment

        if user.can(Can.SEE_ALL_CLIENTS):
            return self
        assigned = Assignment.objects.filter(theirs(user), client=OuterRef("pk"), ended_on__isnull=True)
        return self.filter(Exists(assigned))


class Client(models.Model):
    """A person who is, was or may become a client. Never deleted."""

    Status = ClientStatus

    ref = models.CharField(max_length=40, unique=True, help_text="The record number.")
    first_name = models.CharField(max_length=80)
    last_name = models.CharField(max_length=80)
    preferred_name = models.CharField(max_length=80, blank=True)
    dob = models.DateField(null=True, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=20, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=40, blank=True)
    email_ok = models.BooleanField(null=True, blank=True)
    text_ok = models.BooleanField(null=True, blank=True)
    guardian_name = models.CharField(max_length=120, blank=True)
    guardian_email = models.EmailField(blank=True)
    guardian_phone = models.CharField(max_length=40, blank=True)
    portal = models.CharField(max_length=10, choices=Portal.choices, blank=True)
    last_intake_on = models.DateField(null=True, blank=True)
    plan_updated_on = models.DateField(null=True, blank=True)
    flags = ArrayField(models.CharField(max_length=10, choices=Flag.choices), default=list, blank=True)
    availability = words()
    demographics_on = models.DateField(null=True, blank=True, help_text="When last confirmed with the client.")

    objects: ClassVar[Any] = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name", "ref"]
        constraints = [
            one_of("portal", [*Portal.values, ""], "client_portal"),
            each_of("flags", Flag.values, "client_flags"),
        ]

    def __str__(self) -> str:
        return f"{self.last_name}, {self.first_name}"

    @property
    def name(self) -> str:
        """As one speaks it."""
        return f"{self.first_name} {self.last_name}"

    @property
    def called(self) -> str:
        """The first name to greet the client by."""
        return self.preferred_name or self.first_name

    @property
    def whole_address(self) -> str:
        """Street and place on one line, with a word for a street that nobody knows; empty where neither is known."""
        place = ", ".join(filter(None, (self.city, f"{self.state} {self.postal_code}".strip())))
        return ", ".join(filter(None, (self.address or ("street unknown" if place else ""), place)))
