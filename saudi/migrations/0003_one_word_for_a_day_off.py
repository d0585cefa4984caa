"""The Eids of the table in the word that pages use for a day off, «إجازة»."""

from django.db import migrations

RENAME = """
UPDATE saudi_holiday SET name_ar = replace(name_ar, '%s', '%s')
WHERE name_ar LIKE '%s عيد الفطر%%' OR name_ar LIKE '%s عيد الأضحى%%'
"""
OLD, NEW = "عطلة", "إجازة"


class Migration(migrations.Migration):
    """The Eids of the table in the word that pages use for a day off, «إجازة»."""

    dependencies = [
        ('saudi', '0002_days_off_and_equal_folding'),
    ]

    operations = [
        migrations.RunSQL(RENAME % (OLD, NEW, OLD, OLD), RENAME % (NEW, OLD, NEW, NEW)),
    ]
