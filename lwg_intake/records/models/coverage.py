from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lwg_intake.records.models.checks import in_order, one_of, together
from lwg_intake.records.rules import Coverage, DocumentState, PayerClass


class InsurancePolicy(models.Model):
    """What a client is insured with. `state` is the state of the coverage; payers accept by state."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="insurance")
    payer = models.CharField(max_length=120)
    payer_class = models.CharField(max_length=20, choices=PayerClass.choices)
    state = models.CharField(max_length=20, blank=True)
    member_id = models.CharField(max_length=60, blank=True)
    priority = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    active = models.CharField(max_length=10, choices=Coverage.choices, default=Coverage.UNKNOWN)
    verified_on = models.DateField(null=True, blank=True)
    billing_updated_on = models.DateField(null=True, blank=True, help_text="When the billing settings were updated.")

    class Meta:
        ordering = ["priority", "-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "payer", "member_id"], name="insurance_key"),
            in_order("starts_on", "ends_on", "insurance_ends_after_start"),
            one_of("payer_class", PayerClass.values, "insurance_payer_class"),
            one_of("active", Coverage.values, "insurance_active"),
        ]

    def __str__(self) -> str:
        return f"{self.payer} ({self.state})" if self.state else self.payer


class Balance(models.Model):
    """What a client owes, in dollars, as last read from TherapyNotes. `no_show_fees` is the part of it that is fees."""

    client = models.OneToOneField("records.Client", models.PROTECT, related_name="balance")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    as_of = models.DateField()
    no_show_fees = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0))

    class Meta:
        constraints = [
            models.CheckConstraint(name="fees_are_not_negative", condition=Q(no_show_fees__gte=0)),
        ]

    def __str__(self) -> str:
        return f"${self.amount} as of {self.as_of}"


class Arrangement(models.Model):
    """Billing's word that a balance does not stand in the way: a payment plan, a waiver, a hardship rate."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="arrangements")
    amount = models.DecimalField(max_digits=10, decimal_places=2, help_text="The balance it covers, at most.")
    terms = models.CharField(max_length=500)
    made_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(ended_at__isnull=True), name="one_open_arrangement"),
            together("ended_by", "ended_at", "arrangement_ended_by_and_at"),
            in_order("made_at", "ended_at", "arrangement_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"Arrangement over ${self.amount}"


class Document(models.Model):
    """A form. One without a clinician is the practice's; one with a clinician is asked anew of each new clinician."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="documents")
    clinician = models.ForeignKey("records.Clinician", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=DocumentState.choices)
    sent_on = models.DateField(null=True, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "-sent_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "clinician", "kind", "sent_on"], name="document_key", nulls_distinct=False
            ),
            in_order("sent_on", "signed_on", "document_signed_after_sent"),
            in_order("signed_on", "expires_on", "document_expires_after_signed"),
            one_of("state", DocumentState.values, "document_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display().lower()})"


class OmhcAssessment(models.Model):
    """The nurse practitioner's assessment a Medicaid client must have had before scheduling (S0 step 6, R3)."""

    client = models.ForeignKey("records.Client", models.PROTECT, related_name="omhc_assessments")
    completed_on = models.DateField()
    np = models.ForeignKey("records.Clinician", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-completed_on"]
        constraints = [models.UniqueConstraint(fields=["client", "completed_on"], name="omhc_key")]

    def __str__(self) -> str:
        return f"OMHC assessment of {self.completed_on}"
