from datetime import UTC, datetime

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import lwg_intake.audit.models


def sensible(name):
    """Asked of rows from now on: those that are there stay as they were written."""
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    return models.CheckConstraint(condition=models.Q(("at__gte", first), ("at__lt", last)), name=name)


class Migration(migrations.Migration):
    dependencies = [("audit", "0009_each_clients_own")]
    operations = [
        migrations.AlterField(
            model_name="event",
            name="values",
            field=models.JSONField(decoder=lwg_intake.audit.models.Readable, default=dict),
        ),
        migrations.AlterField(
            model_name="rowchange",
            name="changed",
            field=models.JSONField(
                decoder=lwg_intake.audit.models.Readable,
                default=dict,
                help_text="Each column that changed: before and after.",
            ),
        ),
        AddConstraintNotValid("event", sensible("event_at_is_sensible")),
        AddConstraintNotValid("rowchange", sensible("rowchange_at_is_sensible")),
    ]
