"""Rows that belong to another row and are read with it, without a statement of their own.

For what is small and little: each comes as a dict of plain values, as JSON has them. A day comes as
text, which `date.fromisoformat` reads, and so does a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject


def rows_beside(rows: QuerySet[Any], *fields: str, **expressions: Any) -> ArraySubquery:
    """Give rows, in their order, as an annotation of the row that they name by an OuterRef."""
    facts = {field: field for field in fields} | expressions
    return ArraySubquery(rows.values(row=JSONObject(**facts)))


def with_moment(rows: Iterable[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Give rows that were read beside another with the moment in one of their columns read."""
    return [{**row, name: datetime.fromisoformat(row[name])} for row in rows]
