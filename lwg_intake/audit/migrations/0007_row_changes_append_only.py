from django.db import migrations

from lwg_intake.audit.triggers import append_only, row_changes


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_row_changes")]
    operations = [append_only("audit_rowchange"), row_changes()]
