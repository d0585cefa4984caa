"""Corrections of many payments: what is asked for, the amounts of a file, and what is added."""

import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

_CORRECTION_FIXED = """
CREATE OR REPLACE FUNCTION objections_correction_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a correction is kept' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.cycle_id, NEW.reason_code, NEW.city, NEW.result_status, NEW.announced_since,
        NEW.announced_until, NEW.why, NEW.prepared_by_id, NEW.prepared_at{new_more})
       IS DISTINCT FROM
       (OLD.cycle_id, OLD.reason_code, OLD.city, OLD.result_status, OLD.announced_since,
        OLD.announced_until, OLD.why, OLD.prepared_by_id, OLD.prepared_at{old_more})
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
"""

_ROWS_ADDED = """
CREATE OR REPLACE FUNCTION objections_correction_rows_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN objections_correction AS c ON c.id = added.correction_id
        WHERE c.state <> 'fixing'{or_other_track}
    ) THEN
        RAISE EXCEPTION 'the set of the correction is fixed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
"""

_ROW_SETTLED = """
CREATE OR REPLACE FUNCTION objections_correction_row_settled() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    correction_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a row of a correction is kept' USING ERRCODE = 'check_violation';
    END IF;
    SELECT state INTO correction_state FROM objections_correction WHERE id = OLD.correction_id;
    IF OLD.state <> 'waiting' OR (NEW.correction_id, NEW.result_id{new_what})
       IS DISTINCT FROM (OLD.correction_id, OLD.result_id{old_what})
    THEN
        RAISE EXCEPTION 'a row of a correction is settled once' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.status, NEW.reason_codes, NEW.entitlement_sar, NEW.amount_cycle, NEW.follows_id{new_sar})
       IS DISTINCT FROM
       (OLD.status, OLD.reason_codes, OLD.entitlement_sar, OLD.amount_cycle, OLD.follows_id{old_sar})
       AND correction_state <> 'fixing'
       OR NEW.state = 'removed' AND correction_state <> 'fixed'
       OR NEW.state NOT IN ('waiting', 'removed') AND correction_state <> 'running'
    THEN
        RAISE EXCEPTION 'not while the correction is %', correction_state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

_ASKED = ("track", "rule", "addition_sar", "paid_from", "paid_until")


def _functions(*, asked="", what="", sar="", or_other_track=""):
    return "".join((
        _CORRECTION_FIXED.format(
            new_more="".join(f", NEW.{each}" for each in asked),
            old_more="".join(f", OLD.{each}" for each in asked),
        ),
        _ROWS_ADDED.format(or_other_track=or_other_track),
        _ROW_SETTLED.format(
            new_what=what and f", NEW.{what}", old_what=what and f", OLD.{what}",
            new_sar=sar and f", NEW.{sar}", old_sar=sar and f", OLD.{sar}",
        ),
    ))


# The amounts of a file come with their correction, and are kept as they came.
FIXED = _functions(
    asked=_ASKED,
    what="payment_id",
    sar="added_sar",
    or_other_track=" OR (c.track = 'payment') <> (added.payment_id IS NOT NULL)",
) + """
CREATE FUNCTION objections_correction_amounts_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN objections_correction AS c ON c.id = added.correction_id
        WHERE c.state <> 'fixing' OR c.rule <> 'listed' OR c.reached <> 0
    ) THEN
        RAISE EXCEPTION 'the amounts come with their correction' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER correction_amounts_added AFTER INSERT ON objections_correctionamount
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION objections_correction_amounts_added();
CREATE TRIGGER correction_amount_kept BEFORE UPDATE OR DELETE ON objections_correctionamount
    FOR EACH ROW EXECUTE FUNCTION objections_kept();
