from django.db import models
from django.utils import timezone


class Setting(models.Model):
    """The value of one number from a day on. Older rows stay: they are the history."""

    key = models.CharField(max_length=60)
    value = models.IntegerField()
    effective_on = models.DateField()
    source = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by_id = models.BigIntegerField(null=True, help_text="The account; empty for the practice's defaults.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "effective_on", "changed_at"], name="policy_history")]
        indexes = [models.Index(fields=["key", "-effective_on", "-changed_at"])]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} from {self.effective_on}"
