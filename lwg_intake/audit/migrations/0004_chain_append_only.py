from django.db import migrations

from lwg_intake.audit.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_chain")]
    operations = [append_only("audit_link"), append_only("audit_head")]
