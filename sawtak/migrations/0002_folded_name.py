"""Names of senders folded for search."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Names of senders folded for search."""

    dependencies = [
        ('saudi', '0001_initial'),
        ('sawtak', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='folded_name',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('full_name'), function='saudi_fold'), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=django.contrib.postgres.indexes.GinIndex(fields=['folded_name'], name='ticket_name_words', opclasses=['gin_trgm_ops']),
        ),
    ]
