"""The table of holidays, and the database's side of folding Arabic names (`saudi.text.fold`)."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# What fold() does, in its order: invisible characters and digits, compatibility forms, letters,
# marks, case, spaces, split names. IMMUTABLE holds: nothing here depends on a setting.
FOLD = r"""
CREATE FUNCTION saudi_fold(source text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(
        btrim(regexp_replace(
            lower(translate(
                regexp_replace(
                    normalize(
                        translate(
                            source,
                            '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹'
                            || U&'\00AD\061C\200B\200C\200D\200E\200F\202A\202B\202C\202D\202E\2060\2066\2067\2068\2069\FEFF',
                            '01234567890123456789'
                        ),
                        NFKC
                    ),
                    U&'[\0300-\036F\0610-\061A\064B-\065F\0670\06D6-\06DC\06DF-\06E4\06E7\06E8\06EA-\06ED\08D3-\08E1\08E3-\08FF]',
                    '', 'g'
                ),
                'أإآٱؤئىیةہکـ',
                'ااااويييههك'
            )),
            '\s+', ' ', 'g'
        )),
        '\mعبد (?=ال)', 'عبد', 'g'
    ),
    ' (?=(الله|الدين)\M)', '', 'g'
)
"""


class Migration(migrations.Migration):
    """Holidays, trigrams, folding."""

    initial = True

    dependencies = []

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLD, reverse_sql="DROP FUNCTION saudi_fold(text)"),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("name_ar", models.CharField(max_length=80, verbose_name="name in Arabic")),
                ("name_en", models.CharField(max_length=80, verbose_name="name in English")),
                ("is_estimate", models.BooleanField(default=False, help_text="The day follows the moon and may still move.", verbose_name="estimated")),
            ],
            options={"verbose_name": "holiday", "verbose_name_plural": "holidays", "ordering": ["day"]},
        ),
    ]
