"""What a test of two at once asks of the database."""

from __future__ import annotations

from django.db import connection


def waits_for_a_lock() -> bool:
    """Tell whether another session of this database waits for the end of a transaction."""
    with connection.cursor() as cursor:
        # In a transaction the sessions would stay those of the first look.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event = 'transactionid'"
        )
        return cursor.fetchone() is not None
