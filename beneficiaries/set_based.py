"""How PostgreSQL plans statements over a whole cycle or a whole file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper


@contextmanager
def planned_for_many_rows(cursor: CursorWrapper) -> Iterator[None]:
    """Have the statements inside join whole tables, by hash or in order, never row by row.

    A table whose rows were all rolled back counts as empty until it is analyzed again, and the
    planner then takes a loop over all of one table for each row of another: minutes for a few
    hundred rows after an import that was killed. Without loops the worst plan reads each table
    once. Needs a transaction, which also takes the setting back when it fails.
    """
    cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


@contextmanager
def planned_for_some_rows(cursor: CursorWrapper) -> Iterator[None]:
    """Have the statements inside look each row up by an index, and hash no whole table for it.

    For a batch of some thousand rows the planner may read all people of the register instead: each
    batch would take as long as the register is large. Needs a transaction, which also takes the
    settings back when it fails.
    """
    cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    yield
    cursor.execute("SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT")


def rows_where(table: str, where: str) -> str:
    """Give the look-up of a table's rows by one column, for each row of the step before it.

    The planner neither turns fenced steps round nor has another index to take for one, whatever it
    believes of how many rows the tables have: a count of a day on which they were empty, or full,
    leads it through all of one for each row of another. Any other condition stands outside, for a
    partial index that implies it costs the same where a table counts as empty.
    """
    return f"LATERAL (SELECT * FROM {table} WHERE {where} OFFSET 0)"  # noqa: S608 - constants


def row_with(table: str, key: str) -> str:
    """Give the look-up of the row with a key, fenced like `rows_where`.

    Not `id = …`: an index that has the id in the second place is then as good where a table counts
    as empty, and is read from end to end. That one has no order by ids.
    """
    row = f"SELECT * FROM {table} WHERE id BETWEEN {key} AND {key} ORDER BY id LIMIT 1"  # noqa: S608
    return f"LATERAL ({row})"
