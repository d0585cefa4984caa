"""Names of people on their objections, folded for search."""

import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models

# Reads the person and locks nothing: an import of the register may hold them for minutes.
NAME_COMES_IN = """
CREATE FUNCTION objections_objection_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.folded_name := coalesce(
        (SELECT folded_name FROM beneficiaries_person WHERE id = NEW.person_id), '');
    RETURN NEW;
END $$;
CREATE TRIGGER objection_name BEFORE INSERT OR UPDATE OF person_id ON objections_objection
    FOR EACH ROW EXECUTE FUNCTION objections_objection_name();
UPDATE objections_objection AS o SET folded_name = p.folded_name
    FROM beneficiaries_person AS p WHERE p.id = o.person_id;
"""
AS_BEFORE = """
DROP TRIGGER objection_name ON objections_objection;
DROP FUNCTION objections_objection_name();
"""


class Migration(migrations.Migration):
    """Names of people on their objections, folded for search."""

    dependencies = [
        ('beneficiaries', '0004_payments_and_folded_names'),
        ('objections', '0005_reminder_rounds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='folded_name',
            field=models.TextField(default='', editable=False),
        ),
        migrations.RunSQL(NAME_COMES_IN, AS_BEFORE),
        migrations.AddIndex(
            model_name='objection',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('reference__isnull', False)), fields=['folded_name'], name='objection_name_words', opclasses=['gin_trgm_ops']),
        ),
    ]
