from django.db import migrations

from lwg_intake.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("checklists", "0001_initial")]
    operations = [append_only("checklists_entry")]
