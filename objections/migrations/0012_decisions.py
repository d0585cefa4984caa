"""Decisions that two people make, their reasons and back pay; what each row of the history tells."""

import django.contrib.postgres.fields
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

# A decision is superseded, never edited: after the proposal only what closes it is written, once.
FIXED = """
CREATE FUNCTION objections_decision_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a decision is kept' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.objection_id, NEW.outcome, NEW.reason_codes, NEW.answer, NEW.proposed_by_id,
        NEW.proposed_at, NEW.supersedes_id, NEW.supersede_reason, NEW.back_pay_sar)
       IS DISTINCT FROM
       (OLD.objection_id, OLD.outcome, OLD.reason_codes, OLD.answer, OLD.proposed_by_id,
        OLD.proposed_at, OLD.supersedes_id, OLD.supersede_reason, OLD.back_pay_sar)
    THEN
        RAISE EXCEPTION 'a proposed decision is not edited' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'proposed' AND (
        (NEW.closed_by_id, NEW.closed_at, NEW.return_note, NEW.effective_cycle)
        IS DISTINCT FROM
        (OLD.closed_by_id, OLD.closed_at, OLD.return_note, OLD.effective_cycle)
        OR NEW.state <> OLD.state AND NOT (OLD.state = 'approved' AND NEW.state = 'superseded')
    ) THEN
        RAISE EXCEPTION 'a closed decision is not edited' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_fixed BEFORE UPDATE OR DELETE ON objections_decision
    FOR EACH ROW EXECUTE FUNCTION objections_decision_fixed();

CREATE FUNCTION objections_back_pay_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'back pay is not edited' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER back_pay_fixed BEFORE UPDATE OR DELETE ON objections_backpayline
    FOR EACH ROW EXECUTE FUNCTION objections_back_pay_fixed();

ALTER TABLE objections_decision
    ADD CONSTRAINT decision_of_objection UNIQUE (id, objection_id),
    ADD CONSTRAINT decision_supersedes_of_same_objection
        FOREIGN KEY (supersedes_id, objection_id)
        REFERENCES objections_decision (id, objection_id) DEFERRABLE INITIALLY DEFERRED;
"""
NOT_FIXED = """
ALTER TABLE objections_decision DROP CONSTRAINT decision_supersedes_of_same_objection;
ALTER TABLE objections_decision DROP CONSTRAINT decision_of_objection;
DROP TRIGGER back_pay_fixed ON objections_backpayline;
DROP FUNCTION objections_back_pay_fixed();
DROP TRIGGER decision_fixed ON objections_decision;
DROP FUNCTION objections_decision_fixed();
"""

# The list of what waits for approval asks the objections alone (docs/adr/0011).
WHO_PROPOSED = """
CREATE FUNCTION objections_who_proposed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    proposer bigint;
BEGIN
    SELECT proposed_by_id INTO proposer FROM objections_decision
        WHERE objection_id = NEW.objection_id AND state = 'proposed';
    UPDATE objections_objection SET proposed_by_id = proposer
        WHERE id = NEW.objection_id AND proposed_by_id IS DISTINCT FROM proposer;
    RETURN NULL;
END $$;
CREATE TRIGGER decision_who_proposed AFTER INSERT OR UPDATE OF state ON objections_decision
    FOR EACH ROW EXECUTE FUNCTION objections_who_proposed();
"""
NOBODY_PROPOSED = """
DROP TRIGGER decision_who_proposed ON objections_decision;
DROP FUNCTION objections_who_proposed();
"""

