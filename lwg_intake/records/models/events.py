from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lwg_intake.records.models.checks import one_of
from lwg_intake.records.rules import (
    ANSWERED,
    MISSES,
    PENDING,
    AppointmentKind,
    AppointmentState,
    Channel,
    ContactOutcome,
    Direction,
    Service,
)


class Appointment(models.Model):
    """A visit. One booked through the program has no ref until an import brings it back with one."""

    ref = models.CharField(max_length=40, unique=True, null=True, blank=True)
    client = models.ForeignKey("records.Client", models.PROTECT, related_name="appointments")
    clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="appointments")
    service = models.CharField(max_length=20, choices=Service.choices)
    starts_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=AppointmentKind.choices)
    state = models.CharField(max_length=20, choices=AppointmentState.choices)

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            one_of("service", Service.values, "appointment_service"),
            one_of("kind", AppointmentKind.values, "appointment_kind"),
            one_of("state", AppointmentState.values, "appointment_state"),
        ]
        indexes = [
            models.Index(fields=["client", "starts_at"]),
            models.Index(fields=["clinician", "starts_at"]),
            # The night's sweep reads only the recent visits, those without an outcome, and the misses of an assignment.
            models.Index(fields=["starts_at"], condition=Q(state="kept"), name="appointment_kept"),
            models.Index(fields=["starts_at"], condition=Q(state__in=PENDING), name="appointment_pending"),
            models.Index(
                fields=["client", "clinician", "service", "starts_at"],
                condition=Q(state__in=MISSES),
                name="appointment_missed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.starts_at:%Y-%m-%d %H:%M}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def current(self) -> ContactQuerySet:
        """The log as it now reads: each entry in its last correction."""
        return self.filter(correction__isnull=True)


class Contact(models.Model):
    """One entry of the interaction log, in the fields of a TherapyNotes Contact Note.

    Append-only: the table refuses UPDATE and DELETE. A mistake is put right by an addendum, a further entry that
    `corrects` the first; the first stays.
    """

    ref = models.CharField(max_length=40, unique=True, null=True, blank=True)
    client = models.ForeignKey("records.Client", models.PROTECT, related_name="contacts")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="correction")
    at = models.DateTimeField()
    direction = models.CharField(max_length=5, choices=Direction.choices)
    channel = models.CharField(max_length=20, choices=Channel.choices)
    outcome = models.CharField(max_length=20, choices=ContactOutcome.choices, blank=True)
    party = models.CharField(max_length=120, blank=True, help_text="Who was spoken to, and how related.")
    reason = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(blank=True)
    written_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            one_of("direction", Direction.values, "contact_direction"),
            one_of("channel", Channel.values, "contact_channel"),
            one_of("outcome", [*ContactOutcome.values, ""], "contact_outcome"),
        ]
        indexes = [
            models.Index(fields=["client", "at"]),
            models.Index(
                fields=["at"], condition=Q(direction="in") | Q(outcome__in=ANSWERED), name="contact_with_client"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} at {self.at:%Y-%m-%d %H:%M}"
