from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lwg_intake.messages.catalogue import Channel
from lwg_intake.messages.rules import spoken


class Message(models.Model):
    """One row of the outbox: written in the transaction of the deed, sent by a worker."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        HELD = "held", "Held back"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        BOUNCED = "bounced", "Came back"

    MOVES: ClassVar = {
        Status.QUEUED: (Status.SENDING, Status.HELD),
        Status.HELD: (Status.QUEUED,),
        Status.SENDING: (Status.SENT, Status.QUEUED, Status.FAILED, Status.BOUNCED),
        Status.FAILED: (Status.QUEUED,),
        Status.SENT: (Status.BOUNCED,),
        Status.BOUNCED: (Status.QUEUED,),
    }

    VERSION_COUNTS_CHANGES = False  # it names the words that were sent, which a change of status leaves as they are

    CHANNELS = [(c.value, c.label) for c in (Channel.EMAIL, Channel.TEXT)]

    key = models.CharField(max_length=120, unique=True, help_text="The same deed never makes a second message.")
    template = models.CharField(max_length=10)
    version = models.PositiveIntegerField(default=0, help_text="Of the words; 0 is the practice's file.")
    channel = models.CharField(max_length=10, choices=CHANNELS, default=Channel.EMAIL)
    to = models.CharField(max_length=254, help_text="An e-mail address, or a number such as +14105550100.")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    client = models.ForeignKey("records.Client", models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True, help_text="A text, as the carrier reports it.")
    may_have_left = models.BooleanField(default=False, help_text="The sender was cut off: nobody knows.")
    provider_ref = models.CharField(max_length=64, blank=True, help_text="The text service's own number for it.")
    error = models.CharField(max_length=500, blank=True, help_text="Why it is not sent, in a sentence.")

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="message_sent_is_dated",
                condition=Q(status="sent", sent_at__isnull=False)
                | Q(status__in=("queued", "held", "sending"), sent_at__isnull=True)
                | Q(status__in=("failed", "bounced")),
            ),
            models.UniqueConstraint(
                fields=["provider_ref"], condition=~Q(provider_ref=""), name="one_message_per_provider_ref"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=("queued", "sending")), name="message_due"),
            models.Index(fields=["status", "-created_at"], name="message_status"),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.get_status_display().lower()})"

    @property
    def to_read(self) -> str:
        """The address as one reads it."""
        return spoken(self.to)


class Wording(models.Model):
    """The words of a text from its writing on, until a newer version. Append-only; version 0 is the file, no row."""

    template = models.CharField(max_length=10)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    version = models.PositiveIntegerField()
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    written_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["template", "channel", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["template", "channel", "version"], name="one_wording_per_version"),
            models.CheckConstraint(name="wording_version_counts_from_one", condition=Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.get_channel_display().lower()}), version {self.version}"


class IncomingText(models.Model):
    """A text that somebody sent us, once per message of the text service.

    From a number of one client it is settled at once: it becomes an incoming Contact of that client. From any other
    a person says whose it is. The words stay here only until then.
    """

    class Said(models.TextChoices):
        STOP = "stop", "No more texts"
        START = "start", "Texts again"

    provider_ref = models.CharField(max_length=64, unique=True)
    number = models.CharField(max_length=20)
    body = models.TextField(blank=True)
    said = models.CharField(max_length=10, choices=Said.choices, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    client = models.ForeignKey("records.Client", models.PROTECT, null=True, blank=True, related_name="+")
    settled_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-received_at"]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(settled_at__isnull=True), name="incoming_open"),
            models.Index(fields=["number", "-received_at"], condition=~Q(said=""), name="incoming_said"),
        ]

    def __str__(self) -> str:
        return f"Text received at {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def from_read(self) -> str:
        """The number as one reads it."""
        return spoken(self.number)
