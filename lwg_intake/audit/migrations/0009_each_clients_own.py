from django.db import migrations

from lwg_intake.audit.triggers import row_changes


class Migration(migrations.Migration):
    """The function anew: a row that goes from one client to another is noted for both, a password as changed."""

    dependencies = [("audit", "0008_row_changes_chained")]
    operations = [migrations.RunSQL(row_changes().sql, migrations.RunSQL.noop)]
