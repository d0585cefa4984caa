"""The embedded servers: private, small in rights, silent about people."""

from __future__ import annotations

import http.server
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from launcher import postgres, supervisor, valkey
from launcher.children import Child, Register
from launcher.console import Failure


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgres.Cluster]:
    with tempfile.TemporaryDirectory(prefix="portal servers ") as name:
        folder = Path(name)
        note = folder / "note"
        made = postgres.Cluster(
            data=folder / "data",
            sockets=postgres.make_socket_folder(note),
            log=folder / "postgres.log",
            throwaway=True,
        )
        child = postgres.start(made, {**os.environ, "PGHOST": "elsewhere", "PGPORT": "1"})
        yield made
        child.stop()
        postgres.remove_socket_folder(note)
        assert not made.sockets.exists()


def ask(cluster: postgres.Cluster, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(cluster.url())
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_database_is_reached_by_the_private_folder_alone(cluster: postgres.Cluster) -> None:
    assert ask(cluster, "SELECT current_setting('listen_addresses')") == [("",)]
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700


def test_portal_is_no_superuser_but_may_make_the_tests_databases(
    cluster: postgres.Cluster,
) -> None:
    rights = ask(cluster, "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    assert rights == [(False, True)]


def test_trigrams_know_arabic_letters(cluster: postgres.Cluster) -> None:
    ask(cluster, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert ask(cluster, "SELECT similarity('ساره احمد', 'ساره') > 0.3") == [(True,)]


def test_refused_row_is_not_written_to_the_log(cluster: postgres.Cluster) -> None:
    ask(cluster, "CREATE TABLE IF NOT EXISTS people (national_id text UNIQUE)")
    ask(cluster, "INSERT INTO people VALUES ('1000000008') ON CONFLICT DO NOTHING")
    with pytest.raises(psycopg2.errors.UniqueViolation):
        ask(cluster, "INSERT INTO people VALUES ('1000000008')")
    log = cluster.log.read_text(encoding="utf-8")
    assert "duplicate key" in log
    assert "1000000008" not in log


def test_data_of_another_version_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("9")
    old = postgres.Cluster(data=tmp_path, sockets=tmp_path, log=tmp_path / "log")
    with pytest.raises(Failure, match="made by PostgreSQL 9") as refused:
        postgres.start(old, os.environ)
    assert "--fresh" in refused.value.remedy


def test_folder_without_postgres_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="There is no PostgreSQL in"):
        postgres.binaries_folder({"PG_BIN": str(tmp_path)})


def test_store_wants_its_password_and_refuses_to_forget(tmp_path: Path) -> None:
    store = valkey.start(tmp_path / "a store", tmp_path / "valkey.log", os.environ, keeps=False)
    try:
        client = redis.Redis.from_url(store.url)
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        valkey.ensure_answers(store.url)
        assert client.config_get("bind") == {"bind": "127.0.0.1"}
        client.close()
        port = int(store.url.rpartition(":")[2].partition("/")[0])
        stranger = redis.Redis(port=port, retry=Retry(NoBackoff(), 0))
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()
        mode = (tmp_path / "a store" / "valkey.conf").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    finally:
        store.child.stop()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:secret@127.0.0.1:1/0", "REDIS_URL does not answer"),
        ("127.0.0.1:6379", "REDIS_URL is no address"),
    ],
    ids=["silent", "no-address"],
)
def test_given_store_that_cannot_serve_is_named_without_its_password(
    url: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "GIVEN_SERVER_SECONDS", 0.2)
    with pytest.raises(Failure, match=words) as refused:
        valkey.ensure_answers(url)
    assert "secret" not in f"{refused.value}{refused.value.remedy}"


class Answer(http.server.BaseHTTPRequestHandler):
    """Says 200 to the portal's own name, 400 to any other."""

    def do_GET(self) -> None:
        known = self.headers["Host"] == "portal.example" and self.path == "/readyz"
        self.send_response(200 if known else 400)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Keep the tests' output clean."""


def test_readiness_is_asked_under_the_public_name() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = ("127.0.0.1", server.server_address[1])
        assert supervisor.is_ready(address, "http://portal.example")
        assert not supervisor.is_ready(address, "http://other.example")
        server.shutdown()
    assert not supervisor.is_ready(address, "http://portal.example")


def test_child_that_keeps_dying_ends_the_watch_with_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "WATCH_SECONDS", 0.01)
    child = Child(
        name="Web server",
        argv=[sys.executable, "-c", "raise SystemExit('the reason')"],
        env=os.environ,
        log=tmp_path / "web.log",
    )
    child.start()
    with pytest.raises(Failure, match="Web server keeps stopping") as told:
        supervisor.watch([child], Register(tmp_path / "children.json"))
    assert "the reason" in told.value.what
    assert len(child.started_at) == supervisor.MANY_STARTS
