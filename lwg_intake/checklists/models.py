from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from lwg_intake.access.roles import Can
from lwg_intake.records.models.checks import together
from lwg_intake.records.models.people import theirs
from lwg_intake.records.snapshot import Snapshot, snapshot

if TYPE_CHECKING:
    from lwg_intake.access.models import User


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> CaseQuerySet:
        """The office sees every case; a clinician those about their own assignments, a supervisor their team's."""
        if user.can(Can.SEE_CASES):
            return self
        return self.filter(theirs(user, "assignment__clinician")).exclude(procedure__in=Case.OFFICE_ONLY)

    def open(self) -> CaseQuerySet:
        return self.filter(status__in=Case.OPEN)


class Case(models.Model):
    """One run of a procedure for one client. A wing hangs its details on it one to one."""

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        WAITLIST = "waitlist", "On the waitlist"
        COMPLETED = "completed", "Completed"
        WITHDREW = "withdrew", "Withdrew"
        UNREACHED = "unreached", "Could not be reached"
        REFERRED_OUT = "referred_out", "Referred out"
        KEPT = "kept", "Kept after all"
        CLOSED_INSTEAD = "closed_instead", "Closed instead"

    MOVES: ClassVar = {
        Status.OPEN: (
            Status.WAITLIST,
            Status.COMPLETED,
            Status.WITHDREW,
            Status.UNREACHED,
            Status.REFERRED_OUT,
            Status.KEPT,
            Status.CLOSED_INSTEAD,
        ),
        Status.WAITLIST: (
            Status.OPEN,
            Status.WITHDREW,
            Status.UNREACHED,
            Status.REFERRED_OUT,
            Status.CLOSED_INSTEAD,
        ),
        Status.WITHDREW: (Status.OPEN,),
        Status.UNREACHED: (Status.OPEN,),
        Status.REFERRED_OUT: (Status.OPEN,),
        Status.COMPLETED: (),
        Status.KEPT: (),
        Status.CLOSED_INSTEAD: (),
    }
    OPEN: ClassVar = (Status.OPEN, Status.WAITLIST)
    # Why a client wants another clinician is not for the one who is left.
    OFFICE_ONLY: ClassVar = ("reassignment",)

    procedure = models.CharField(max_length=40)
    procedure_version = models.PositiveIntegerField()
    client = models.ForeignKey("records.Client", models.PROTECT, related_name="cases")
    assignment = models.ForeignKey(
        "records.Assignment", models.PROTECT, null=True, blank=True, related_name="cases",
        help_text="The assignment it is about, where it is about one.",
    )  # fmt: skip
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    version = models.PositiveIntegerField(default=1)
    opened_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=500, blank=True)

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "procedure"],
                condition=Q(status__in=("open", "waitlist"), assignment__isnull=True),
                name="one_open_case",
            ),
            models.UniqueConstraint(
                fields=["assignment", "procedure"],
                condition=Q(status__in=("open", "waitlist")),
                name="one_open_case_per_assignment",
            ),
            together("closed_by", "closed_at", "case_closed_by_and_at"),
        ]
        indexes = [models.Index(fields=["procedure", "status", "-opened_at"])]

    def __str__(self) -> str:
        return f"{self.procedure} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @cached_property
    def seen(self) -> Snapshot:
        """The client's record when this case was read: once for the wing's facts and for the page around them."""
        return snapshot(self.client)


class Tick(models.Model):
    """What stands in one step of one case: the fields entered, who, when, and the wording that was shown."""

    class Outcome(models.TextChoices):
        DONE = "done", "Done"
        WAITING = "waiting", "Waiting"
        UNDONE = "undone", "Unticked"

    case = models.ForeignKey(Case, models.PROTECT, related_name="ticks")
    step = models.CharField(max_length=40)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    fields = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    wording = models.TextField()
    because = models.TextField(blank=True, help_text="The gate's sentence at the time.")
    policy = models.JSONField(default=dict, help_text="The practice's numbers that were used.")
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step"], name="one_tick_per_step")]

    def __str__(self) -> str:
        return f"{self.step}: {self.outcome}"


class Entry(models.Model):
    """One line of a case's history, in words. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    step = models.CharField(max_length=40, blank=True)
    deed = models.CharField(max_length=20)
    words = models.TextField()
    fields = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["case", "-at"])]

    def __str__(self) -> str:
        return self.words


class Draft(models.Model):
    """What somebody typed into a step and has not saved yet. Its writer alone sees it.

    A question typed there and not asked yet is a draft too, beside the step's: saving the step keeps it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="drafts")
    step = models.CharField(max_length=40)
    by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "step", "by"], name="one_draft_per_person")]

    def __str__(self) -> str:
        return f"Draft of {self.step}"

    @staticmethod
    def question_at(step: str) -> str:
        """What the draft of a step's question has as its `step`; no step's own key can be the same."""
        return f"{step}?"


class Question(models.Model):
    """A question to management or billing, asked from a step and answered on the case (S0: "consult if needed")."""

    class To(models.TextChoices):
        MANAGEMENT = "management", "Management"
        BILLING = "billing", "Billing"

    ANSWERS: ClassVar = {To.MANAGEMENT: Can.ANSWER_MANAGEMENT, To.BILLING: Can.ANSWER_BILLING}

    case = models.ForeignKey(Case, models.PROTECT, related_name="questions")
    step = models.CharField(max_length=40)
    to = models.CharField(max_length=12, choices=To.choices)
    text = models.TextField()
    asked_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            together("answered_by", "answered_at", "question_answered_by_and_at"),
            models.CheckConstraint(
                name="question_answer_is_signed",
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["to", "asked_at"], condition=Q(answered_at__isnull=True), name="question_open")]

    def __str__(self) -> str:
        return f"Question to {self.get_to_display()}"


class SavedView(models.Model):
    """A person's own name for a set of filters of a tracker. Nothing that names a client is among the filters."""

    by = models.ForeignKey("access.User", models.PROTECT, related_name="saved_views")
    tracker = models.CharField(max_length=40, help_text="The name of the tracker's address.")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["by", "tracker", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
