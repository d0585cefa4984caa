"""Files of decisions for the programme, and which decision went with which."""

import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

# A decision goes out once: what went with one file goes with no other.
ONCE = """
CREATE FUNCTION objections_decision_exported_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'decision % was exported', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER decision_exported_once BEFORE UPDATE OF export_id ON objections_decision
    FOR EACH ROW WHEN (OLD.export_id IS NOT NULL AND NEW.export_id IS DISTINCT FROM OLD.export_id)
    EXECUTE FUNCTION objections_decision_exported_once();
"""
NOT_ONCE = """
DROP TRIGGER decision_exported_once ON objections_decision;
DROP FUNCTION objections_decision_exported_once();
"""


class Migration(migrations.Migration):
    """Files of decisions for the programme."""

    dependencies = [
        ('objections', '0014_exemptions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DecisionExport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(verbose_name='made')),
                ('account', models.CharField(max_length=64, verbose_name='account of the server')),
                ('file_name', models.CharField(max_length=80, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('accepted', models.PositiveIntegerField(verbose_name='accepted')),
                ('partly_accepted', models.PositiveIntegerField(verbose_name='partly accepted')),
                ('rejected', models.PositiveIntegerField(verbose_name='rejected')),
                ('back_pay_sar', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, verbose_name='back pay in riyals')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('repeats', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeated', to='objections.decisionexport', verbose_name='repeats')),
            ],
            options={
                'verbose_name': 'export of decisions',
                'verbose_name_plural': 'exports of decisions',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='decision',
            name='export',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='objections.decisionexport', verbose_name='export'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('export__isnull', True), ('state', 'approved')), fields=['id'], name='decision_not_exported'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('export__isnull', True), ('state__in', ['approved', 'superseded']), _connector='OR'), name='decision_exported_when_in_force'),
        ),
        migrations.AddConstraint(
            model_name='decisionexport',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$'), models.Q(('file_name', ''), _negated=True), models.Q(('account', ''), _negated=True)), name='decision_export_whole'),
        ),
        migrations.AddConstraint(
            model_name='decisionexport',
            constraint=models.CheckConstraint(condition=models.Q(('repeats__isnull', True), models.Q(('repeats', models.F('id')), _negated=True), _connector='OR'), name='decision_export_repeats_another'),
        ),
        migrations.RunSQL(ONCE, NOT_ONCE),
    ]