"""
NOT_FIXED = """
DROP TRIGGER correction_amount_kept ON objections_correctionamount;
DROP TRIGGER correction_amounts_added ON objections_correctionamount;
DROP FUNCTION objections_correction_amounts_added();
""" + _functions()


class Migration(migrations.Migration):

    dependencies = [
        ('beneficiaries', '0011_added_by_corrections'),
        ('objections', '0024_wait_days'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CorrectionAmount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('national_id', models.CharField(max_length=10)),
                ('right_sar', models.DecimalField(decimal_places=2, max_digits=10)),
            ],
            options={
                'verbose_name': 'amount of a correction',
                'verbose_name_plural': 'amounts of a correction',
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='correctionrow',
            name='correction_row_has_new_result',
        ),
        migrations.RemoveConstraint(
            model_name='correctionrow',
            name='correction_row_ineligible_with_reason',
        ),
        migrations.AddField(
            model_name='correction',
            name='addition_sar',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='addition in riyals'),
        ),
        migrations.AddField(
            model_name='correction',
            name='corrected_sar',
            field=models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=14, verbose_name='added so far, in riyals'),
        ),
        migrations.AddField(
            model_name='correction',
            name='paid_from',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='paid from, in riyals'),
        ),
        migrations.AddField(
            model_name='correction',
            name='paid_until',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='paid until, in riyals'),
        ),
        migrations.AddField(
            model_name='correction',
            name='rule',
            field=models.CharField(blank=True, choices=[('due', 'What was due: the deduction was wrong'), ('addition', 'A fixed addition to what was due'), ('listed', 'The amount that a file names for each person')], max_length=8, verbose_name='right amount'),
        ),
        migrations.AddField(
            model_name='correction',
            name='track',
            field=models.CharField(choices=[('result', 'result'), ('payment', 'payment')], default='result', max_length=8),
        ),
        migrations.AddField(
            model_name='correctionrow',
            name='added_sar',
            field=models.DecimalField(db_default=0, decimal_places=2, default=Decimal('0'), max_digits=10, verbose_name='added, in riyals'),
        ),
        migrations.AddField(
            model_name='correctionrow',
            name='new_payment',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrected_by', to='beneficiaries.paymentline'),
        ),
        migrations.AddField(
            model_name='correctionrow',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction_rows', to='beneficiaries.paymentline'),
        ),
        migrations.AlterField(
            model_name='correction',
            name='reason_code',
            field=models.CharField(blank=True, max_length=30, verbose_name='wrong reason'),
        ),
        migrations.AlterField(
            model_name='correctionrow',
            name='result',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction_rows', to='beneficiaries.eligibilityresult'),
        ),
        migrations.AlterField(
            model_name='correctionrow',
            name='state',
            field=models.CharField(choices=[('waiting', 'In the set'), ('removed', 'Taken out by staff'), ('corrected', 'Corrected'), ('replaced', 'Left: something newer came meanwhile'), ('decided', 'Left: an objection was decided meanwhile'), ('unfollowed', "Left: the main beneficiary's was left")], default='waiting', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='correctionrow',
            name='status',
            field=models.CharField(choices=[('eligible', 'Eligible'), ('ineligible', 'Not eligible'), ('none', 'No payment this month'), ('paid', 'Paid')], max_length=10, verbose_name='becomes'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reason_code', ''), _negated=True), ('addition_sar__isnull', True), ('paid_from__isnull', True), ('paid_until__isnull', True), ('rule', ''), ('track', 'result')), models.Q(models.Q(models.Q(('addition_sar__isnull', True), ('rule', 'due'), models.Q(('reason_code', ''), _negated=True)), models.Q(('addition_sar__gt', 0), ('addition_sar__isnull', False), ('rule', 'addition')), models.Q(('addition_sar__isnull', True), ('rule', 'listed')), _connector='OR'), ('result_status', ''), ('track', 'payment')), _connector='OR'), name='correction_of_one_track'),
        ),
        migrations.AddConstraint(
            model_name='correction',
            constraint=models.CheckConstraint(condition=models.Q(('paid_from__isnull', True), ('paid_until__isnull', True), ('paid_until__gte', models.F('paid_from')), _connector='OR'), name='correction_amounts_in_order'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.UniqueConstraint(fields=('correction', 'payment'), name='correction_payment_once'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('added_sar', 0), ('payment__isnull', True), ('result__isnull', False)), models.Q(('added_sar__gt', 0), ('payment__isnull', False), ('result__isnull', True)), _connector='OR'), name='correction_row_on_one_track'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('new_result__isnull', False), ('result__isnull', False), ('state', 'corrected'), ('new_payment__isnull', True)), models.Q(('new_payment__isnull', False), ('payment__isnull', False), ('state', 'corrected'), ('new_result__isnull', True)), models.Q(models.Q(('state', 'corrected'), _negated=True), ('new_payment__isnull', True), ('new_result__isnull', True), ('objection__isnull', True)), _connector='OR'), name='correction_row_has_new_result'),
        ),
        migrations.AddConstraint(
            model_name='correctionrow',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'eligible'), models.Q(('reason_codes__len__gte', 1), ('status', 'ineligible')), models.Q(('payment__isnull', False), ('status__in', ['paid', 'none'])), _connector='OR'), name='correction_row_ineligible_with_reason'),
        ),
        migrations.AddField(
            model_name='correctionamount',
            name='correction',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='amounts', to='objections.correction'),
        ),
        migrations.AddConstraint(
            model_name='correctionamount',
            constraint=models.UniqueConstraint(fields=('correction', 'national_id'), name='correction_amount_once'),
        ),
        migrations.AddConstraint(
            model_name='correctionamount',
            constraint=models.CheckConstraint(condition=models.Q(('right_sar__gt', 0)), name='correction_amount_positive'),
        ),
        migrations.RunSQL(FIXED, NOT_FIXED),
    ]
