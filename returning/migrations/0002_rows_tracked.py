from django.db import migrations

from lwg_intake.audit.triggers import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0009_each_clients_own"),
        ("returning", "0001_initial"),
    ]
    operations = [
        tracked("returning_return", "case_id", "checklists_case"),
    ]
