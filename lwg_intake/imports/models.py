from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from lwg_intake.records.models.checks import one_of, together


class Run(models.Model):
    """One import: its files, who asked for it, how far it is, and what came of it. The command's has nobody."""

    class Status(models.TextChoices):
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, waits for you"
        APPLYING = "applying", "Going in"
        APPLIED = "applied", "Imported"
        UNDOING = "undoing", "Being taken back"
        UNDONE = "undone", "Taken back"
        FAILED = "failed", "Failed"
        DISCARDED = "discarded", "Discarded"

    MOVES: ClassVar = {
        Status.CHECKING: (Status.CHECKED, Status.FAILED),
        Status.CHECKED: (Status.CHECKING, Status.APPLYING, Status.DISCARDED),
        Status.APPLYING: (Status.APPLIED, Status.FAILED),
        Status.APPLIED: (Status.UNDOING,),
        Status.UNDOING: (Status.UNDONE, Status.APPLIED),
        Status.UNDONE: (),
        Status.FAILED: (Status.CHECKING, Status.DISCARDED),
        Status.DISCARDED: (),
    }
    # What the worker is at, or ought to be.
    AT_WORK = (Status.CHECKING, Status.APPLYING, Status.UNDOING)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.CHECKING)
    by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True, help_text="When its first file began to go in.")
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    notes = models.JSONField(default=list, blank=True, help_text="Sentences about what was ignored or went wrong.")
    at_file = models.CharField(max_length=20, blank=True, help_text="Which file the worker is reading.")
    percent = models.PositiveSmallIntegerField(default=0, help_text="How much of it has been read.")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            one_of(
                "status",
                ["checking", "checked", "applying", "applied", "undoing", "undone", "failed", "discarded"],
                "run_status",
            ),
            together("undone_by", "undone_at", "run_undone_by_and_at"),
        ]

    def __str__(self) -> str:
        return f"Import of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_at_work(self) -> bool:
        return self.status in self.AT_WORK

    def open_doubts(self) -> models.QuerySet[Person]:
        """People of its foreign files about whom nobody has decided yet."""
        return self._persons().filter(verdict=Person.Verdict.OPEN).order_by("name", "pk")

    def decided(self) -> models.QuerySet[Person]:
        """People of its foreign files about whom somebody decided: who was left out first, then the latest."""
        is_in = models.Case(models.When(verdict=Person.Verdict.SKIPPED, then=0), default=1)
        return self._persons().exclude(verdict=Person.Verdict.OPEN).order_by(is_in, "-decided_at", "-pk")

    def _persons(self) -> models.QuerySet[Person]:
        doubts = {doubt for listed in self.files.values_list("doubts", flat=True) for doubt in listed}
        return Person.objects.filter(pk__in=doubts)

    @property
    def came_to(self) -> str:
        """What its status does not tell: that it was stopped, brought nothing, or cannot be read. Else empty."""
        applied, unfinished = self.status == self.Status.APPLIED, self.applied_at is None
        if unfinished and (applied or (self.status == self.Status.FAILED and self.by_id is None)):
            return "Stopped"
        if applied and not any(self.total[name] for name in ("created", "updated", "unchanged")):
            return "Nothing came in"
        return "Cannot be read" if self.status == self.Status.CHECKED and not self.waits_for_anyone else ""

    @property
    def waits_for_anyone(self) -> bool:
        """Whether, of what was checked, anything can go in, or could once somebody answered what is asked."""
        return any(not file.unread or file.ask or file.wants_columns for file in self.files.all())

    @property
    def asks(self) -> bool:
        """Whether of a file that was checked something is asked before it can be read."""
        return self.status == self.Status.CHECKED and any(file.ask or file.wants_columns for file in self.files.all())

    @property
    def said(self) -> str:
        """Its state in words."""
        return self.came_to or ("Waits for your answer" if self.asks else str(self.get_status_display()))

    @property
    def pill(self) -> str:
        """The look of its state."""
        return "blocked" if self.came_to else LOOKS[self.Status(self.status)]

    @property
    def total(self) -> dict[str, int]:
        """The figures of all files together."""
        names = ("rows", "created", "updated", "unchanged", "rejected", "in_part")
        found = {name: sum(file.figures.get(name, 0) for file in self.files.all()) for name in names}
        return {**found, "left_out": found["rejected"] - found["in_part"]}


LOOKS = {
    Run.Status.CHECKING: "waiting",
    Run.Status.CHECKED: "approval",
    Run.Status.APPLYING: "waiting",
    Run.Status.APPLIED: "done",
    Run.Status.UNDOING: "waiting",
    Run.Status.UNDONE: "closed",
    Run.Status.FAILED: "blocked",
    Run.Status.DISCARDED: "closed",
}


