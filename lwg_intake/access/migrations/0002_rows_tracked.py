from django.db import migrations

from lwg_intake.audit.triggers import tracked


class Migration(migrations.Migration):
    """What allauth keeps of an account: the address that a link to choose a password goes to, and the second factor."""

    dependencies = [
        ("access", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("audit", "0009_each_clients_own"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        tracked("account_emailaddress"),
        tracked("mfa_authenticator", routine=("last_used_at",)),
    ]
