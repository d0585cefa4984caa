"""Second looks at a decision, once, by others than the first (docs/adr/0026)."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# A second look keeps what it was asked with; only its end is written, once (docs/adr/0026).
LOOK_FIXED = """
ALTER TABLE objections_secondlook
    ADD CONSTRAINT second_look_asked_in_time
        CHECK ((asked_at AT TIME ZONE 'Asia/Riyadh')::date <= last_day),
    ADD CONSTRAINT second_look_of_objection UNIQUE (id, objection_id),
    ADD CONSTRAINT second_look_at_decision_of_same_objection
        FOREIGN KEY (first_id, objection_id)
        REFERENCES objections_decision (id, objection_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE objections_decision
    ADD CONSTRAINT decision_in_second_look_of_same_objection
        FOREIGN KEY (second_look_id, objection_id)
        REFERENCES objections_secondlook (id, objection_id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION objections_second_look_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a second look is kept' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state <> 'open' OR
       (NEW.objection_id, NEW.first_id, NEW.asked_by_id, NEW.asked_at, NEW.last_day, NEW.statement,
        NEW.earlier_staff)
       IS DISTINCT FROM
       (OLD.objection_id, OLD.first_id, OLD.asked_by_id, OLD.asked_at, OLD.last_day, OLD.statement,
        OLD.earlier_staff)
    THEN
        RAISE EXCEPTION 'a second look is not edited' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_look_fixed BEFORE UPDATE OR DELETE ON objections_secondlook
    FOR EACH ROW EXECUTE FUNCTION objections_second_look_fixed();
"""
LOOK_NOT_FIXED = """
DROP TRIGGER second_look_fixed ON objections_secondlook;
DROP FUNCTION objections_second_look_fixed();
ALTER TABLE objections_decision DROP CONSTRAINT decision_in_second_look_of_same_objection;
ALTER TABLE objections_secondlook
    DROP CONSTRAINT second_look_at_decision_of_same_objection,
    DROP CONSTRAINT second_look_of_objection,
    DROP CONSTRAINT second_look_asked_in_time;
"""

# Nobody who had a part in the first decision has one in the second look at it.
OTHERS = """
CREATE FUNCTION objections_case_with_others() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM objections_secondlook
        WHERE objection_id = NEW.id AND state = 'open'
          AND NEW.assigned_to_id = ANY(earlier_staff)
    ) THEN
        RAISE EXCEPTION 'the second look at % is with one of the first', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_look_with_others';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER second_look_with_others BEFORE UPDATE OF assigned_to_id ON objections_objection
    FOR EACH ROW WHEN (NEW.second_asked_at IS NOT NULL AND NEW.assigned_to_id IS NOT NULL)
    EXECUTE FUNCTION objections_case_with_others();

CREATE FUNCTION objections_decision_of_others() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    look objections_secondlook%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.second_look_id IS DISTINCT FROM OLD.second_look_id THEN
        RAISE EXCEPTION 'a proposed decision is not edited' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO look FROM objections_secondlook
        WHERE objection_id = NEW.objection_id AND (state = 'open' OR id = NEW.second_look_id);
    IF look.id IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND (
        look.state <> 'open'
        OR (NEW.second_look_id, NEW.supersedes_id) IS DISTINCT FROM (look.id, look.first_id)
    ) THEN
        RAISE EXCEPTION 'a decision in a second look replaces the first one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_look_replaces_the_first';
    END IF;
    IF NEW.second_look_id IS NOT NULL AND (
        NEW.proposed_by_id = ANY(look.earlier_staff)
        OR NEW.closed_by_id = ANY(look.earlier_staff) AND NEW.state IN ('approved', 'returned')
    ) THEN
        RAISE EXCEPTION 'the second look at % is decided by one of the first', NEW.objection_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'second_look_decided_by_others';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_of_others BEFORE INSERT OR UPDATE ON objections_decision
    FOR EACH ROW EXECUTE FUNCTION objections_decision_of_others();
"""
NOT_OTHERS = """
DROP TRIGGER decision_of_others ON objections_decision;
DROP FUNCTION objections_decision_of_others();
DROP TRIGGER second_look_with_others ON objections_objection;
DROP FUNCTION objections_case_with_others();
"""

# As in 0012; besides, while a second look is open the case is open and the first decision in force.
IN_FORCE = """
CREATE OR REPLACE FUNCTION objections_ensure_in_force(of_objection bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    case_row objections_objection%ROWTYPE;
    in_force objections_decision%ROWTYPE;
    look objections_secondlook%ROWTYPE;
    is_open boolean;
BEGIN
    SELECT * INTO case_row FROM objections_objection WHERE id = of_objection;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    is_open := case_row.status IN ('submitted', 'under_review', 'documents_wanted');
    IF case_row.second_asked_at IS NOT NULL THEN
        SELECT * INTO look FROM objections_secondlook WHERE objection_id = of_objection;
        IF look.asked_at IS DISTINCT FROM case_row.second_asked_at
           OR is_open <> (look.state = 'open')
           OR is_open AND look.first_id IS DISTINCT FROM (
               SELECT id FROM objections_decision
               WHERE objection_id = of_objection AND state = 'approved'
           )
        THEN
            RAISE EXCEPTION 'objection % and the second look at it disagree', of_objection
                USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_second_look';
        END IF;
    END IF;
    SELECT * INTO in_force FROM objections_decision
        WHERE objection_id = of_objection AND state = 'approved';
    IF case_row.status IN ('accepted', 'partly_accepted', 'rejected') OR look.state = 'open' THEN
        IF (case_row.answer, case_row.decided_by_id, case_row.decided_at, case_row.effective_cycle)
           IS DISTINCT FROM
           (in_force.answer, in_force.closed_by_id, in_force.closed_at, in_force.effective_cycle)
           OR NOT is_open AND case_row.status IS DISTINCT FROM in_force.outcome
        THEN
            RAISE EXCEPTION 'objection % is decided without a decision in force', of_objection
                USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_decision_in_force';
        END IF;
    ELSIF in_force.id IS NOT NULL THEN
        RAISE EXCEPTION 'objection % has a decision in force and is not decided', of_objection
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_decision_in_force';
    END IF;
    IF case_row.status NOT IN
           ('under_review', 'documents_wanted', 'accepted', 'partly_accepted', 'rejected')
       AND case_row.proposed_by_id IS NOT NULL
    THEN
        RAISE EXCEPTION 'a decision waits on objection %, which takes none', of_objection
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_proposal_while_open';
    END IF;
END $$;
CREATE CONSTRAINT TRIGGER second_look_in_force
    AFTER INSERT OR UPDATE OF state ON objections_secondlook DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION objections_decision_in_force();

CREATE FUNCTION objections_look_noted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM objections_objection
        WHERE id = NEW.objection_id AND second_asked_at = NEW.asked_at
    ) THEN
        RAISE EXCEPTION 'objection % does not know of its second look', NEW.objection_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_second_look';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER second_look_noted
    AFTER INSERT ON objections_secondlook DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION objections_look_noted();
"""
IN_FORCE_BEFORE = """
DROP TRIGGER second_look_noted ON objections_secondlook;
DROP FUNCTION objections_look_noted();
DROP TRIGGER second_look_in_force ON objections_secondlook;
CREATE OR REPLACE FUNCTION objections_ensure_in_force(of_objection bigint) RETURNS void LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    """See the docstring of the module."""

    dependencies = [
        ('beneficiaries', '0010_extensions'),
        ('objections', '0019_corrections'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondLook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='asked for')),
                ('last_day', models.DateField(verbose_name='last day to ask')),
                ('statement', models.TextField(verbose_name='statement')),
                ('earlier_staff', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('state', models.CharField(choices=[('open', 'Being studied'), ('confirmed', 'The first decision was confirmed'), ('changed', 'The first decision was replaced'), ('withdrawn', 'Withdrawn by the citizen')], default='open', max_length=10, verbose_name='state')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'second look',
                'verbose_name_plural': 'second looks',
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_supersedes_with_a_reason',
        ),
        migrations.RemoveConstraint(
            model_name='objection',
            name='objection_undecided_has_no_decider',
        ),
        migrations.AddField(
            model_name='objection',
            name='second_asked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='second look asked for'),
        ),
        migrations.AlterField(
            model_name='objectionevent',
            name='kind',
            field=models.CharField(choices=[('moved', 'The status changed'), ('taken', 'Taken over'), ('documents', 'The documents arrived'), ('handed_over', 'Handed over'), ('put_back', 'Put back into the queue'), ('proposed', 'A decision was proposed'), ('unproposed', 'The proposal was taken back'), ('returned', 'The proposal was returned'), ('approved', 'The decision was approved'), ('superseded', 'The decision was replaced'), ('confirmed', 'The decision was confirmed'), ('look_asked', 'A second look was asked for'), ('look_withdrawn', 'The second look was withdrawn'), ('paper_added', 'Document added'), ('paper_replaced', 'Document replaced'), ('paper_refused', 'Document not accepted')], db_default='moved', default='moved', max_length=16),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('second_asked_at__isnull', False), ('status__in', ['submitted', 'under_review', 'documents_wanted'])), fields=['submitted_at', 'id'], name='objection_second_looks'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['accepted', 'partly_accepted', 'rejected']), models.Q(('answer', ''), ('decided_at__isnull', True), ('decided_by__isnull', True), ('effective_cycle', '')), models.Q(('second_asked_at__isnull', False), ('status__in', ['submitted', 'under_review', 'documents_wanted'])), _connector='OR'), name='objection_undecided_has_no_decider'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('second_asked_at__isnull', True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='objection_second_look_after_decision'),
        ),
        migrations.AddField(
            model_name='secondlook',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='second_looks', to='beneficiaries.person', verbose_name='asked for by'),
        ),
        migrations.AddField(
            model_name='secondlook',
            name='first',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='look_at', to='objections.decision', verbose_name='first decision'),
        ),
        migrations.AddField(
            model_name='secondlook',
            name='objection',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='second_look', to='objections.objection'),
        ),
        migrations.AddField(
            model_name='decision',
            name='second_look',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='objections.secondlook', verbose_name='made in the second look'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('supersedes__isnull', True), models.Q(('supersede_reason', ''), _negated=True), ('second_look__isnull', False), _connector='OR'), name='decision_supersedes_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='secondlook',
            constraint=models.CheckConstraint(condition=models.Q(('statement', ''), _negated=True), name='second_look_has_statement'),
        ),
        migrations.AddConstraint(
            model_name='secondlook',
            constraint=models.CheckConstraint(condition=models.Q(('earlier_staff__len__gte', 2)), name='second_look_knows_the_first_people'),
        ),
        migrations.AddConstraint(
            model_name='secondlook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'open')), models.Q(('ended_at__isnull', False), ('state__in', ['confirmed', 'changed', 'withdrawn'])), _connector='OR'), name='second_look_state'),
        ),
        migrations.RunSQL(LOOK_FIXED, LOOK_NOT_FIXED),
        migrations.RunSQL(OTHERS, NOT_OTHERS),
        migrations.RunSQL(IN_FORCE, IN_FORCE_BEFORE),
    ]
