from django.db import models


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
    values = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["client_id", "at"]),
            models.Index(fields=["actor_id", "at"]),
            models.Index(fields=["record", "record_id", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.verb} {self.record} {self.record_id}"
