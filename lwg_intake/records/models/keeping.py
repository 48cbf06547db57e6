"""How long a record is kept, and why longer: legal holds, and what a person decided once its date had passed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lwg_intake.records.models.checks import in_order, one_of, together


class LegalHold(models.Model):
    """A reason for which nothing of a record may be given away or closed until a manager lifts it.

    While one is open the client carries the flag "hold": a trigger keeps it there, whatever an import says.
    """

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="legal_holds")
    because = models.CharField(max_length=500)
    set_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Empty for one that came with an import.",
    )  # fmt: skip
    set_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-set_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(lifted_at__isnull=True), name="one_open_legal_hold"),
            together("lifted_by", "lifted_at", "legal_hold_lifted_by_and_at"),
            in_order("set_at", "lifted_at", "legal_hold_lifted_after_set"),
        ]

    def __str__(self) -> str:
        return f"Legal hold since {self.set_at:%Y-%m-%d}"


class RecordDecision(models.Model):
    """What a person decided about a record past its date. The program itself deletes nothing. Append-only."""

    class Outcome(models.TextChoices):
        KEPT = "kept", "Kept on"
        HANDED = "handed", "Handed to records staff"

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="record_decisions")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    because = models.CharField(max_length=500)
    kept_until_on = models.DateField(help_text="The date that had passed.")
    decided_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-decided_at", "-pk"]
        constraints = [one_of("outcome", ["kept", "handed"], "record_decision_outcome")]
        indexes = [models.Index(fields=["client", "-decided_at"])]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.decided_at:%Y-%m-%d}"
