"""The columns that both trackers share. Each step fills its own as it is ticked."""

from __future__ import annotations

from django.db import models

from lwg_intake.records.rules import AppointmentKind, Channel, Modality, Service


class Placed(models.Model):
    """A client on the way to a first visit with a clinician: the details of a case, and its row of a tracker."""

    service = models.CharField(max_length=20, choices=Service.choices, default=Service.THERAPY)
    asked_on = models.DateField()
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.PHONE)
    demographics_on = models.DateField(null=True, blank=True)
    insurance_active = models.BooleanField(null=True, blank=True)
    insurance_changed = models.BooleanField(null=True, blank=True)
    billing_updated_on = models.DateField(null=True, blank=True)
    balance = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    balance_cleared_on = models.DateField(null=True, blank=True)
    portal_on = models.DateField(null=True, blank=True)
    documents_on = models.DateField(null=True, blank=True)
    omhc_on = models.DateField(null=True, blank=True)
    last_intake_on = models.DateField(null=True, blank=True)
    appointment_kind = models.CharField(max_length=20, choices=AppointmentKind.choices, blank=True)
    kind_because = models.CharField(max_length=300, blank=True)
    clinician = models.ForeignKey("records.Clinician", models.PROTECT, null=True, blank=True, related_name="+")
    hold = models.ForeignKey("records.PlaceHold", models.PROTECT, null=True, blank=True, related_name="+")
    appointment = models.ForeignKey("records.Appointment", models.PROTECT, null=True, blank=True, related_name="+")
    appointment_at = models.DateTimeField(null=True, blank=True)
    modality = models.CharField(max_length=20, choices=Modality.choices, blank=True)
    assignment = models.ForeignKey("records.Assignment", models.PROTECT, null=True, blank=True, related_name="+")
    assigned_on = models.DateField(null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)
    removal_asked_at = models.DateTimeField(null=True, blank=True)
    tracked_on = models.DateField(null=True, blank=True)
    note = models.ForeignKey("records.Contact", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
