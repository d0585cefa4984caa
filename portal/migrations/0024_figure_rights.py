"""Who sees the figures, and the indexes that their job reads by (docs/adr/0030)."""

from django.db import migrations

from portal.rights import grant

# The job reads what happened on some days; what is not counted is not in them.
INDEXES = """
CREATE INDEX sawtak_ticketevent_at ON sawtak_ticketevent (at) WHERE from_status <> to_status;
CREATE INDEX objections_event_at ON objections_objectionevent (at)
    WHERE kind IN ('moved', 'approved', 'look_asked') AND NOT is_refused;
"""
GONE = """
DROP INDEX sawtak_ticketevent_at;
DROP INDEX objections_event_at;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0023_figures"),
        ("objections", "0001_initial"),
        ("sawtak", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(INDEXES, GONE),
        grant(
            "portal", dict.fromkeys(("supervisor", "auditor"), ("view_figures",))
        ),
    ]
