from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from lwg_intake.placement.models import Placed
from lwg_intake.records.models.checks import in_order, one_of, together
from reassignment.rules.words import Initiator, Reason


class Reassignment(Placed):
    """A client who goes on with another clinician: the case's details, and its row of the reassignment tracker.

    `old_assignment` is what ends; `assignment` what begins. It is over at the first kept visit, not before.
    """

    class Stage(models.TextChoices):
        REQUESTED = "requested", "Requested"
        CLARIFYING = "clarifying", "Clarifying"
        VERIFYING = "verifying", "Verifying"
        MATCHING = "matching", "Matching"
        WAITING = "waitlist", "Waiting for an opening"
        SCHEDULED = "scheduled", "Scheduled"
        REMOVAL = "removal_pending", "Removal pending"
        FIRST_VISIT = "first_visit", "First visit awaited"
        COMPLETED = "completed", "Completed"
        WITHDREW = "withdrew", "Withdrawn"
        UNREACHED = "unreached", "Could not be reached"
        REFERRED_OUT = "referred_out", "Referred out"
        CLOSED_INSTEAD = "closed_instead", "Closed instead"

    OVER: ClassVar = (Stage.COMPLETED, Stage.WITHDREW, Stage.UNREACHED, Stage.REFERRED_OUT, Stage.CLOSED_INSTEAD)

    case = models.OneToOneField("checklists.Case", models.PROTECT, related_name="reassignment_details")
    client = models.ForeignKey(
        "records.Client", models.PROTECT, related_name="reassignments", help_text="As on the case, for the constraint."
    )
    initiator = models.CharField(max_length=10, choices=Initiator.choices, default=Initiator.CLIENT)
    handover = models.ForeignKey("records.Handover", models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    because = models.CharField(max_length=500, blank=True, help_text="As it was asked for.")
    clarified = models.TextField(blank=True, help_text="What the client answered to the clarifying question.")
    preference = models.CharField(max_length=300, blank=True)
    known = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder, help_text="By step, before it.")
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.REQUESTED)
    old_assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="reassignments")
    old_clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="+")
    changes = models.PositiveIntegerField(default=0, help_text="Changes of clinician before this one that count.")
    old_notified_at = models.DateTimeField(null=True, blank=True)
    new_forms_on = models.DateField(null=True, blank=True)
    waits_since_at = models.DateTimeField(null=True, blank=True)
    first_visit_on = models.DateField(null=True, blank=True, help_text="The day of the first kept visit.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "service"],
                condition=~Q(stage__in=("completed", "withdrew", "unreached", "referred_out", "closed_instead")),
                name="one_open_reassignment",
            ),
            together("assignment", "assigned_on", "reassignment_assignment_and_day"),
            together("appointment", "appointment_at", "reassignment_appointment_and_time"),
            one_of("reason", Reason.values, "reassignment_reason"),
            one_of("initiator", Initiator.values, "reassignment_initiator"),
        ]
        indexes = [models.Index(fields=["-asked_on", "-id"]), models.Index(fields=["stage", "-asked_on"])]

    def __str__(self) -> str:
        return f"Reassignment {self.pk}"


class Offer(models.Model):
    """A place offered to a client who waits for an opening. It is kept until `until_at`; then it is free again."""

    class Status(models.TextChoices):
        OPEN = "open", "Offered"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        LAPSED = "lapsed", "Lapsed"

    MOVES: ClassVar = {
        Status.OPEN: (Status.ACCEPTED, Status.DECLINED, Status.LAPSED),
        Status.ACCEPTED: (),
        Status.DECLINED: (),
        Status.LAPSED: (),
    }

    reassignment = models.ForeignKey(Reassignment, models.PROTECT, related_name="offers")
    hold = models.ForeignKey("records.PlaceHold", models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    made_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    until_at = models.DateTimeField()
    message = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["reassignment"], condition=Q(status="open"), name="one_open_offer"),
            in_order("made_at", "until_at", "offer_ends_after_made"),
            models.CheckConstraint(
                name="offer_ended_is_dated",
                condition=Q(status="open", ended_at__isnull=True) | ~Q(status="open") & Q(ended_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["until_at"], condition=Q(status="open"), name="offer_open")]

    def __str__(self) -> str:
        return f"{self.hold}, {self.get_status_display().lower()}"
