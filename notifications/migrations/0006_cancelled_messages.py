"""A status for messages that were no longer needed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A status for messages that were no longer needed."""

    dependencies = [
        ('notifications', '0005_receipts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='attempt',
            name='outcome',
            field=models.CharField(blank=True, choices=[('held', 'held until its campaign is started'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to')], max_length=12),
        ),
        migrations.AlterField(
            model_name='message',
            name='status',
            field=models.CharField(choices=[('held', 'held until its campaign is started'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to')], default='queued', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='statusreport',
            name='status',
            field=models.CharField(blank=True, choices=[('held', 'held until its campaign is started'), ('queued', 'waiting to be sent'), ('sending', 'being sent'), ('sent', 'accepted by the gateway'), ('delivered', 'delivered'), ('unconfirmed', 'sent, never confirmed'), ('failed', 'failed for good'), ('unknown', 'outcome unknown'), ('expired', 'not sent in time'), ('cancelled', 'no longer needed'), ('suppressed', 'nobody to send it to')], max_length=12),
        ),
    ]
