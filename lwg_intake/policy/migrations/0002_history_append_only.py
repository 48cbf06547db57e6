from django.db import migrations

from lwg_intake.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial"), ("audit", "0002_append_only")]
    operations = [append_only("policy_setting")]
