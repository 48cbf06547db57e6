from django.db import migrations

from lwg_intake.audit.triggers import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0009_each_clients_own"),
        ("checklists", "0006_rows_tracked"),
    ]
    operations = [
        tracked("checklists_tick", "case_id", "checklists_case"),
        tracked("checklists_question", "case_id", "checklists_case"),
    ]
