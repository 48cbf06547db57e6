from __future__ import annotations

from django.db import models

from lwg_intake.records.models.checks import together
from lwg_intake.records.rules import AppointmentKind, Category, Channel, Modality, Service


class Return(models.Model):
    """A former client who wants services again: the case's details, and its row of the Returning Client Tracker.

    The columns follow the tracker row of the practice's rules; each step fills its own as it is ticked.
    """

    class Eligibility(models.TextChoices):
        OPEN = "open", "Not decided"
        ELIGIBLE = "eligible", "Eligible"
        CONDITIONS = "conditions", "Approved with conditions"
        REFUSED = "refused", "Refused"

    class Stage(models.TextChoices):
        NEW = "new", "New"
        REVIEW = "records_review", "Records review"
        MANAGEMENT = "management_review", "Management review"
        BALANCE = "blocked_balance", "Blocked: balance"
        INSURANCE = "blocked_insurance", "Blocked: insurance"
        DOCUMENTS = "blocked_documents", "Blocked: documents"
        OMHC = "blocked_omhc", "Blocked: OMHC"
        READY = "ready_to_match", "Ready to match"
        MATCHED = "matched", "Matched"
        SCHEDULED = "scheduled", "Scheduled"
        COMPLETED = "completed", "Completed"
        REFERRED_OUT = "referred_out", "Referred out"
        WITHDREW = "withdrew", "Declined or withdrew"
        UNREACHED = "unreached", "Could not be reached"
        WAITLIST = "waitlist", "Waitlist"

    case = models.OneToOneField("checklists.Case", models.PROTECT, related_name="return_details")
    service = models.CharField(max_length=20, choices=Service.choices, default=Service.THERAPY)
    asked_on = models.DateField()
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.PHONE)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.NEW)
    ended_on = models.DateField(null=True, blank=True)
    old_clinician = models.ForeignKey("records.Clinician", models.PROTECT, null=True, blank=True, related_name="+")
    category = models.CharField(max_length=4, choices=Category.choices, blank=True)
    severe = models.BooleanField(default=False)
    eligibility = models.CharField(max_length=12, choices=Eligibility.choices, default=Eligibility.OPEN)
    conditions = models.TextField(blank=True)
    decided_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    committed_on = models.DateField(null=True, blank=True)
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
        constraints = [
            together("decided_by", "decided_at", "return_decided_by_and_at"),
            together("assignment", "assigned_on", "return_assignment_and_day"),
            together("appointment", "appointment_at", "return_appointment_and_time"),
        ]
        indexes = [models.Index(fields=["-asked_on", "-id"]), models.Index(fields=["stage", "-asked_on"])]

    def __str__(self) -> str:
        return f"Return {self.pk}"
