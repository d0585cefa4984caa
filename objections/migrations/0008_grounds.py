"""The catalogue of grounds and of needed documents; what an objection keeps of it."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# What an objection names is neither renamed nor deleted; an objection on the other track does not
# count. Deleting asks every objection, and nobody does it from a page.
STAYS = """
CREATE FUNCTION objections_ground_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.code <> OLD.code OR NEW.track <> OLD.track THEN
            RAISE EXCEPTION 'the code and the track of a ground never change'
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM objections_objection
        WHERE ground = OLD.code AND (payment_id IS NOT NULL) = (OLD.track = 'payment')
    ) THEN
        RAISE EXCEPTION 'an objection names this ground: switch it off'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER ground_stays BEFORE UPDATE OR DELETE ON objections_ground
    FOR EACH ROW EXECUTE FUNCTION objections_ground_stays();
"""
MAY_GO = """
DROP TRIGGER ground_stays ON objections_ground;
DROP FUNCTION objections_ground_stays();
"""


class Migration(migrations.Migration):
    """The catalogue of grounds and of needed documents (docs/adr/0025)."""

    dependencies = [
        ('beneficiaries', '0009_whose_announcement'),
        ('objections', '0007_waits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ground',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('track', models.CharField(choices=[('result', 'Objection to a result'), ('payment', 'Objection to a payment')], max_length=8, verbose_name='track')),
                ('code', models.CharField(editable=False, max_length=16)),
                ('label_ar', models.CharField(max_length=80, verbose_name='label in Arabic')),
                ('label_en', models.CharField(max_length=80, verbose_name='label in English')),
                ('hint_ar', models.CharField(blank=True, max_length=200, verbose_name='hint in Arabic')),
                ('hint_en', models.CharField(blank=True, max_length=200, verbose_name='hint in English')),
                ('order', models.PositiveSmallIntegerField(default=50, verbose_name='place in the list')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='offered')),
            ],
            options={
                'verbose_name': 'ground',
                'verbose_name_plural': 'grounds',
                'ordering': ['order', 'id'],
            },
        ),
        migrations.CreateModel(
            name='NeededDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(editable=False, max_length=16, unique=True)),
                ('name_ar', models.CharField(max_length=80, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=80, verbose_name='name in English')),
                ('visible_ar', models.TextField(validators=[django.core.validators.MaxLengthValidator(200)], verbose_name='what must be visible, in Arabic')),
                ('visible_en', models.TextField(validators=[django.core.validators.MaxLengthValidator(200)], verbose_name='what must be visible, in English')),
                ('reason_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='reasons')),
                ('order', models.PositiveSmallIntegerField(default=50, verbose_name='place in the list')),
                ('is_active', models.BooleanField(db_default=True, default=True, verbose_name='offered')),
            ],
            options={
                'verbose_name': 'needed document',
                'verbose_name_plural': 'needed documents',
                'ordering': ['order', 'id'],
            },
        ),
        migrations.AddField(
            model_name='objection',
            name='ground_ar',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='objection',
            name='ground_en',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='objection',
            name='left_at',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='objection',
            name='written_in',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=16),
        ),
        migrations.AlterField(
            model_name='objection',
            name='ground',
            field=models.CharField(blank=True, max_length=16, verbose_name='ground'),
        ),
        migrations.AddConstraint(
            model_name='ground',
            constraint=models.UniqueConstraint(fields=('track', 'code'), name='one_ground_a_track_and_code'),
        ),
        migrations.AddConstraint(
            model_name='ground',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][a-z0-9_]*$'), ('track__in', ['result', 'payment'])), name='ground_has_track_and_code'),
        ),
        migrations.AddConstraint(
            model_name='ground',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('label_ar', ''), _negated=True), models.Q(('label_en', ''), _negated=True)), name='ground_says_both_languages'),
        ),
        migrations.AddConstraint(
            model_name='ground',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hint_ar', ''), ('hint_en', '')), models.Q(models.Q(('hint_ar', ''), _negated=True), models.Q(('hint_en', ''), _negated=True)), _connector='OR'), name='ground_hint_in_both_languages'),
        ),
        migrations.AddField(
            model_name='neededdocument',
            name='grounds',
            field=models.ManyToManyField(blank=True, related_name='documents', to='objections.ground', verbose_name='grounds'),
        ),
        migrations.AddField(
            model_name='objectiondocument',
            name='need',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='objections.neededdocument'),
        ),
        migrations.AddConstraint(
            model_name='neededdocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name_ar', ''), _negated=True), models.Q(('name_en', ''), _negated=True), models.Q(('visible_ar', ''), _negated=True), models.Q(('visible_en', ''), _negated=True)), name='needed_document_says_both_languages'),
        ),
        migrations.RunSQL(STAYS, MAY_GO),
    ]
