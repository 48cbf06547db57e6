from django.db import migrations

from lwg_intake.audit.triggers import tracked

# Each table with the column that names the client. They stand on several floors; this is the highest of them.
TRACKED = {
    "records_client": "id",
    "records_assignment": "client_id",
    "records_appointment": "client_id",
    "records_insurancepolicy": "client_id",
    "records_balance": "client_id",
    "records_document": "client_id",
    "records_omhcassessment": "client_id",
    "records_termination": "client_id",
    "records_removal": "client_id",
    "records_placehold": "client_id",
    "records_legalhold": "client_id",
    "records_handover": "",
    "policy_setting": "",
    "access_user": "",
    "checklists_case": "client_id",
}


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("audit", "0007_row_changes_append_only"),
        ("checklists", "0005_saved_views"),
        ("policy", "0002_history_append_only"),
        ("records", "0011_holds_stand"),
    ]
    operations = [tracked(table, client) for table, client in TRACKED.items()]
