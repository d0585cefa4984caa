"""An index for the staff list of SMS by status."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index for the staff list of SMS by status."""

    dependencies = [
        ('notifications', '0003_later_tries'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['status', 'id'], name='message_status'),
        ),
    ]
