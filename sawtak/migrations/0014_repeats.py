"""The same request sent again joins the one that is open (docs/adr/0035)."""

import django.db.models.deletion
from django.db import migrations, models

# One call that locks and then looks: each statement of the function sees what was committed
# before it, so that the second of two equal submissions finds the first one's ticket. The row is
# locked too, that nobody closes it meanwhile. `ticket_mobile` finds the few tickets of a mobile.
SAME_OPEN = """
CREATE FUNCTION sawtak_same_open(
    this_key text, this_mobile text, this_id text, this_birth text, this_category text,
    this_name text, this_subject text, this_text text, since timestamptz
) RETURNS TABLE (ticket_id bigint, is_stored boolean) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(
        concat_ws('|', this_mobile, this_id, this_category, this_text), 733
    ));
    RETURN QUERY SELECT r.ticket_id, true FROM sawtak_ticketrepeat AS r
        WHERE r.submission_key = this_key;
    IF FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT t.id, t.submission_key = this_key FROM sawtak_ticket AS t
        WHERE t.mobile = this_mobile AND t.national_id = this_id
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
NO_FUNCTION = "DROP FUNCTION sawtak_same_open(text, text, text, text, text, text, text, text, timestamptz)"

KEPT = """
CREATE FUNCTION sawtak_repeat_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a repeat is kept as it was' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER repeat_kept BEFORE UPDATE ON sawtak_ticketrepeat
    FOR EACH ROW EXECUTE FUNCTION sawtak_repeat_kept();
"""
LOOSE = """
DROP TRIGGER repeat_kept ON sawtak_ticketrepeat;
DROP FUNCTION sawtak_repeat_kept();
"""


class Migration(migrations.Migration):
    """A table for the repeats, and the look for an open ticket that says the same."""

    dependencies = [
        ("saudi", "0002_days_off_and_equal_folding"),
        ("sawtak", "0013_stock_replies"),
    ]

    operations = [
        migrations.CreateModel(
            name="TicketRepeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("submission_key", models.CharField(editable=False, max_length=64, unique=True)),
                ("channel", models.CharField(choices=[("web", "the portal"), ("contact", "the contact form"), ("phone", "by phone"), ("letter", "by letter"), ("x", "on X")], max_length=8, verbose_name="channel")),
                ("sent_at", models.DateTimeField(verbose_name="sent again")),
                ("ticket", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="repeats", to="sawtak.ticket")),
            ],
            options={
                "verbose_name": "repeat of a ticket",
                "verbose_name_plural": "repeats of tickets",
                "ordering": ["id"],
            },
        ),
        migrations.RunSQL(SAME_OPEN, NO_FUNCTION),
        migrations.RunSQL(KEPT, LOOSE),
    ]
