from django.db import migrations

from lwg_intake.audit.triggers import made_noted, tracked


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0009_each_clients_own"),
        ("records", "0013_search_changed"),
    ]
    operations = [
        tracked("records_arrangement", "client_id"),
        made_noted("records_contact", "client_id"),
        made_noted("records_recorddecision", "client_id"),
    ]
