"""The look for the same open request goes by the mobile alone, whatever the planner knows.

On a day of many new requests its figures are old, and it took all that wait of the week into a
bitmap beside the mobile's one or two: what a submission cost grew with the requests of the day.
"""

from importlib import import_module

from django.db import migrations

SAME_OPEN = """
CREATE OR REPLACE FUNCTION sawtak_same_open(
    this_key text, this_mobile text, this_id text, this_birth text, this_category text,
    this_name text, this_subject text, this_text text, since timestamptz
) RETURNS TABLE (ticket_id bigint, is_stored boolean) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    of_mobile bigint[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws('|', this_mobile, this_id, this_category, this_text), 733
    ));
    RETURN QUERY SELECT r.ticket_id, true FROM sawtak_ticketrepeat AS r
        WHERE r.submission_key = this_key;
    IF FOUND THEN
        RETURN;
    END IF;
    of_mobile := ARRAY(SELECT t.id FROM sawtak_ticket AS t WHERE t.mobile = this_mobile);
    IF of_mobile = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT t.id, t.submission_key = this_key FROM sawtak_ticket AS t
        WHERE t.id = ANY (of_mobile) AND t.national_id = this_id
            AND coalesce(t.birth_date, '') = this_birth AND t.category = this_category
            AND t.status IN ('new', 'in_progress', 'awaiting_citizen')
            AND t.received_at >= since AND t.folded_name = this_name
            AND saudi_fold(t.subject) = this_subject
            AND saudi_fold((
                SELECT m.text FROM sawtak_ticketmessage AS m
                WHERE m.ticket_id = t.id ORDER BY m.id LIMIT 1
            )) = this_text
        ORDER BY t.submission_key = this_key DESC, t.id LIMIT 20
        FOR UPDATE OF t;
END $$;
"""
BEFORE = import_module("sawtak.migrations.0014_repeats").SAME_OPEN.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies = [("sawtak", "0016_narrower_lists")]

    operations = [migrations.RunSQL(SAME_OPEN, BEFORE)]
