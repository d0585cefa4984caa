"""The city and the reasons of an objection as they are at the filing, for the lists of staff."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

# Reads the register and locks nothing, as the trigger of the name does.
FACTS_COME_IN = """
CREATE FUNCTION objections_objection_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.city := coalesce((SELECT city FROM beneficiaries_person WHERE id = NEW.person_id), '');
    NEW.reason_codes := coalesce(
        (SELECT reason_codes FROM beneficiaries_eligibilityresult WHERE id = NEW.result_id),
        (SELECT reason_codes FROM beneficiaries_paymentline WHERE id = NEW.payment_id),
        '{}');
    RETURN NEW;
END $$;
CREATE TRIGGER objection_facts BEFORE INSERT OR UPDATE OF person_id, submitted_at
    ON objections_objection FOR EACH ROW EXECUTE FUNCTION objections_objection_facts();
UPDATE objections_objection AS o SET city = p.city
    FROM beneficiaries_person AS p WHERE p.id = o.person_id;
UPDATE objections_objection AS o SET reason_codes = r.reason_codes
    FROM beneficiaries_eligibilityresult AS r WHERE r.id = o.result_id;
UPDATE objections_objection AS o SET reason_codes = r.reason_codes
    FROM beneficiaries_paymentline AS r WHERE r.id = o.payment_id;
"""
AS_BEFORE = """
DROP TRIGGER objection_facts ON objections_objection;
DROP FUNCTION objections_objection_facts();
"""


class Migration(migrations.Migration):
    """City and reasons of an objection, for the lists of staff."""

    dependencies = [
        ('beneficiaries', '0010_extensions'),
        ('objections', '0017_papers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='city',
            field=models.CharField(db_default='', default='', editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='objection',
            name='reason_codes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), db_default=[], default=list, editable=False, size=None),
        ),
        migrations.RunSQL(FACTS_COME_IN, AS_BEFORE),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(condition=models.Q(('reference__isnull', False)), fields=['city', 'submitted_at', 'id'], name='objection_of_city'),
        ),
    ]
