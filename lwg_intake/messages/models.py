from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Message(models.Model):
    """One row of the outbox: written in the transaction of the deed, sent by a worker."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    MOVES: ClassVar = {
        Status.QUEUED: (Status.SENDING,),
        Status.SENDING: (Status.SENT, Status.QUEUED, Status.FAILED),
        Status.FAILED: (Status.QUEUED,),
        Status.SENT: (),
    }

    key = models.CharField(max_length=120, unique=True, help_text="The same deed never makes a second message.")
    template = models.CharField(max_length=10)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    client = models.ForeignKey("records.Client", models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="message_sent_is_dated",
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at__isnull=True)),
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(status__in=("queued", "sending")), name="message_due")]

    def __str__(self) -> str:
        return f"{self.template} ({self.get_status_display().lower()})"
