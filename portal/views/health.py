"""Whether the process lives and whether it can serve."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg2
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

REDIS_TIMEOUT_SECONDS: Final = 0.5

DATABASE_TIMEOUT_SECONDS: Final = 2.0
"""For a connection and one answer. A server that is frozen would keep us waiting without end."""


class NotReady(Exception):
    """A part the portal cannot do without is missing; `reason` is short and tells no address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that the process lives."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database, Redis and migrations are fine, and which is not."""
    failing: dict[str, str] = {}
    for name, check in _CHECKS.items():
        try:
            check()
        except NotReady as fault:
            failing[name] = fault.reason
            logger.warning("not ready: %s (%s)", name, fault.reason)
    if failing:
        return JsonResponse({"status": "failing", "failing": failing}, status=503)
    return JsonResponse({"status": "ok"})


def check_database() -> None:
    """Ask the database for an answer, once and not for long. Raises NotReady.

    On a connection of its own that never blocks: libpq has no limit for an answer.
    """
    ends = time.monotonic() + DATABASE_TIMEOUT_SECONDS
    probe = None
    try:
        probe = psycopg2.connect(**connection.get_connection_params(), async_=True)
        _wait(probe, ends)
        cursor = probe.cursor()
        cursor.execute("SELECT 1")
        _wait(probe, ends)
    except psycopg2.Error as error:
        raise NotReady(type(error).__name__) from error
    finally:
        if probe is not None:
            probe.close()


def _wait(probe: Any, ends: float) -> None:
    """Wait until a connection has done what was asked of it. Raises NotReady when time is over."""
    while (state := probe.poll()) != POLL_OK:
        left = ends - time.monotonic()
        reading = [probe] if state == POLL_READ else []
        writing = [probe] if state == POLL_WRITE else []
        if left <= 0 or not any(select.select(reading, writing, [], left)):
            raise NotReady("TimeoutError")


def check_redis() -> None:
    """Ask Redis for an answer, once and not for long. Raises NotReady."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        # A write: a server that is paused for writing, or a read-only replica, wakes no worker.
        client.set("portal:readyz", 1, ex=60)
    except redis.RedisError as error:
        raise NotReady(type(error).__name__) from error
    finally:
        client.close()


class _Migrations:
    """Remembers that the database is migrated: within a process that cannot become untrue."""

    is_complete = False

    def check(self) -> None:
        if self.is_complete:
            return
        try:
            check_database()  # what follows would wait for a frozen one without end
            executor = MigrationExecutor(connection)
            pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except (NotReady, DatabaseError) as error:
            raise NotReady("database") from error
        if pending:
            raise NotReady(f"{len(pending)} pending")
        self.is_complete = True


migrations = _Migrations()

_CHECKS: Final[dict[str, Callable[[], None]]] = {
    "database": check_database,
    "redis": check_redis,
    "migrations": migrations.check,
}
