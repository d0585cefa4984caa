"""The documents have a step of their own, between the statement and the review."""

from django.db import migrations
from django.db.models import F


def make_room(apps, schema_editor):
    """A draft that had come to the review, the fourth step, is there still: at the fifth."""
    _move(apps, by=1)


def close_up(apps, schema_editor):
    _move(apps, by=-1)


def _move(apps, *, by):
    drafts = apps.get_model("objections", "Objection").objects.filter(reference=None)
    for field in ("step", "left_at"):
        drafts.filter(**{f"{field}__gte": 4}).update(**{field: F(field) + by})


class Migration(migrations.Migration):
    dependencies = [("objections", "0009_stock_grounds")]

    operations = [migrations.RunPython(make_room, close_up)]
