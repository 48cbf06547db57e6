from __future__ import annotations

from django.db import models

from lwg_intake.placement.models import Placed
from lwg_intake.records.models.checks import together
from lwg_intake.records.rules import Category


class Return(Placed):
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

    class Meta:
        constraints = [
            together("decided_by", "decided_at", "return_decided_by_and_at"),
            together("assignment", "assigned_on", "return_assignment_and_day"),
            together("appointment", "appointment_at", "return_appointment_and_time"),
        ]
        indexes = [models.Index(fields=["-asked_on", "-id"]), models.Index(fields=["stage", "-asked_on"])]

    def __str__(self) -> str:
        return f"Return {self.pk}"
