"""Counting below a ceiling, and waiting for one's turn, as functions.

PostgreSQL keeps the plans of a function for as long as a connection lasts. Counting is part of
every submission, and planning it took longer than doing it.
"""

from django.db import migrations

# What was counted in the slice itself is compared where the row is locked, so two at once cannot
# both take the last place.
COUNT_BELOW = """
CREATE FUNCTION access_count_below(
    this_limit text, this_key text, ceiling bigint, slice timestamptz, after timestamptz
) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    earlier bigint;
    total bigint;
BEGIN
    SELECT coalesce(sum(c.count), 0) INTO earlier FROM access_limitcounter AS c
        WHERE c."limit" = this_limit AND c.key_hash = this_key
            AND c.window_starts_at > after AND c.window_starts_at < slice;
    IF earlier >= ceiling THEN
        RETURN NULL;
    END IF;
    INSERT INTO access_limitcounter AS mine ("limit", key_hash, window_starts_at, count)
        VALUES (this_limit, this_key, slice, 1)
        ON CONFLICT ("limit", key_hash, window_starts_at) DO UPDATE SET count = mine.count + 1
            WHERE mine.count + earlier < ceiling
        RETURNING mine.count + earlier INTO total;
    RETURN total;
END $$;
"""
NO_COUNT_BELOW = "DROP FUNCTION access_count_below(text, text, bigint, timestamptz, timestamptz)"

# The lock is held until the transaction ends, and the sum is read after it is had: it sees what
# the one before has counted.
TAKE_TURN = """
CREATE FUNCTION access_take_turn(this_limit text, this_key text, after timestamptz)
RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws('|', this_limit, this_key), 734));
    RETURN (
        SELECT coalesce(sum(c.count), 0) FROM access_limitcounter AS c
        WHERE c."limit" = this_limit AND c.key_hash = this_key AND c.window_starts_at > after
    );
END $$;
"""
NO_TAKE_TURN = "DROP FUNCTION access_take_turn(text, text, timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("access", "0003_emails")]

    operations = [
        migrations.RunSQL(COUNT_BELOW, NO_COUNT_BELOW),
        migrations.RunSQL(TAKE_TURN, NO_TAKE_TURN),
    ]
