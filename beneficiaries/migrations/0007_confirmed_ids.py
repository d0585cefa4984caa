"""IDs that the register confirms although they fail the check."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """IDs that the register confirms although they fail the check."""

    dependencies = [
        ('beneficiaries', '0006_staff_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConfirmedNationalId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('national_id', models.CharField(max_length=10, verbose_name='national ID')),
                ('proof', models.CharField(max_length=300, verbose_name='proof of the register')),
                ('confirmed_at', models.DateTimeField(verbose_name='confirmed')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn')),
                ('withdrawal_reason', models.CharField(blank=True, max_length=300, verbose_name='reason of the withdrawal')),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='confirmed by')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'verbose_name': 'confirmed ID',
                'verbose_name_plural': 'confirmed IDs',
                'permissions': [('confirm_national_id', 'Can confirm a national ID that fails the check')],
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('national_id__regex', '^[12][0-9]{9}$')), name='confirmed_id_form'), models.CheckConstraint(condition=models.Q(('proof', ''), _negated=True), name='confirmed_id_has_proof'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawal_reason', ''), ('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='confirmed_id_withdrawn_whole'), models.UniqueConstraint(condition=models.Q(('withdrawn_at__isnull', True)), fields=('national_id',), name='confirmed_id_in_force_once')],
            },
        ),
    ]
