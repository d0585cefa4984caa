"""Quality: samples of decisions that are decided again, blind, and teams of staff."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# What was sent is not edited; whether it agrees is not said but found; nobody judges their own case.
REVIEWED = """
CREATE FUNCTION objections_review_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided objections_decision%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a review is kept' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.sample_id, NEW.decision_id, NEW.place, NEW.drawn_for)
           IS DISTINCT FROM (OLD.sample_id, OLD.decision_id, OLD.place, OLD.drawn_for)
           OR OLD.reviewed_at IS NOT NULL AND (
               (NEW.reviewer_id, NEW.taken_at, NEW.outcome, NEW.reason_codes, NEW.note,
                NEW.reviewed_at, NEW.agrees)
               IS DISTINCT FROM
               (OLD.reviewer_id, OLD.taken_at, OLD.outcome, OLD.reason_codes, OLD.note,
                OLD.reviewed_at, OLD.agrees)
               OR OLD.followed_at IS NOT NULL
           )
        THEN
            RAISE EXCEPTION 'a review that was sent is not edited'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'review_kept';
        END IF;
        IF OLD.reviewed_at IS NOT NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    SELECT * INTO decided FROM objections_decision WHERE id = NEW.decision_id;
    IF NEW.reviewer_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM objections_decision
        WHERE objection_id = decided.objection_id
          AND NEW.reviewer_id IN (proposed_by_id, closed_by_id)
    ) THEN
        RAISE EXCEPTION 'who had a part in a decision does not review it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'review_by_another';
    END IF;
    NEW.agrees := CASE WHEN NEW.reviewed_at IS NOT NULL THEN NEW.outcome = decided.outcome END;
    RETURN NEW;
END $$;
CREATE TRIGGER review_kept BEFORE INSERT OR UPDATE OR DELETE ON objections_qualityreview
    FOR EACH ROW EXECUTE FUNCTION objections_review_kept();
