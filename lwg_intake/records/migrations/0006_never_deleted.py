from django.conf import settings
from django.db import migrations, models

from lwg_intake.audit.triggers import never_deleted

# Episodes are derived, search keys too; contacts refuse more (0002). All else on record is ended or corrected.
KEPT = (
    "client",
    "clinician",
    "assignment",
    "appointment",
    "termination",
    "insurancepolicy",
    "balance",
    "arrangement",
    "document",
    "omhcassessment",
    "placehold",
    "removal",
    "handover",
)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0005_handover'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='client',
            constraint=models.CheckConstraint(condition=models.Q(('portal__in', ['none', 'invited', 'active', ''])), name='client_portal'),
        ),
        migrations.AddConstraint(
            model_name='client',
            constraint=models.CheckConstraint(condition=models.Q(('flags__contained_by', ['risk', 'part2', 'hold'])), name='client_flags'),
        ),
        migrations.AddConstraint(
            model_name='clinician',
            constraint=models.CheckConstraint(condition=models.Q(('modality__in', ['virtual', 'in_person', 'both', ''])), name='clinician_modality'),
        ),
        migrations.AddConstraint(
            model_name='clinician',
            constraint=models.CheckConstraint(condition=models.Q(('employment__in', ['full_time', 'part_time', 'contractor', ''])), name='clinician_employment'),
        ),
        migrations.AddConstraint(
            model_name='clinician',
            constraint=models.CheckConstraint(condition=models.Q(('services__contained_by', ['therapy', 'medication', 'couples', 'family', 'omhc'])), name='clinician_services'),
        ),
        *(never_deleted(f"records_{name}") for name in KEPT),
    ]
