from django.db import migrations

from lwg_intake.audit.triggers import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0009_each_clients_own"),
        ("reassignment", "0003_requests"),
    ]
    operations = [
        tracked("reassignment_departure"),
        tracked("reassignment_mailing"),
        tracked("reassignment_rosterrow", "assignment_id", "records_assignment"),
        tracked("reassignment_reassignment", "client_id"),
        tracked("reassignment_offer", "reassignment_id", "reassignment_reassignment"),
    ]
