from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from lwg_intake.records.models.checks import in_order, one_of, together
from lwg_intake.records.rules import Category, Service


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def running(self) -> AssignmentQuerySet:
        """Open and not terminated. One that was terminated may stay on the record until management removes it."""
        ended = Termination.objects.filter(
            client=OuterRef("client"),
            clinician=OuterRef("clinician"),
            service=OuterRef("service"),
            ended_on__gte=OuterRef("started_on"),
        )
        return self.filter(~Exists(ended), ended_on__isnull=True)


class Assignment(models.Model):
    """A clinician on a client's record for one service: TherapyNotes' Clinicians tab."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="assignments")
    clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="assignments")
    service = models.CharField(max_length=20, choices=Service.choices)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-started_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "clinician", "service"],
                condition=Q(ended_on__isnull=True),
                name="one_open_assignment",
                violation_error_message="This client already has an open assignment to this clinician "
                "for this service.",
            ),
            models.UniqueConstraint(fields=["client", "clinician", "service", "started_on"], name="assignment_key"),
            in_order("started_on", "ended_on", "assignment_ends_after_start"),
            one_of("service", Service.values, "assignment_service"),
        ]
        indexes = [models.Index(fields=["clinician"], condition=Q(ended_on__isnull=True), name="assignment_open")]

    def __str__(self) -> str:
        return f"{self.get_service_display()} with {self.clinician}"


class Termination(models.Model):
    """How an assignment's episode ended. `note` is the short non-clinical reason, never a therapy note."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="terminations")
    clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="terminations")
    service = models.CharField(max_length=20, choices=Service.choices)
    ended_on = models.DateField()
    category = models.CharField(max_length=4, choices=Category.choices, blank=True, help_text="Empty: not on record.")
    ground = models.CharField(max_length=120, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-ended_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "clinician", "service", "ended_on"], name="termination_key"),
            one_of("service", Service.values, "termination_service"),
            one_of("category", [*Category.values, ""], "termination_category"),
        ]

    def __str__(self) -> str:
        return f"{self.get_service_display()} ended on {self.ended_on}"


class Episode(models.Model):
    """One run of service, derived: from the first assignment to the termination that leaves none open."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="episodes")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    termination = models.ForeignKey(Termination, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-started_on"]
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(ended_on__isnull=True), name="one_open_episode"),
            models.UniqueConstraint(fields=["client", "started_on"], name="episode_key"),
            in_order("started_on", "ended_on", "episode_ends_after_start"),
            together("ended_on", "termination", "episode_end_has_termination"),
        ]

    def __str__(self) -> str:
        return f"{self.started_on} to {self.ended_on or 'now'}"


class PlaceHold(models.Model):
    """A clinician's place kept for a client between the match and the assignment, so that it is not given twice."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="holds")
    clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="holds")
    service = models.CharField(max_length=20, choices=Service.choices)
    held_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "service"], condition=Q(released_at__isnull=True), name="one_open_hold"
            ),
            in_order("held_at", "released_at", "hold_released_after_held"),
        ]
        indexes = [models.Index(fields=["clinician"], condition=Q(released_at__isnull=True), name="hold_open")]

    def __str__(self) -> str:
        return f"A place with {self.clinician}"


class Handover(models.Model):
    """How one wing asks another: the receiver lists what is open, and takes it up once."""

    class Kind(models.TextChoices):
        RETURN = "return", "Return"
        REASSIGN = "reassign", "Reassign"
        CLOSE = "close", "Close"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="handovers")
    because = models.CharField(max_length=500)
    asked_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    taken_up_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    taken_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "kind"], condition=Q(taken_up_at__isnull=True), name="one_open_handover"
            ),
            one_of("kind", ["return", "reassign", "close"], "handover_kind"),
            together("taken_up_by", "taken_up_at", "handover_taken_up_by_and_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.assignment}"


class Removal(models.Model):
    """The request to take an old clinician off a client's record; only management marks it done (S0 step 9)."""

    class Status(models.TextChoices):
        ASKED = "asked", "Asked for"
        DONE = "done", "Done"
        WITHDRAWN = "withdrawn", "Withdrawn"

    MOVES: ClassVar = {
        Status.ASKED: (Status.DONE, Status.WITHDRAWN),
        Status.DONE: (),
        Status.WITHDRAWN: (),
    }

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="removals")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="removals")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(status="asked"), name="one_open_removal"),
            together("done_by", "done_at", "removal_done_by_and_at"),
            models.CheckConstraint(
                name="removal_done_is_signed", condition=~Q(status="done") | Q(done_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Remove {self.assignment.clinician} from the record"