# At the end of each transaction: an objection is decided if a decision of two people is in force,
# and says what that says; a decision waits only where one can come.
IN_FORCE = """
CREATE FUNCTION objections_ensure_in_force(of_objection bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    case_row objections_objection%ROWTYPE;
    in_force objections_decision%ROWTYPE;
BEGIN
    SELECT * INTO case_row FROM objections_objection WHERE id = of_objection;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO in_force FROM objections_decision
        WHERE objection_id = of_objection AND state = 'approved';
    IF case_row.status IN ('accepted', 'partly_accepted', 'rejected') THEN
        IF (case_row.status, case_row.answer, case_row.decided_by_id, case_row.decided_at,
            case_row.effective_cycle)
           IS DISTINCT FROM
           (in_force.outcome, in_force.answer, in_force.closed_by_id, in_force.closed_at,
            in_force.effective_cycle)
        THEN
            RAISE EXCEPTION 'objection % is decided without a decision in force', of_objection
                USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_decision_in_force';
        END IF;
    ELSIF in_force.id IS NOT NULL THEN
        RAISE EXCEPTION 'objection % has a decision in force and is not decided', of_objection
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_decision_in_force';
    ELSIF case_row.status NOT IN ('under_review', 'documents_wanted')
          AND case_row.proposed_by_id IS NOT NULL THEN
        RAISE EXCEPTION 'a decision waits on objection %, which takes none', of_objection
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_proposal_while_open';
    END IF;
END $$;
CREATE FUNCTION objections_objection_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM objections_ensure_in_force(NEW.id);
    RETURN NULL;
END $$;
CREATE FUNCTION objections_decision_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM objections_ensure_in_force(NEW.objection_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER objection_decision_in_force
    AFTER INSERT OR UPDATE OF status, answer, decided_by_id, decided_at, effective_cycle
    ON objections_objection DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION objections_objection_in_force();
CREATE CONSTRAINT TRIGGER decision_in_force
    AFTER INSERT OR UPDATE OF state ON objections_decision DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION objections_decision_in_force();

CREATE FUNCTION objections_ensure_back_pay() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_decision bigint;
    total numeric;
    months numeric;
    outcome_of varchar;
BEGIN
    IF TG_TABLE_NAME = 'objections_decision' THEN
        of_decision := NEW.id;
    ELSE
        of_decision := NEW.decision_id;
    END IF;
    SELECT back_pay_sar, outcome INTO total, outcome_of FROM objections_decision
        WHERE id = of_decision;
    SELECT sum(amount_sar) INTO months FROM objections_backpayline
        WHERE decision_id = of_decision;
    IF total <> coalesce(months, 0) OR months IS NOT NULL AND outcome_of = 'rejected' THEN
        RAISE EXCEPTION 'back pay of decision % is not that of its months', of_decision
            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_back_pay_is_its_months';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER decision_back_pay AFTER INSERT ON objections_decision
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION objections_ensure_back_pay();
CREATE CONSTRAINT TRIGGER back_pay_of_decision AFTER INSERT ON objections_backpayline
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION objections_ensure_back_pay();
"""
NOT_IN_FORCE = """
DROP TRIGGER back_pay_of_decision ON objections_backpayline;
DROP TRIGGER decision_back_pay ON objections_decision;
DROP FUNCTION objections_ensure_back_pay();
DROP TRIGGER decision_in_force ON objections_decision;
DROP TRIGGER objection_decision_in_force ON objections_objection;
DROP FUNCTION objections_decision_in_force();
DROP FUNCTION objections_objection_in_force();
DROP FUNCTION objections_ensure_in_force(bigint);
"""

# What was decided by one person, before two were needed, is told as it was.
KINDS = """
UPDATE objections_objectionevent SET kind = 'approved'
    WHERE to_status IN ('accepted', 'partly_accepted', 'rejected') AND NOT is_refused;
"""


