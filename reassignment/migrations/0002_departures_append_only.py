from django.db import migrations

from lwg_intake.audit.triggers import append_only, never_deleted


class Migration(migrations.Migration):
    dependencies = [("reassignment", "0001_departures")]
    operations = [
        append_only("reassignment_rosterchange"),
        append_only("reassignment_attempt"),
        never_deleted("reassignment_rosterrow"),
        never_deleted("reassignment_departure"),
    ]
