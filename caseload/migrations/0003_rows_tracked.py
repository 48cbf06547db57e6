from django.db import migrations

from lwg_intake.audit.triggers import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0009_each_clients_own"),
        ("caseload", "0002_call_lists_backfill_and_feeds"),
    ]
    operations = [
        tracked("caseload_suggestion", "assignment_id", "records_assignment"),
        tracked("caseload_snooze", "assignment_id", "records_assignment"),
        tracked("caseload_deadlineletter", "assignment_id", "records_assignment"),
        tracked("caseload_closure", "assignment_id", "records_assignment"),
        tracked("caseload_backfillentry", "assignment_id", "records_assignment"),
        tracked("caseload_freedplace"),
        tracked("caseload_calendarfeed"),
    ]
