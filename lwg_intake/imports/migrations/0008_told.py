from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0007_change_client'),
    ]

    operations = [
        migrations.AddField(
            model_name='runfile',
            name='told',
            field=models.JSONField(blank=True, default=list, help_text='Sentences about what of it was not taken.'),
        ),
    ]
