"""Lines of payments, and names folded for search."""

from django.db import migrations, models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion


class Migration(migrations.Migration):
    """Lines of payments, and names folded for search."""

    dependencies = [
        ('beneficiaries', '0003_announced_with_deadline'),
        ('saudi', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('none', 'No payment this month'), ('processing', 'Being prepared'), ('sent', 'On its way to the bank'), ('paid', 'Paid'), ('refused', 'Refused by the bank'), ('waiting', 'Waiting for a working account')], max_length=10, verbose_name='payment')),
                ('entitled_sar', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='entitled to, in riyals')),
                ('paid_sar', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='paid, in riyals')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='deposit day')),
                ('reason_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='reasons')),
                ('announced_on', models.DateField(blank=True, null=True, verbose_name='announced on')),
                ('counted_from', models.DateField(blank=True, null=True, verbose_name='counted from')),
                ('filing_deadline', models.DateField(blank=True, null=True, verbose_name='last filing day')),
                ('superseded_on', models.DateField(blank=True, null=True, verbose_name='replaced on')),
            ],
            options={
                'verbose_name': 'payment line',
                'verbose_name_plural': 'payment lines',
            },
        ),
        migrations.AddField(
            model_name='person',
            name='folded_name',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('full_name'), function='saudi_fold'), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='person',
            index=django.contrib.postgres.indexes.GinIndex(fields=['folded_name'], name='person_name_words', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='cycle',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='beneficiaries.cycle'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='household',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='beneficiaries.household'),
        ),
        migrations.AddField(
            model_name='paymentline',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='beneficiaries.person'),
        ),
        migrations.AddIndex(
            model_name='paymentline',
            index=models.Index(fields=['person', '-cycle'], name='payment_person_cycle'),
        ),
        migrations.AddIndex(
            model_name='paymentline',
            index=models.Index(fields=['household', '-cycle'], name='payment_household_cycle'),
        ),
        migrations.AddIndex(
            model_name='paymentline',
            index=models.Index(condition=models.Q(('announced_on__isnull', True)), fields=['cycle'], name='payment_waiting'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.UniqueConstraint(condition=models.Q(('announced_on__isnull', True)), fields=('person', 'cycle'), name='payment_waiting_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.UniqueConstraint(condition=models.Q(('announced_on__isnull', False), ('superseded_on__isnull', True)), fields=('person', 'cycle'), name='payment_announced_once'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('announced_on__isnull', True), ('filing_deadline__isnull', True)), models.Q(('announced_on__isnull', False), ('filing_deadline__isnull', True), models.Q(('status__in', ['none', 'paid']), _negated=True)), models.Q(('announced_on__isnull', False), ('filing_deadline__isnull', False), ('status__in', ['none', 'paid'])), _connector='OR'), name='payment_deadline_when_settled'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted_from__isnull', True), ('filing_deadline__isnull', True)), models.Q(('counted_from__isnull', False), ('filing_deadline__gte', models.F('counted_from')), ('filing_deadline__isnull', False)), _connector='OR'), name='payment_deadline_after_day_0'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('paid_on__isnull', False), models.Q(('status__in', ['none', 'paid']), _negated=True), _connector='OR'), name='payment_settled_on_a_day'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('superseded_on__isnull', True), ('announced_on__isnull', False), _connector='OR'), name='payment_superseded_after_announcement'),
        ),
        migrations.AddConstraint(
            model_name='paymentline',
            constraint=models.CheckConstraint(condition=models.Q(('entitled_sar__gte', 0), ('paid_sar__gte', 0)), name='payment_amounts'),
        ),
    ]
