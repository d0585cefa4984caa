"""Corrections of many results at once, their sets and what was done with them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


# The set is what was approved: rows come while it is written, each is settled once, nothing goes.
SET_FIXED = """
CREATE FUNCTION objections_correction_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a correction is kept' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.cycle_id, NEW.reason_code, NEW.city, NEW.result_status, NEW.announced_since,
        NEW.announced_until, NEW.why, NEW.prepared_by_id, NEW.prepared_at)
       IS DISTINCT FROM
       (OLD.cycle_id, OLD.reason_code, OLD.city, OLD.result_status, OLD.announced_since,
        OLD.announced_until, OLD.why, OLD.prepared_by_id, OLD.prepared_at)
    THEN
        RAISE EXCEPTION 'what a correction asks for is not edited' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.said_ar, NEW.said_en) IS DISTINCT FROM (OLD.said_ar, OLD.said_en)
       AND OLD.state NOT IN ('fixing', 'fixed')
    THEN
        RAISE EXCEPTION 'what was shown for approval is not edited'
            USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state IN ('done', 'withdrawn') AND NEW.state <> OLD.state
       OR OLD.state = 'running' AND NEW.state NOT IN ('running', 'done') THEN
        RAISE EXCEPTION 'an approved correction goes to its end' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER correction_fixed BEFORE UPDATE OR DELETE ON objections_correction
    FOR EACH ROW EXECUTE FUNCTION objections_correction_fixed();

CREATE FUNCTION objections_correction_rows_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN objections_correction AS c ON c.id = added.correction_id
        WHERE c.state <> 'fixing'
    ) THEN
        RAISE EXCEPTION 'the set of the correction is fixed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER correction_rows_added AFTER INSERT ON objections_correctionrow
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION objections_correction_rows_added();

CREATE FUNCTION objections_correction_row_settled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    correction_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a row of a correction is kept' USING ERRCODE = 'check_violation';
    END IF;
    SELECT state INTO correction_state FROM objections_correction WHERE id = OLD.correction_id;
    IF OLD.state <> 'waiting' OR (NEW.correction_id, NEW.result_id)
       IS DISTINCT FROM (OLD.correction_id, OLD.result_id)
    THEN
        RAISE EXCEPTION 'a row of a correction is settled once' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.status, NEW.reason_codes, NEW.entitlement_sar, NEW.amount_cycle, NEW.follows_id)
       IS DISTINCT FROM
       (OLD.status, OLD.reason_codes, OLD.entitlement_sar, OLD.amount_cycle, OLD.follows_id)
       AND correction_state <> 'fixing'
       OR NEW.state = 'removed' AND correction_state <> 'fixed'
       OR NEW.state NOT IN ('waiting', 'removed') AND correction_state <> 'running'
    THEN
        RAISE EXCEPTION 'not while the correction is %', correction_state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER correction_row_settled BEFORE UPDATE OR DELETE ON objections_correctionrow
    FOR EACH ROW EXECUTE FUNCTION objections_correction_row_settled();
