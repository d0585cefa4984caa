"""Plans of statements, of tables that the planner counted in the test's own transaction.

A test lays the rows that it needs and names their tables: neither what other tests left behind
nor a run of autovacuum then decides by which index something is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from django.db import connection
from django.db.models import Model

from beneficiaries.models import EligibilityResult, Household, Person


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


def copy_people(times: int, *, mobile: str) -> None:
    """Copy the first household, person and result so often; `mobile` is SQL, with `n` and `one`."""
    copy_rows(Household, times, register_id="'X' || n")
    copy_rows(
        Person,
        times,
        national_id="'29' || lpad((one.id + n)::text, 8, '0')",
        mobile=mobile,
        household_id="one.household_id + n",
    )
    copy_rows(EligibilityResult, times, person_id="one.person_id + n")


def plan_of(
    statement: str,
    facts: Mapping[str, Any] | None = None,
    *,
    of: Iterable[type[Model]],
    without: Iterable[str] = ("seqscan",),
) -> str:
    """Give the plan of a statement over some tables, without the ways that are switched off."""
    count_rows(of)
    with connection.cursor() as cursor:
        for each in without:
            cursor.execute(f"SET LOCAL enable_{each} = off")
        cursor.execute(f"EXPLAIN {statement}", facts)
        return "\n".join(line for (line,) in cursor.fetchall())


_counted: set[str] = set()
"""The tables that were counted since `forget_counts`."""


def count_rows(of: Iterable[type[Model]]) -> None:
    """Have PostgreSQL count tables as they are now.

    A count stays where all else is rolled back: `forget_counts`, after the test, makes it good.
    """
    tables = [model._meta.db_table for model in of]
    _counted.update(tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def forget_counts() -> None:
    """Clear away what tests laid into the tables that they had counted, once it is rolled back.

    Then the planner goes by the size of a table again. Believing in rows that are gone, or that
    there are none, it took minutes for statements of the tests that followed.
    """
    if not _counted:
        return
    own = psycopg2.connect(**connection.get_connection_params())
    own.autocommit = True  # a VACUUM is no part of a transaction
    with closing(own), own.cursor() as cursor:
        cursor.execute(f"VACUUM {', '.join(sorted(_counted))}")
    _counted.clear()


def empty(of: Iterable[type[Model]]) -> None:
    """Delete all rows of tables; their pages stay, and with them what was counted of a page."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"DELETE FROM {model._meta.db_table}" for model in of))


@contextmanager
def pages_read() -> Iterator[list[int]]:
    """Give how many pages of tables and indexes each SELECT inside looks at, a page each time."""
    pages: list[int] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith("SELECT"):
            asked = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}"
            execute(asked, params, many, context)
            [[explained]] = context["cursor"].fetchall()
            plan = explained[0]["Plan"]
            pages.append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield pages
