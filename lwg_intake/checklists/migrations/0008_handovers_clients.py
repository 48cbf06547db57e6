"""What one wing asks of another is noted for the client whom it is about."""

from django.db import migrations

from lwg_intake.audit.triggers import tracked

NOBODYS = tracked("records_handover")


class Migration(migrations.Migration):
    dependencies = [("checklists", "0007_ticks_tracked")]
    operations = [
        migrations.RunSQL(NOBODYS.reverse_sql, NOBODYS.sql),
        tracked("records_handover", "assignment_id", "records_assignment"),
    ]
