import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Cast

# No deed's transaction stays open for longer than this.
LONGEST_DEED = timedelta(hours=12)


# What comes before or after is no moment of a deed; the first leaves room for a clock that lost its day.
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Readable(json.JSONDecoder):
    """Whatever somebody wrote past the program, the trail can be opened: what is no object stands in one, in words."""

    def decode(self, s: str, *args: Any) -> dict[str, Any]:
        try:
            values = super().decode(s, *args)
        except (ValueError, RecursionError):
            values = "cannot be read"
        return values if isinstance(values, dict) else {"values": values}


def sensible_moment(name: str) -> models.CheckConstraint:
    """Python has no date for infinity: a row of then could be neither shown nor sealed."""
    return models.CheckConstraint(condition=models.Q(at__gte=FIRST, at__lt=LAST), name=name)


def this_transaction() -> Cast:
    """The database's own number of the running transaction, of 64 bits: never used twice in one cluster."""
    return Cast(Cast(models.Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField())


def next_row_change() -> models.Func:
    """A number that every row change noted so far, on rows that this transaction holds, is below; later ones are above.

    Where a row was changed by another transaction afterwards, that had to wait for this one. A number of a table, and
    so the same after the database was restored from a dump.
    """
    sequence = models.Func(
        models.Value(RowChange._meta.db_table), models.Value("id"), function="pg_get_serial_sequence"
    )
    return models.Func(sequence, function="nextval", output_field=models.BigIntegerField())


class Event(models.Model):
    """What happened, to which record, by whom, when and from where. Ids and values, never free clinical text.

    Rows carry ids without a foreign key, so that this floor knows no client. The table refuses UPDATE, DELETE and
    TRUNCATE by a trigger of its own (migration 0001).
    """

    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True, help_text="The account; empty when the program itself did it.")
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    record = models.CharField(max_length=60, help_text="The kind of record, such as records.client.")
    record_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    origin = models.CharField(max_length=80, help_text="A network address, or the command or task that ran.")
    values = models.JSONField(default=dict, decoder=Readable)
    xact = models.BigIntegerField(
        null=True, editable=False, db_default=this_transaction(),
        help_text="The database's number of the transaction: the rows changed in it are told by this event.",
    )  # fmt: skip

    class Meta:
        constraints = [sensible_moment("event_at_is_sensible")]
        indexes = [
            models.Index(fields=["client_id", "at"]),
            models.Index(fields=["actor_id", "at"]),
            models.Index(fields=["record", "record_id", "at"]),
            # For the trail: everything by day, one kind of deed, and the searches and lists that showed a client.
            models.Index(fields=["at"]),
            models.Index(fields=["verb", "at"]),
            models.Index(fields=["xact"]),
            GinIndex(
                OpClass(KeyTransform("shown", "values"), name="jsonb_path_ops"),
                condition=models.Q(values__has_key="shown"),
                name="audit_event_listed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.verb} {self.record} {self.record_id}"


class Link(models.Model):
    """The place of an event or of a row change in the chain. `digest` is over the digest before it and that row.

    A table of its own, so that both stay as they were written. It refuses UPDATE, DELETE and TRUNCATE.
    """

    position = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 …, without a gap.")
    event_id = models.BigIntegerField(unique=True, null=True)
    rowchange_id = models.BigIntegerField(unique=True, null=True)
    digest = models.CharField(max_length=64, help_text="SHA-256, in hexadecimal.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event_id__isnull=True) ^ models.Q(rowchange_id__isnull=True), name="link_of_one"
            )
        ]

    def __str__(self) -> str:
        return f"{self.position}: " + (
            f"row change {self.rowchange_id}" if self.event_id is None else f"event {self.event_id}"
        )


class Head(models.Model):
    """Where the chain ended at a moment, signed with the program's secret key: what was cut off later shows by it.

    One row for each time that the worker lengthened the chain. It refuses UPDATE, DELETE and TRUNCATE.
    """

    position = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(auto_now_add=True)
    through = models.BigIntegerField(help_text="Each event up to this number that was there has its place.")
    rows_through = models.BigIntegerField(default=0, help_text="And each row change up to this one.")

    class Meta:
        indexes = [models.Index(fields=["sealed_at"])]

    def __str__(self) -> str:
        return f"The chain ended at {self.position}"


class RowChange(models.Model):
    """A row that was made, changed or deleted, written by the database itself: by whatever program, in any number.

    The net beneath the events: who did it is told by the event of the same transaction (`xact`), and where there is
    none, the change was made past the program. Rows made by the hundred stand as one line. Append-only.
    """

    class Deed(models.TextChoices):
        MADE = "INSERT", "made"
        CHANGED = "UPDATE", "changed"
        DELETED = "DELETE", "deleted"

    at = models.DateTimeField()
    xact = models.BigIntegerField()
    record = models.CharField(max_length=60, help_text="The table.")
    deed = models.CharField(max_length=6, choices=Deed.choices)
    row_id = models.BigIntegerField(help_text="Of several rows made at once, the lowest.")
    rows = models.BigIntegerField(default=1)
    client_id = models.BigIntegerField(null=True)
    changed = models.JSONField(default=dict, decoder=Readable, help_text="Each column that changed: before and after.")
    db_user = models.CharField(max_length=80, help_text="The database's account, and the program that was connected.")

    class Meta:
        constraints = [sensible_moment("rowchange_at_is_sensible")]
        indexes = [
            models.Index(
                fields=["client_id", "id"], condition=models.Q(client_id__isnull=False), name="rowchange_client"
            ),
            models.Index(fields=["xact"]),
            models.Index(fields=["record", "row_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.record} {self.row_id} {self.get_deed_display()}"
