"""The database as the migrations left it, after each test with real transactions.

Django empties every table, then fills types and rights anew, and what the migrations had written
is gone: a second for each such test. Here the tables that have rows are emptied, and those that
the migrations filled are put back where a test changed them, from a copy of the first minute.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import connection, transaction
from django.test import TransactionTestCase

COPY: Final = "as_migrated"
"""The schema of the copies."""

_TABLES: Final = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'
    ORDER BY tablename
"""
_MAY_REST_TRIGGERS: Final = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
_DIGEST: Final = "SELECT '{0}', md5(string_agg(row::text, ',' ORDER BY row::text)) FROM {0} AS row"
_HAS_ROWS: Final = "SELECT '{0}' WHERE EXISTS (SELECT FROM {0})"

_filled: dict[str, str] = {}
_empty: list[str] = []


def keep_what_is_there() -> None:
    """Copy what the migrations wrote, and have tests with transactions end with it.

    Without the right to let triggers rest, Django's own way stays.
    """
    if not _rows(_MAY_REST_TRIGGERS)[0][0]:
        return
    tables = [f'"{name}"' for (name,) in _rows(_TABLES)]
    digests = dict(_rows(" UNION ALL ".join(map(_DIGEST.format, tables))))
    _filled.update({table: digest for table, digest in digests.items() if digest})
    _empty.extend(table for table in tables if table not in _filled)
    copies = (f"CREATE TABLE {COPY}.{table} AS TABLE public.{table}" for table in _filled)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {COPY} CASCADE; CREATE SCHEMA {COPY}")
        cursor.execute("; ".join(copies))
    TransactionTestCase._fixture_teardown = _put_back  # type: ignore[method-assign]


def put_back() -> None:
    """Bring every table to what it was when the tests began."""
    has_rows = _rows(" UNION ALL ".join(map(_HAS_ROWS.format, _empty)))
    digests = _rows(" UNION ALL ".join(map(_DIGEST.format, _filled)))
    changed = [table for table, digest in digests if digest != _filled[table]]
    steps = [f"DELETE FROM {table}" for table in [*(table for (table,) in has_rows), *changed]]
    steps += [f"INSERT INTO {table} SELECT * FROM {COPY}.{table}" for table in changed]
    if not steps:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no keys, no triggers
        cursor.execute("; ".join(steps))


def _put_back(_case: Any) -> None:
    put_back()


def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
