"""Indexes in the order of the staff's lists of results, payments and accounts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes in the order of the staff's lists of results, payments and accounts."""

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('beneficiaries', '0005_runs'),
    ]

    operations = [
        migrations.AlterField(
            model_name='eligibilityresult',
            name='cycle',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='beneficiaries.cycle'),
        ),
        migrations.AlterField(
            model_name='paymentline',
            name='cycle',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='beneficiaries.cycle'),
        ),
        migrations.AddIndex(
            model_name='eligibilityresult',
            index=models.Index(fields=['cycle', 'id'], name='result_cycle'),
        ),
        migrations.AddIndex(
            model_name='paymentline',
            index=models.Index(fields=['cycle', 'id'], name='payment_cycle'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_staff', True), ('person__isnull', True)), fields=['username'], name='user_staff'),
        ),
    ]
