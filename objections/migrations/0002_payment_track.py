"""The second track: objections against a line of a payment."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The second track: objections against a line of a payment."""

    dependencies = [
        ('beneficiaries', '0004_payments_and_folded_names'),
        ('objections', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='beneficiaries.paymentline'),
        ),
        migrations.AlterField(
            model_name='objection',
            name='result',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='beneficiaries.eligibilityresult'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['submitted', 'under_review', 'documents_wanted'])), fields=('payment',), name='one_open_objection_a_payment'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'draft')), fields=('payment', 'filed_by'), name='one_draft_a_payment_and_person'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('payment__isnull', True), ('result__isnull', False)), models.Q(('payment__isnull', False), ('result__isnull', True)), _connector='OR'), name='objection_on_one_track'),
        ),
    ]