"""
NOT_REVIEWED = """
DROP TRIGGER review_kept ON objections_qualityreview;
DROP FUNCTION objections_review_kept();
"""


class Migration(migrations.Migration):
    """Samples, reviews and teams."""

    dependencies = [
        ('objections', '0020_second_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QualityReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveIntegerField(verbose_name='place in the sample')),
                ('drawn_for', models.CharField(max_length=30, verbose_name='drawn for the reason')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='taken')),
                ('outcome', models.CharField(blank=True, choices=[('accepted', 'Accepted'), ('partly_accepted', 'Partly accepted'), ('rejected', 'Rejected')], max_length=16, verbose_name='decision of the reviewer')),
                ('reason_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), blank=True, default=list, size=None, verbose_name='reasons')),
                ('note', models.TextField(blank=True, verbose_name='note of the reviewer')),
                ('reviewed_at', models.DateTimeField(blank=True, null=True, verbose_name='reviewed')),
                ('agrees', models.BooleanField(blank=True, editable=False, null=True, verbose_name='same decision')),
                ('followed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('follow_note', models.TextField(blank=True, verbose_name='why nothing follows')),
            ],
            options={
                'verbose_name': 'quality review',
                'verbose_name_plural': 'quality reviews',
                'permissions': [('review_quality', 'Can decide a drawn case again, blind')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='QualitySample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_day', models.DateField(verbose_name='first day')),
                ('last_day', models.DateField(verbose_name='last day')),
                ('size', models.PositiveIntegerField(blank=True, null=True, verbose_name='number of cases')),
                ('share_percent', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='share in percent')),
                ('seed', models.BigIntegerField(verbose_name='seed of the draw')),
                ('drawn_at', models.DateTimeField(verbose_name='drawn')),
                ('found', models.PositiveIntegerField(default=0, verbose_name='decisions found')),
                ('drawn', models.PositiveIntegerField(default=0, verbose_name='cases drawn')),
                ('submission', models.UUIDField(unique=True)),
            ],
            options={
                'verbose_name': 'sample',
                'verbose_name_plural': 'samples',
                'permissions': [('draw_quality_sample', 'Can draw samples and follow what reviews found')],
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='QualitySkip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('knows_person', 'I know the person or their family'), ('knows_case', 'I know how it was decided'), ('other', 'Another conflict of interest')], max_length=16, verbose_name='reason')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('skipped_at', models.DateTimeField(verbose_name='passed on')),
            ],
            options={
                'verbose_name': 'review passed on',
                'verbose_name_plural': 'reviews passed on',
                'default_permissions': ('view',),
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ar', models.CharField(max_length=80, unique=True, verbose_name='Arabic name')),
                ('name_en', models.CharField(max_length=80, unique=True, verbose_name='English name')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
                'default_permissions': ('add', 'change', 'view'),
            },
        ),
        migrations.CreateModel(
            name='TeamMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('joined_at', models.DateTimeField(verbose_name='joined')),
                ('left_at', models.DateTimeField(blank=True, null=True, verbose_name='left')),
            ],
            options={
                'verbose_name': 'member of a team',
                'verbose_name_plural': 'members of teams',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('state__in', ['approved', 'superseded'])), fields=['closed_at', 'id'], name='decision_put_in_force'),
        ),
        migrations.AddField(
            model_name='qualityreview',
            name='decision',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quality_review', to='objections.decision'),
        ),
        migrations.AddField(
            model_name='qualityreview',
            name='followed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='closed by'),
        ),
        migrations.AddField(
            model_name='qualityreview',
            name='reviewer',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewer'),
        ),
        migrations.AddField(
            model_name='qualitysample',
            name='drawn_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drawn by'),
        ),
        migrations.AddField(
            model_name='qualityreview',
            name='sample',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='objections.qualitysample'),
        ),
        migrations.AddField(
            model_name='qualityskip',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='skips', to='objections.qualityreview'),
        ),
        migrations.AddField(
            model_name='qualityskip',
            name='reviewer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name_ar', ''), _negated=True), models.Q(('name_en', ''), _negated=True)), name='team_in_two_languages'),
        ),
        migrations.AddField(
            model_name='teammembership',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='teammembership',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='objections.team'),
        ),
        migrations.AddConstraint(
            model_name='qualitysample',
            constraint=models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='sample_of_some_days'),
        ),
        migrations.AddConstraint(
            model_name='qualitysample',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('share_percent__isnull', True), ('size__range', (1, 5000))), models.Q(('share_percent__range', (1, 100)), ('size__isnull', True)), _connector='OR'), name='sample_by_size_or_share'),
        ),
        migrations.AddConstraint(
            model_name='qualitysample',
            constraint=models.CheckConstraint(condition=models.Q(('drawn__lte', models.F('found'))), name='sample_of_what_is'),
        ),
        migrations.AddConstraint(
            model_name='qualitysample',
            constraint=models.CheckConstraint(condition=models.Q(('seed__range', (0, 9007199254740991))), name='sample_seed_range'),
        ),
        migrations.AddConstraint(
            model_name='qualitysample',
            constraint=models.CheckConstraint(condition=models.Q(('drawn_by__isnull', False), models.Q(('first_day', models.F('last_day')), ('share_percent__isnull', False)), _connector='OR'), name='standing_sample_of_one_day'),
        ),
        migrations.AddConstraint(
            model_name='qualitysample',
            constraint=models.UniqueConstraint(condition=models.Q(('drawn_by__isnull', True)), fields=('first_day',), name='one_standing_sample_a_day'),
        ),
        migrations.AddIndex(
            model_name='qualityreview',
            index=models.Index(condition=models.Q(('reviewer__isnull', True)), fields=['sample', 'place'], name='quality_review_next'),
        ),
        migrations.AddIndex(
            model_name='qualityreview',
            index=models.Index(fields=['reviewer', 'id'], name='quality_review_own'),
        ),
        migrations.AddIndex(
            model_name='qualityreview',
            index=models.Index(condition=models.Q(('agrees', False), ('followed_at__isnull', True)), fields=['id'], name='quality_review_differs'),
        ),
        migrations.AddConstraint(
            model_name='qualityreview',
            constraint=models.UniqueConstraint(fields=('sample', 'place'), name='review_place_in_sample'),
        ),
        migrations.AddConstraint(
            model_name='qualityreview',
            constraint=models.UniqueConstraint(condition=models.Q(('reviewed_at__isnull', True)), fields=('reviewer',), name='one_review_in_hand'),
        ),
        migrations.AddConstraint(
            model_name='qualityreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agrees__isnull', True), ('note', ''), ('outcome', ''), ('reason_codes__len', 0), ('reviewed_at__isnull', True), ('reviewer__isnull', True), ('taken_at__isnull', True)), models.Q(('agrees__isnull', True), ('note', ''), ('outcome', ''), ('reason_codes__len', 0), ('reviewed_at__isnull', True), ('reviewer__isnull', False), ('taken_at__isnull', False)), models.Q(('agrees__isnull', False), ('outcome__in', ['accepted', 'partly_accepted', 'rejected']), ('reason_codes__len__gte', 1), ('reviewed_at__gte', models.F('taken_at')), ('reviewer__isnull', False), ('taken_at__isnull', False), models.Q(('note', ''), _negated=True)), _connector='OR'), name='review_waits_is_taken_or_sent'),
        ),
        migrations.AddConstraint(
            model_name='qualityreview',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('follow_note', ''), ('followed_at__isnull', True), ('followed_by__isnull', True)), models.Q(('agrees', False), ('followed_at__gte', models.F('reviewed_at')), ('followed_by__isnull', False), models.Q(('follow_note', ''), _negated=True), models.Q(('followed_by', models.F('reviewer')), _negated=True)), _connector='OR'), name='review_closed_by_another_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='qualityskip',
            constraint=models.UniqueConstraint(fields=('review', 'reviewer'), name='review_skipped_once'),
        ),
        migrations.AddConstraint(
            model_name='qualityskip',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['knows_person', 'knows_case']), models.Q(('reason', 'other'), models.Q(('note', ''), _negated=True)), _connector='OR'), name='review_skipped_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='teammembership',
            constraint=models.CheckConstraint(condition=models.Q(('left_at__isnull', True), ('left_at__gte', models.F('joined_at')), _connector='OR'), name='membership_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='teammembership',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(models.Func(models.F('member_id'), models.F('member_id'), models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func(models.F('joined_at'), models.F('left_at'), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='membership_in_one_team_at_once'),
        ),
        migrations.RunSQL(REVIEWED, NOT_REVIEWED),
    ]