class RunFileQuerySet(models.QuerySet["RunFile"]):
    def light(self) -> RunFileQuerySet:
        """Without what was uploaded and what was left out, which may be large."""
        return self.defer("content", "rejects")


class RunFile(models.Model):
    """One file of an import. What was uploaded is kept, without diagnoses, only until it is applied or discarded."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="files")
    file = models.CharField(max_length=20, blank=True, help_text="Which of the practice's files it is, if one.")
    name = models.CharField(max_length=200, help_text="Its name as uploaded.")
    place = models.PositiveSmallIntegerField(default=0, help_text="In which order the files go in.")
    content = models.BinaryField(null=True, blank=True, help_text="The CSV, packed with zlib.")
    size = models.BigIntegerField(default=0, help_text="Bytes of the CSV.")
    header = models.JSONField(
        default=list, blank=True, help_text="The columns, where it is none of the practice's files."
    )
    mapping = models.JSONField(null=True, blank=True, help_text="What these columns mean.")
    doubts = models.JSONField(
        default=list, blank=True, help_text="Persons (Person) of it that someone has to decide on."
    )
    told = models.JSONField(default=list, blank=True, help_text="Sentences about what of it was not taken.")
    windows = models.BooleanField(default=False, help_text="Someone said that it is Windows-1252.")
    ask = models.BooleanField(default=False, help_text="It could be read if it were Windows-1252.")
    unread = models.BooleanField(default=False)
    figures = models.JSONField(default=dict, blank=True)
    first = models.JSONField(default=list, blank=True, help_text="The first changes that it would make.")
    listed = models.JSONField(default=list, blank=True, help_text="The first rejected rows.")
    reasons = models.JSONField(default=list, blank=True, help_text="Why rows were left out, and how many for it.")
    rejects = models.BinaryField(default=b"", blank=True, help_text="All of them as a CSV, packed with zlib.")
    applied_at = models.DateTimeField(null=True, blank=True)
    noted_up_to = models.BigIntegerField(
        null=True,
        help_text="The last row change's number when it had gone in: what changed its rows later has a higher.",
    )

    objects = RunFileQuerySet.as_manager()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="runfile_place")]

    def __str__(self) -> str:
        return self.name

    @property
    def wants_columns(self) -> bool:
        """Whether somebody has to say what its columns mean."""
        return bool(self.header) and not self.mapping

    @property
    def more(self) -> int:
        """How many rejected rows a page does not show."""
        return int(self.figures.get("rejected", 0)) - 10

    @property
    def left_out(self) -> int:
        """How many rows stay out as a whole; the others of those listed go in but for a value."""
        return int(self.figures.get("rejected", 0)) - int(self.figures.get("in_part", 0))

    @property
    def for_other_reasons(self) -> int:
        """How many were left out for none of the commonest reasons."""
        return int(self.figures.get("rejected", 0)) - sum(count for _, count in self.reasons)


class Kind(models.Model):
    """What the columns of one kind of foreign file mean, as somebody said; known again by its header."""

    mark = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    mapping = models.JSONField()
    made_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """Somebody whom a foreign file names without a record number, and who that is. Asked once, then remembered."""

    class Verdict(models.TextChoices):
        OPEN = "open", "To be decided"
        SAME = "same", "The same"
        DIFFERENT = "different", "Somebody else"
        SKIPPED = "skipped", "Left out"

    key = models.CharField(max_length=200, help_text="The name as it is compared.")
    dob = models.DateField(null=True, blank=True)
    name = models.CharField(max_length=200)
    facts = models.JSONField(default=dict, blank=True, help_text="What else the file tells, to compare by.")
    candidates = models.JSONField(default=list, blank=True, help_text="Clients who may be meant.")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.OPEN)
    client = models.ForeignKey("records.Client", models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey("access.User", models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "dob"], name="person_key", nulls_distinct=False),
            one_of("verdict", ["open", "same", "different", "skipped"], "person_verdict"),
            together("decided_by", "decided_at", "person_decided_by_and_at"),
            models.CheckConstraint(
                name="person_same_names_client",
                condition=models.Q(verdict="same", client__isnull=False)
                | models.Q(~models.Q(verdict="same"), client__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Change(models.Model):
    """A row that an import created, or wrote over: then with its former values. Append-only; undoing reads it."""

    file = models.ForeignKey(RunFile, models.PROTECT, related_name="changes")
    table = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    client_id = models.BigIntegerField(null=True)
    former = models.JSONField(null=True, help_text="By column; empty when the row was created.")

    class Meta:
        indexes = [
            models.Index(fields=["record_id", "table"], name="change_record"),
            # For the trail of a client.
            models.Index(fields=["client_id"], condition=models.Q(client_id__isnull=False), name="change_client"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.record_id}"
