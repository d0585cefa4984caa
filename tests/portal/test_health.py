"""/healthz lives with the process; /readyz goes red with what the portal cannot do without."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from portal.views import health
from tests.notifications.redis_server import running_redis


@pytest.fixture(autouse=True)
def forgotten_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.migrations, "is_complete", False)


def test_process_lives_without_any_server(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_all_is_fine(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_only_reading_is_answered(client: Client) -> None:
    assert client.post("/readyz").status_code == 405
    assert client.head("/readyz").status_code == 200


@pytest.mark.django_db
def test_stopped_redis_is_named(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "failing": {"redis": "ConnectionError"}}


@pytest.mark.django_db
def test_paused_redis_is_named(client: Client, settings: Any) -> None:
    with running_redis() as server:
        settings.REDIS_URL = server.url
        assert client.get("/readyz").status_code == 200
        server.pause("WRITE")
        answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, {"redis": "TimeoutError"})


@pytest.mark.django_db
def test_silent_redis_is_named(client: Client, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        assert client.get("/readyz").json()["failing"] == {"redis": "TimeoutError"}


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give what leads the check to a port of this machine instead of the database."""

    def lead(port: int) -> None:
        other = connection.get_connection_params() | {"host": "127.0.0.1", "port": port}
        monkeypatch.setattr(connection, "get_connection_params", lambda: other)

    return lead


@pytest.mark.django_db
def test_lost_database_is_named_and_its_address_is_not(
    client: Client, elsewhere: Callable[[int], None]
) -> None:
    elsewhere(1)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {"database": "OperationalError", "migrations": "database"}


@pytest.mark.django_db
def test_frozen_database_is_named_and_waited_for_no_longer_than_its_time(
    client: Client, elsewhere: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "DATABASE_TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the line and says nothing
        elsewhere(silent.getsockname()[1])
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {"database": "TimeoutError", "migrations": "database"}


@pytest.mark.django_db
def test_pending_migration_is_named_until_it_is_done(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'notifications' RETURNING name, applied"
        )
        removed = cursor.fetchall()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {"migrations": f"{len(removed)} pending"}
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('notifications', %s, %s)",
            removed,
        )
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_migrations_are_looked_up_once_a_process(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    client.get("/readyz")
    with django_assert_max_num_queries(0):  # the database is asked on another connection
        client.get("/readyz")
