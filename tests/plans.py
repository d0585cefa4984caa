"""Plans of statements, of tables that the planner counted in the test's own transaction.

A test lays the rows that it needs and names their tables: neither what other tests left behind
nor a run of autovacuum then decides by which index something is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Model


def copy_rows(model: type[Model], times: int, **changed: str) -> None:
    """Copy the first row of a table; `changed` are columns in SQL, `n` the number of the copy."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    columns = [field.column for field in fields if not field.primary_key]
    values = [changed.get(column, f"one.{column}") for column in columns]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS one,"
            f" generate_series(1, {times}) AS n"
        )


def plan_of(
    statement: str,
    facts: Mapping[str, Any] | None = None,
    *,
    of: Iterable[type[Model]],
    without: Iterable[str] = ("seqscan",),
) -> str:
    """Give the plan of a statement over some tables, without the ways that are switched off."""
    tables = ", ".join(model._meta.db_table for model in of)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
        for each in without:
            cursor.execute(f"SET LOCAL enable_{each} = off")
        cursor.execute(f"EXPLAIN {statement}", facts)
        return "\n".join(line for (line,) in cursor.fetchall())
