"""A holiday on which work is done, and a fold that is equal to `saudi.text.fold` everywhere.

The first fold knew fewer invisible characters and marks, and its case and word borders followed
the server's locale, which a generated column may not. What columns hold is folded anew.
"""

from django.db import migrations, models

# In the order of fold(): invisible characters, decomposition, marks, single characters, spaces,
# split names. Nothing depends on a setting: lower() by the C locale knows ASCII alone, and no
# class of a regular expression is used.
FOLD = r"""
CREATE OR REPLACE FUNCTION saudi_fold(source text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(
    regexp_replace(
        btrim(
            regexp_replace(
                lower(translate(
                    regexp_replace(
                        normalize(
                            regexp_replace(
                                source COLLATE "C",
                                '[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f\U000e0100-\U000e01ef]',
                                '', 'g'
                            ),
                            NFKD
                        ),
                        '[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08e1\u08e3-\u08ff]',
                        '', 'g'
                    ),
                    '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹' || 'ٱىیةہکÆØÞÐŁŒ' || U&'\1680\0085' || 'ـ',
                    '01234567890123456789' || 'اييههكæøþðłœ' || '  '
                ) COLLATE "C"),
                '[\t-\r\u001c- ]+', ' ', 'g'
            ),
            ' '
        ),
        '(?<=عبد)(?<![0-9a-z\u0621-\u06ff]عبد) (?=ال)', '', 'g'
    ),
    ' (?=(?:الله|الدين)(?![0-9a-z\u0621-\u06ff]))', '', 'g'
)
"""

# Every column that was made with the function, of whatever app: its rows hold the first fold.
REFOLD = """
DO $$
DECLARE
    folded record;
BEGIN
    FOR folded IN
        SELECT attrelid::regclass AS holder, attname
        FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attgenerated = 's' AND pg_get_expr(adbin, adrelid) LIKE 'saudi_fold(%'
    LOOP
        EXECUTE format('UPDATE %s SET %I = DEFAULT', folded.holder, folded.attname);
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    """One column, one function."""

    dependencies = [("saudi", "0001_initial")]

    operations = [
        migrations.RunSQL(FOLD, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(REFOLD, reverse_sql=migrations.RunSQL.noop),
        migrations.AddField(
            model_name="holiday",
            name="is_day_off",
            field=models.BooleanField(db_default=True, default=True, help_text="Take this away where work is done on the day after all.", verbose_name="day off"),
        ),
    ]
