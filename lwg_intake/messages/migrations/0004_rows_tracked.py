from django.db import migrations

from lwg_intake.audit.triggers import tracked

# How a message leaves: each attempt changes these, and the outbox shows them.
DELIVERY = (
    "status", "attempts", "due_at", "claimed_at", "sent_at", "delivered_at", "may_have_left", "provider_ref", "error",
)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0009_each_clients_own"),
        ("outbox", "0003_what_a_number_said"),
    ]
    operations = [
        tracked("outbox_message", "client_id", routine=DELIVERY),
        tracked("outbox_incomingtext", "client_id"),
    ]
