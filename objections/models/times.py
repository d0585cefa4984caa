"""Time in the database as the rules count it."""

from __future__ import annotations

from django.db.models import DateField, Func


class RiyadhDay(Func):
    """The civil day in Riyadh of an instant, as `saudi.gregorian.riyadh_date` gives it."""

    template = "(%(expressions)s AT TIME ZONE 'Asia/Riyadh')::date"
    output_field = DateField()
