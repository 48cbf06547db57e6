from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from lwg_intake.access.roles import Can
from lwg_intake.records.models.checks import in_order, one_of, together
from lwg_intake.records.models.people import theirs
from lwg_intake.records.rules import ContactOutcome
from reassignment.rules.departures import Ending, Kind, Outcome, Preference, Standing
from reassignment.rules.ladder import Rung

if TYPE_CHECKING:
    from lwg_intake.access.models import User


class DepartureQuerySet(models.QuerySet["Departure"]):
    def visible_to(self, user: User) -> DepartureQuerySet:
        """Every departure for who runs them or rings; else one's own, and a supervisor's team's."""
        if user.can(Can.RUN_DEPARTURES) or user.can(Can.WORK_CALLS):
            return self
        return self.filter(theirs(user))


class Departure(models.Model):
    """A clinician leaves, for good or for more than a month; everyone on the roster is placed or otherwise settled."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    MOVES: ClassVar = {
        Status.OPEN: (Status.CLOSED, Status.WITHDRAWN),
        Status.CLOSED: (),
        Status.WITHDRAWN: (),
    }

    clinician = models.ForeignKey("records.Clinician", models.PROTECT, related_name="departures")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    notice_on = models.DateField(help_text="When notice was received.")
    last_day = models.DateField()
    back_on = models.DateField(null=True, blank=True, help_text="Of a leave, where it is known.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    opened_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    supervisor_told = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    admin_told = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    clinician_asked = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    verified_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=500, blank=True)

    objects: ClassVar[Any] = DepartureQuerySet.as_manager()

    class Meta:
        ordering = ["last_day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinician"], condition=Q(status="open"), name="one_open_departure"),
            in_order("notice_on", "last_day", "departure_ends_after_notice"),
            in_order("last_day", "back_on", "departure_back_after_last_day"),
            together("verified_by", "verified_at", "departure_verified_by_and_at"),
            together("reviewed_by", "reviewed_at", "departure_reviewed_by_and_at"),
            together("ended_by", "ended_at", "departure_ended_by_and_at"),
            one_of("kind", Kind.values, "departure_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.clinician} leaves on {self.last_day}"

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN


class Mailing(models.Model):
    """The e-mail to the clients of a departure (T15): once for each of them. Stopped, what is unsent is held back."""

    departure = models.OneToOneField(Departure, models.PROTECT, related_name="mailing")
    options = models.TextField()
    reply_by_on = models.DateField()
    started_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    stopped_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [together("stopped_by", "stopped_at", "mailing_stopped_by_and_at")]

    def __str__(self) -> str:
        return f"E-mail to the clients of {self.departure.clinician}"


class RosterRow(models.Model):
    """One client of a departure. `status` holds what a person settled; a placement or an ending is read from the
    record until the departure closes, which writes it here.

    `ladder_from_at` is when the attempts began to count; `claimed_by` is ringing until `claimed_until_at`.
    """

    Status = Outcome

    MOVES: ClassVar = {
        Outcome.PENDING: tuple(o for o in Outcome if o != Outcome.PENDING),
        Outcome.STRUCK: (Outcome.PENDING,),
        Outcome.FOLLOWS: (Outcome.PENDING,),
        Outcome.PAUSED: (Outcome.PENDING,),
        Outcome.REFERRED: (Outcome.PENDING,),
        Outcome.PLACED: (),
        Outcome.ENDED: (),
        Outcome.UNRESPONSIVE: (),
    }

    departure = models.ForeignKey(Departure, models.PROTECT, related_name="rows")
    assignment = models.ForeignKey("records.Assignment", models.PROTECT, related_name="roster_rows")
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.LISTED)
    struck_because = models.CharField(max_length=200, blank=True)
    talked_on = models.DateField(null=True, blank=True)
    preference = models.CharField(max_length=10, choices=Preference.choices, blank=True)
    wanted = models.ForeignKey("records.Clinician", models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="Short and not clinical.")
    status = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.PENDING)
    settled_with = models.CharField(max_length=300, blank=True)
    ring_again_on = models.DateField(null=True, blank=True)
    handover = models.ForeignKey("records.Handover", models.PROTECT, null=True, blank=True, related_name="+")
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)
    mail = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    unmailed_because = models.CharField(max_length=200, blank=True)
    ladder_from_at = models.DateTimeField(default=timezone.now)
    claimed_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    claimed_until_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    changed = models.CharField(max_length=200, help_text="What the last change was, in words.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["departure", "assignment"], name="one_row_per_assignment"),
            together("claimed_by", "claimed_until_at", "row_claimed_by_and_until"),
            models.CheckConstraint(
                name="row_struck_has_reason", condition=~Q(standing="struck") | ~Q(struck_because="")
            ),
            models.CheckConstraint(
                name="row_struck_is_settled",
                condition=Q(standing="struck", status="struck") | ~Q(standing="struck") & ~Q(status="struck"),
            ),
            models.CheckConstraint(
                name="row_names_a_clinician", condition=~Q(preference="named") | Q(wanted__isnull=False)
            ),
            one_of("status", Outcome.values, "row_status"),
            one_of("standing", Standing.values, "row_standing"),
            one_of("preference", [*Preference.values, ""], "row_preference"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.client} on the roster"


class RosterChange(models.Model):
    """One line of a row's history: who changed what. Append-only."""

    row = models.ForeignKey(RosterRow, models.PROTECT, related_name="changes")
    version = models.PositiveIntegerField()
    what = models.CharField(max_length=200)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["row", "version"], name="one_change_per_version")]

    def __str__(self) -> str:
        return self.what


class Attempt(models.Model):
    """One attempt to reach a client, with its entry in the log. What a message came to is read from the outbox."""

    row = models.ForeignKey(RosterRow, models.PROTECT, related_name="attempts")
    rung = models.CharField(max_length=10, choices=Rung.choices)
    outcome = models.CharField(max_length=20, choices=ContactOutcome.choices)
    contact = models.ForeignKey("records.Contact", models.PROTECT, related_name="+")
    message = models.ForeignKey("outbox.Message", models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            one_of("rung", Rung.values, "attempt_rung"),
            one_of("outcome", ContactOutcome.values, "attempt_outcome"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rung_display()}: {self.get_outcome_display().lower()}"