"""
SET_NOT_FIXED = """
DROP TRIGGER correction_row_settled ON objections_correctionrow;
DROP FUNCTION objections_correction_row_settled();
DROP TRIGGER correction_rows_added ON objections_correctionrow;
DROP FUNCTION objections_correction_rows_added();
DROP TRIGGER correction_fixed ON objections_correction;
DROP FUNCTION objections_correction_fixed();
"""

IN_PART = ("OUR_MISTAKE_IN_PART", "الخطأ من البرنامج في جزء", "A part was the programme's mistake")


def add_reason(apps, _schema_editor):
    code, label_ar, label_en = IN_PART
    apps.get_model("objections", "DecisionReason").objects.get_or_create(
        code=code,
        defaults={"outcome": "partly_accepted", "label_ar": label_ar, "label_en": label_en},
    )


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0010_extensions'),
        ('objections', '0018_list_facts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason_code', models.CharField(max_length=30, verbose_name='wrong reason')),
                ('city', models.CharField(blank=True, max_length=80, verbose_name='city')),
                ('result_status', models.CharField(blank=True, choices=[('eligible', 'Eligible'), ('ineligible', 'Not eligible')], max_length=10, verbose_name='result')),
                ('announced_since', models.DateField(blank=True, null=True, verbose_name='announced from')),
                ('announced_until', models.DateField(blank=True, null=True, verbose_name='announced until')),
                ('said_ar', models.TextField(verbose_name='what people read, in Arabic')),
                ('said_en', models.TextField(verbose_name='what people read, in English')),
                ('why', models.TextField(verbose_name='how it is known')),
                ('state', models.CharField(choices=[('fixing', 'The set is being written'), ('fixed', 'The set is fixed'), ('proposed', 'Waits for approval'), ('running', 'Under way'), ('done', 'Done'), ('withdrawn', 'Withdrawn')], default='fixing', max_length=10, verbose_name='state')),
                ('prepared_at', models.DateTimeField(verbose_name='prepared')),
                ('fixed_at', models.DateTimeField(blank=True, null=True, verbose_name='set fixed')),
                ('proposed_at', models.DateTimeField(blank=True, null=True, verbose_name='approval asked for')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='approved')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('submission', models.UUIDField(editable=False, unique=True)),
                ('reached', models.BigIntegerField(default=0)),
                ('is_following', models.BooleanField(default=False)),
                ('figures', models.JSONField(blank=True, default=dict)),
                ('rows_fixed', models.PositiveIntegerField(default=0, verbose_name='results in the set')),
                ('rows_following', models.PositiveIntegerField(default=0, verbose_name='who follow a main beneficiary')),
                ('rows_eligible', models.PositiveIntegerField(default=0, verbose_name='who become eligible')),
                ('rows_removed', models.PositiveIntegerField(default=0, verbose_name='taken out')),
                ('rows_corrected', models.PositiveIntegerField(default=0, verbose_name='corrected')),
                ('rows_left', models.PositiveIntegerField(default=0, verbose_name='left alone')),
                ('objections_closed', models.PositiveIntegerField(default=0, verbose_name='objections closed')),
                ('drafts_stopped', models.PositiveIntegerField(default=0, verbose_name='drafts stopped')),
                ('told', models.PositiveIntegerField(default=0, verbose_name='SMS queued')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='approved by')),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='beneficiaries.cycle')),
                ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='prepared by')),
            ],
            options={
                'verbose_name': 'correction of results',
                'verbose_name_plural': 'corrections of results',
                'permissions': [('propose_correction', 'Can find wrong results and propose their correction'), ('approve_correction', 'Can approve a correction that somebody else proposed'), ('export_correction', 'Can download the set of a correction')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='CorrectionEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('prepared', 'Had the set written'), ('fixed', 'The set was fixed'), ('removed', 'Took a row out of the set'), ('reworded', 'Changed what people read'), ('proposed', 'Asked for approval'), ('returned', 'Returned it'), ('approved', 'Approved it'), ('withdrawn', 'Withdrew it'), ('exported', 'Downloaded the set'), ('done', 'All rows are done')], max_length=10)),
                ('at', models.DateTimeField()),
                ('note', models.TextField(blank=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('correction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='objections.correction')),
            ],
            options={
                'verbose_name': 'event of a correction',
                'verbose_name_plural': 'events of corrections',
                'ordering': ['id'],
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='CorrectionRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('eligible', 'Eligible'), ('ineligible', 'Not eligible')], max_length=10, verbose_name='becomes')),
                ('reason_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None)),
                ('entitlement_sar', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=10)),
                ('amount_cycle', models.CharField(blank=True, max_length=7)),
                ('state', models.CharField(choices=[('waiting', 'In the set'), ('removed', 'Taken out by staff'), ('corrected', 'Corrected'), ('replaced', 'Left: another result came meanwhile'), ('decided', 'Left: an objection was decided meanwhile'), ('unfollowed', "Left: the main beneficiary's was left")], default='waiting', max_length=10, verbose_name='state')),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('removed_why', models.TextField(blank=True, verbose_name='why it was taken out')),
                ('correction', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='objections.correction')),
                ('follows', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='objections.correctionrow')),
                ('new_result', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='beneficiaries.eligibilityresult')),
                ('objection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='objections.objection', verbose_name='objection that it closed')),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='correction_rows', to='beneficiaries.eligibilityresult')),
            ],
            options={
                'verbose_name': 'result of a correction',
                'verbose_name_plural': 'results of a correction',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='correction',
            index=models.Index(condition=models.Q(('state__in', ['fixing', 'running'])), fields=['id'], name='correction_to_work_on'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), models.Q(('approved_by', models.F('prepared_by')), _negated=True), _connector='OR'), name='correction_approved_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('fixed_at__isnull', True), ('proposed_at__isnull', True), ('state', 'fixing'), ('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('fixed_at__isnull', False), ('proposed_at__isnull', True), ('state', 'fixed'), ('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('fixed_at__isnull', False), ('proposed_at__isnull', False), ('state', 'proposed'), ('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('finished_at__isnull', True), ('fixed_at__isnull', False), ('state', 'running'), ('approved_at__isnull', False), ('approved_by__isnull', False), ('proposed_at__isnull', False)), models.Q(('finished_at__isnull', False), ('fixed_at__isnull', False), ('state', 'done'), ('approved_at__isnull', False), ('approved_by__isnull', False), ('proposed_at__isnull', False)), models.Q(('state', 'withdrawn'), ('approved_at__isnull', True), ('approved_by__isnull', True)), _connector='OR'), name='correction_steps_in_order'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('said_ar', ''), _negated=True), models.Q(('said_en', ''), _negated=True), models.Q(('why', ''), _negated=True)), name='correction_says_why_in_both_languages'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('announced_since__isnull', True), ('announced_until__isnull', True), ('announced_until__gte', models.F('announced_since')), _connector='OR'), name='correction_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('rows_fixed__gte', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('rows_removed'), '+', models.F('rows_corrected')), '+', models.F('rows_left')))), name='correction_counts_each_row_once'),
        ),
        migrations.AddIndex(
            model_name='correctionrow',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['correction', 'id'], name='correction_row_waits'),
        ),
        migrations.AddIndex(
            model_name='correctionrow',
            index=models.Index(fields=['correction', 'state', 'id'], name='correction_row_states'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.UniqueConstraint(fields=('correction', 'result'), name='correction_row_once'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('settled_at__isnull', False)), _connector='OR'), name='correction_row_settled_at'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_by__isnull', False), ('state', 'removed'), models.Q(('removed_why', ''), _negated=True)), models.Q(models.Q(('state', 'removed'), _negated=True), ('removed_by__isnull', True), ('removed_why', '')), _connector='OR'), name='correction_row_removed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('new_result__isnull', False), ('state', 'corrected')), models.Q(models.Q(('state', 'corrected'), _negated=True), ('new_result__isnull', True), ('objection__isnull', True)), _connector='OR'), name='correction_row_has_new_result'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'eligible'), models.Q(('reason_codes__len__gte', 1), ('status', 'ineligible')), _connector='OR'), name='correction_row_ineligible_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(('entitlement_sar__gte', 0)), name='correction_row_amount'),
        ),
        migrations.RunSQL(SET_FIXED, SET_NOT_FIXED),
        migrations.RunPython(add_reason, migrations.RunPython.noop),
    ]
