from django.db import migrations

from lwg_intake.audit.triggers import tracked

# The addresses as allauth keeps them: the link to choose a password is mailed to them.


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("audit", "0009_each_clients_own"),
    ]
    operations = [
        tracked("account_emailaddress"),
    ]
