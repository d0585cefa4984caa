"""Who looks after quality: caseworkers review, supervisors draw and follow, auditors read.

Administrators keep the teams (docs/adr/0028).
"""

from django.db import migrations

from portal.rights import grant

READ = ("view_qualityreview", "view_qualitysample", "view_qualityskip", "view_team")
RIGHTS = {
    "caseworker": ("view_qualityreview", "review_quality"),
    "supervisor": (*READ, "view_teammembership", "draw_quality_sample"),
    "auditor": (*READ, "view_teammembership"),
    "administrator": ("view_team", "view_teammembership", "add_team", "change_team"),
}


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0018_correction_rights"),
        ("objections", "0021_quality"),
    ]

    operations = [grant("objections", RIGHTS)]
