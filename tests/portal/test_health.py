"""/healthz lives with the process; /readyz goes red with what the portal cannot do without."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.db import OperationalError, connection
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


@pytest.mark.django_db
def test_lost_database_is_named_and_its_address_is_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> None:
        raise OperationalError("connection to server at 10.0.0.1 failed")

    monkeypatch.setattr(connection, "cursor", lost)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failing"] == {"database": "OperationalError", "migrations": "database"}


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
    with django_assert_max_num_queries(1):
        client.get("/readyz")
