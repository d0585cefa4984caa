"""What stands in a column of a large table, read by its index and not by its rows."""

from __future__ import annotations

from typing import Any, cast

from django.db import connection
from django.db.models import Field, Model

_NEXT = """
    WITH RECURSIVE found AS (
        (SELECT {column} AS value FROM {table} WHERE {column} > %(after)s AND {condition}
         ORDER BY {column} LIMIT 1)
        UNION ALL
        SELECT (SELECT {column} FROM {table} WHERE {column} > found.value AND {condition}
                ORDER BY {column} LIMIT 1)
        FROM found WHERE found.value IS NOT NULL
    )
    SELECT value FROM found WHERE value IS NOT NULL LIMIT %(most)s
"""


def values_in(
    model: type[Model], column: str, *, most: int, after: Any = "", condition: str = "true"
) -> list[Any]:
    """Give up to `most` different values of a column beyond `after`, in its order.

    One look into an index for each value, where DISTINCT reads every row. The index begins with
    the column; `condition` is SQL of ours, that of a partial index.
    """
    quote = connection.ops.quote_name
    field = cast("Field[Any, Any]", model._meta.get_field(column))
    statement = _NEXT.format(
        column=quote(field.column or column),
        table=quote(model._meta.db_table),
        condition=condition,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"after": after, "most": most})
        return [value for (value,) in cursor.fetchall()]
