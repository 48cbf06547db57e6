from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from caseload.rules import Answer, Ground, Guard
from lwg_intake.records.models.checks import in_order, one_of, together
from lwg_intake.records.models.people import words


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def open(self) -> SuggestionQuerySet:
        return self.filter(status=Suggestion.Status.OPEN)


class Suggestion(models.Model):
    """What a night found about one assignment on one ground, with its evidence as of that day.

    `evidence` holds days and dates (days_unseen, last_seen_on, days_without_contact, last_contact_on, misses …);
    `policy` the practice's numbers that were used. A suggestion whose reason has gone is withdrawn, never deleted.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ANSWERED = "answered", "Answered"

    MOVES: ClassVar = {
        Status.OPEN: (Status.WITHDRAWN, Status.ANSWERED),
        Status.WITHDRAWN: (),
        Status.ANSWERED: (),
    }

    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="suggestions")
    ground = models.CharField(max_length=20, choices=Ground.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_on = models.DateField(help_text="The day the sweep judged.")
    opened_at = models.DateTimeField(default=timezone.now)
    evidence = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    policy = models.JSONField(default=dict)
    notes = ArrayField(models.CharField(max_length=20, choices=Guard.choices), default=list, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    because = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["opened_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "ground"], condition=Q(status="open"), name="one_open_suggestion"
            ),
            one_of("ground", Ground.values, "suggestion_ground"),
            together("answered_by", "answered_at", "suggestion_answered_by_and_at"),
            models.CheckConstraint(
                name="suggestion_answer_is_signed",
                condition=Q(status="answered", answered_at__isnull=False) & ~Q(answer="")
                | ~Q(status="answered") & Q(answered_at__isnull=True, answer=""),
            ),
            models.CheckConstraint(
                name="suggestion_withdrawal_is_dated",
                condition=Q(status="withdrawn", withdrawn_on__isnull=False)
                | ~Q(status="withdrawn") & Q(withdrawn_on__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["assignment"], condition=Q(status="open"), name="suggestion_open")]

    def __str__(self) -> str:
        return f"{self.get_ground_display()} ({self.get_status_display().lower()})"


class Snooze(models.Model):
    """A clinician keeps a client on one ground until a day, and is asked again then."""

    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="snoozes")
    ground = models.CharField(max_length=20, choices=Ground.choices)
    until_on = models.DateField(help_text="The day on which the night may ask again.")
    because = models.CharField(max_length=500)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["assignment", "ground", "-until_on"])]

    def __str__(self) -> str:
        return f"{self.get_ground_display()} kept until {self.until_on}"


class DeadlineLetter(models.Model):
    """A letter that asks to schedule by a day (R16). What came of it is seen in the record, not written here."""

    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="deadline_letters")
    deadline_on = models.DateField()
    written_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=timezone.now)
    message = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True, help_text="When it was taken back, or its closing was answered.")

    class Meta:
        ordering = ["-deadline_on"]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], condition=Q(ended_on__isnull=True), name="one_open_letter")
        ]

    def __str__(self) -> str:
        return f"Schedule by {self.deadline_on}"


class Sweep(models.Model):
    """One run of the night's sweep, for whoever asks whether it ran."""

    judged_on = models.DateField()
    ran_at = models.DateTimeField(default=timezone.now)
    opened = models.PositiveIntegerField()
    withdrawn = models.PositiveIntegerField()
    guarded = models.PositiveIntegerField()
    seconds = models.FloatField()
    statements = models.PositiveIntegerField()

    class Meta:
        ordering = ["-ran_at"]

    def __str__(self) -> str:
        return f"Sweep of {self.judged_on}"


class Closure(models.Model):
    """The details of a closing case: which assignment ends, on which grounds, and what it ended with.

    `handover` is another wing's request that it came from: a departing clinician's client who did not respond.
    """

    case = models.OneToOneField("checklists.Case", models.PROTECT, related_name="closure_details")
    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="closures")
    grounds = ArrayField(models.CharField(max_length=20, choices=Ground.choices), default=list, blank=True)
    handover = models.OneToOneField("records.Handover", models.PROTECT, null=True, blank=True, related_name="closure")
    termination = models.ForeignKey("records.Termination", models.PROTECT, null=True, blank=True, related_name="+")
    letter = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"Closing of {self.assignment}"


class BackfillEntry(models.Model):
    """A client who would come sooner, with the days and times they can (S3). Open until somebody takes it off."""

    class Ending(models.TextChoices):
        BOOKED = "booked", "Took an earlier visit"
        NO_LONGER = "no_longer", "No longer wishes to come sooner"
        UNREACHED = "unreached", "Could not be reached"

    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="backfill")
    times = words(help_text='Such as "Tue", "Wed 10:00" or "Thu 15:00-18:00"; empty means any time.')
    added_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    ended_because = models.CharField(max_length=12, choices=Ending.choices, blank=True)
    ended_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"], condition=Q(ended_at__isnull=True), name="one_open_backfill_entry"
            ),
            together("ended_by", "ended_at", "backfill_ended_by_and_at"),
            in_order("added_at", "ended_at", "backfill_ends_after_start"),
            models.CheckConstraint(
                name="backfill_end_has_reason",
                condition=Q(ended_at__isnull=True, ended_because="") | Q(ended_at__isnull=False) & ~Q(ended_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Sooner: {self.assignment}"


class FreedPlace(models.Model):
    """A clinician's time that came free and can be offered: by a visit that was cancelled, or entered by hand.

    A cancelled visit has a row only once somebody dealt with it; until then the visit itself says so.
    """

    clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="freed_places")
    starts_at = models.DateTimeField()
    visit = models.OneToOneField("records.Appointment", models.PROTECT, null=True, blank=True, related_name="freed")
    entered_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    given_to = models.ForeignKey(
        BackfillEntry, models.PROTECT, null=True, blank=True, related_name="places",
        help_text="Who took it; empty for a place that is not free after all.",
    )  # fmt: skip
    closed_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinician", "starts_at"], condition=Q(closed_at__isnull=True), name="one_open_freed_place"
            ),
            together("closed_by", "closed_at", "freed_place_closed_by_and_at"),
            models.CheckConstraint(
                name="freed_place_given_is_closed", condition=Q(given_to__isnull=True) | Q(closed_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clinician} at {self.starts_at:%Y-%m-%d %H:%M}"


class CalendarFeed(models.Model):
    """A secret calendar address of one account. The address is signed from `key`; nothing here opens it by itself."""

    account = models.ForeignKey("access.User", models.PROTECT, related_name="calendar_feeds")
    key = models.UUIDField(unique=True, default=uuid.uuid4)
    made_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(revoked_at__isnull=True), name="one_open_calendar_feed"
            ),
            in_order("made_at", "revoked_at", "calendar_feed_revoked_after_made"),
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.account}"