class Migration(migrations.Migration):
    """Decisions that two people make, and what each row of the history tells."""

    dependencies = [
        ('beneficiaries', '0009_whose_announcement'),
        ('objections', '0011_extensions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BackPayLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.CharField(max_length=7, verbose_name='cycle')),
                ('amount_sar', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='amount in riyals')),
                ('estimate_sar', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name='estimate in riyals')),
            ],
            options={
                'verbose_name': 'month of back pay',
                'verbose_name_plural': 'months of back pay',
                'ordering': ['cycle'],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('accepted', 'Accepted'), ('partly_accepted', 'Partly accepted'), ('rejected', 'Rejected')], max_length=16, verbose_name='decision')),
                ('reason_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), size=None, verbose_name='reasons')),
                ('answer', models.TextField(verbose_name='answer to the citizen')),
                ('state', models.CharField(choices=[('proposed', 'Waits for approval'), ('returned', 'Returned'), ('approved', 'In force'), ('superseded', 'Replaced by a later decision'), ('withdrawn', 'Taken back by its proposer'), ('lapsed', 'Fell away: the case ended before')], default='proposed', max_length=12, verbose_name='state')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('return_note', models.TextField(blank=True, verbose_name='why it was returned')),
                ('effective_cycle', models.CharField(blank=True, max_length=7, verbose_name='takes effect in cycle')),
                ('supersede_reason', models.TextField(blank=True, verbose_name='why the decision is replaced')),
                ('back_pay_sar', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=10, verbose_name='back pay in riyals')),
            ],
            options={
                'verbose_name': 'decision',
                'verbose_name_plural': 'decisions',
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='DecisionReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True, verbose_name='code')),
                ('outcome', models.CharField(choices=[('accepted', 'Accepted'), ('partly_accepted', 'Partly accepted'), ('rejected', 'Rejected')], max_length=16, verbose_name='decision')),
                ('label_ar', models.CharField(max_length=150, verbose_name='Arabic text')),
                ('label_en', models.CharField(max_length=150, verbose_name='English text')),
                ('place', models.PositiveSmallIntegerField(default=100, verbose_name='place in the list')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'reason of decisions',
                'verbose_name_plural': 'reasons of decisions',
                'ordering': ['outcome', 'place', 'id'],
            },
        ),
        migrations.AlterModelOptions(
            name='objection',
            options={'permissions': [('take_objection', 'Can take an objection for review'), ('request_documents', 'Can ask the citizen for documents'), ('decide_objection', 'Can propose a decision on an objection'), ('approve_decision', 'Can approve or return a decision that somebody else proposed'), ('assign_objection', 'Can hand over a case that somebody else has')], 'verbose_name': 'objection', 'verbose_name_plural': 'objections'},
        ),
        migrations.AddField(
            model_name='objection',
            name='proposed_by',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='objectionevent',
            name='kind',
            field=models.CharField(choices=[('moved', 'The status changed'), ('taken', 'Taken over'), ('handed_over', 'Handed over'), ('put_back', 'Put back into the queue'), ('proposed', 'A decision was proposed'), ('unproposed', 'The proposal was taken back'), ('returned', 'The proposal was returned'), ('approved', 'The decision was approved'), ('superseded', 'The decision was replaced')], db_default='moved', default='moved', max_length=16),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('proposed_by__isnull', False)), fields=['submitted_at', 'id'], name='objection_for_approval'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['accepted', 'partly_accepted', 'rejected']), models.Q(('answer', ''), ('decided_at__isnull', True), ('decided_by__isnull', True), ('effective_cycle', '')), _connector='OR'), name='objection_undecided_has_no_decider'),
        ),
        migrations.AddField(
            model_name='decision',
            name='closed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by'),
        ),
        migrations.AddField(
            model_name='decision',
            name='objection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='objections.objection'),
        ),
        migrations.AddField(
            model_name='decision',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddField(
            model_name='decision',
            name='supersedes',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followers', to='objections.decision', verbose_name='replaces'),
        ),
        migrations.AddField(
            model_name='backpayline',
            name='decision',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='back_pay', to='objections.decision'),
        ),
        migrations.AddField(
            model_name='objectionevent',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='objections.decision'),
        ),
        migrations.AddConstraint(
            model_name='decisionreason',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z][A-Z0-9_]{1,29}$')), name='decision_reason_code_form'),
        ),
        migrations.AddConstraint(
            model_name='decisionreason',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['accepted', 'partly_accepted', 'rejected'])), name='decision_reason_outcome'),
        ),
        migrations.AddConstraint(
            model_name='decisionreason',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('label_ar', ''), _negated=True), models.Q(('label_en', ''), _negated=True)), name='decision_reason_in_two_languages'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('state', 'proposed')), fields=['proposed_at', 'id'], name='decision_waiting'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('objection',), name='one_proposal_waits'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'approved')), fields=('objection',), name='one_decision_in_force'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['accepted', 'partly_accepted', 'rejected'])), name='decision_outcome'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), _negated=True), ('reason_codes__len__gte', 1)), name='decision_has_answer_and_reason'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True), ('state', 'proposed')), models.Q(('closed_at__isnull', False), ('state', 'lapsed')), models.Q(('closed_at__isnull', False), ('closed_by', models.F('proposed_by')), ('state', 'withdrawn')), models.Q(('state__in', ['returned', 'approved', 'superseded']), ('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('closed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='decision_closed_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('closed_at__gte', models.F('proposed_at')), _connector='OR'), name='decision_closed_after_proposal'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'returned'), models.Q(('return_note', ''), _negated=True)), models.Q(models.Q(('state', 'returned'), _negated=True), ('return_note', '')), _connector='OR'), name='decision_returned_with_a_note'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('supersedes__isnull', True), models.Q(('supersede_reason', ''), _negated=True), _connector='OR'), name='decision_supersedes_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('back_pay_sar', 0), models.Q(('back_pay_sar__gt', 0), ('outcome__in', ['accepted', 'partly_accepted'])), _connector='OR'), name='decision_back_pay_where_granted'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('effective_cycle', ''), ('outcome', 'rejected')), models.Q(models.Q(('outcome', 'rejected'), _negated=True), models.Q(('effective_cycle__regex', '^20[0-9]{2}-(0[1-9]|1[0-2])$'), models.Q(('effective_cycle', ''), models.Q(('state__in', ['approved', 'superseded']), _negated=True)), _connector='OR')), _connector='OR'), name='decision_effect_where_granted'),
        ),
        migrations.AddConstraint(
            model_name='backpayline',
            constraint=models.UniqueConstraint(fields=('decision', 'cycle'), name='back_pay_month_once'),
        ),
        migrations.AddConstraint(
            model_name='backpayline',
            constraint=models.CheckConstraint(condition=models.Q(('cycle__regex', '^20[0-9]{2}-(0[1-9]|1[0-2])$')), name='back_pay_cycle_form'),
        ),
        migrations.AddConstraint(
            model_name='backpayline',
            constraint=models.CheckConstraint(condition=models.Q(('amount_sar__gte', 0), models.Q(('estimate_sar__isnull', True), ('estimate_sar__gte', 0), _connector='OR')), name='back_pay_amount'),
        ),
        migrations.RunSQL(FIXED, NOT_FIXED),
        migrations.RunSQL(WHO_PROPOSED, NOBODY_PROPOSED),
        migrations.RunSQL(IN_FORCE, NOT_IN_FORCE),
        migrations.RunSQL(KINDS, migrations.RunSQL.noop),
    ]
