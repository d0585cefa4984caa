"""A real Celery worker process on the test's own database and queues.

    def test_somebody_is_told(celery_worker: CeleryWorker) -> None: ...

The fixture brings a transactional database with it: what is committed is seen by the worker,
which runs until the test ends. Each process of pytest-xdist has a Redis database of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings

from notifications.statuses import Lane
from notifications.waking import breaker, wake

ROOT = Path(__file__).resolve().parent.parent
QUEUES = (*(lane.value for lane in Lane), "email", "imports", "default")
REDIS_DATABASES = 16
SWEEP_SECONDS = 0.3


def wait_until(is_so: Callable[[], object], *, seconds: float = 120, what: str = "") -> None:
    """Wait for a condition, without a fixed sleep; fail when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"did not happen in {seconds} s: {what or is_so}"
        time.sleep(0.02)


def sweeping(*lanes: Lane) -> Callable[[Callable[[], object], str], None]:
    """Give a wait for a condition that wakes lanes meanwhile, as the scheduler's sweeps do.

    A wake-up may be lost, with its worker or before there is one.
    """

    def swept_until(is_so: Callable[[], object], what: str) -> None:
        wakes_at = 0.0

        def look() -> object:
            nonlocal wakes_at
            if is_so():
                return True
            if time.monotonic() >= wakes_at:
                for lane in lanes:
                    wake(lane)
                wakes_at = time.monotonic() + SWEEP_SECONDS
            return False

        wait_until(look, what=what)

    return swept_until


def redis_url_of(process: str, url: str) -> str:
    """Give a pytest-xdist process (gw0, gw1 …) a Redis database of its own beside the main one."""
    parts = urlsplit(url)
    main = int(parts.path.lstrip("/") or 0)
    own = main + 1 + int(process.removeprefix("gw")) if process.startswith("gw") else main
    return urlunsplit(parts._replace(path=f"/{own % REDIS_DATABASES}"))


def own_database_url() -> str:
    """Give the address of the database this test uses, as DATABASE_URL wants it."""
    facts = connection.settings_dict
    user = quote(str(facts["USER"] or ""), safe="")
    secret = f":{quote(str(facts['PASSWORD']), safe='')}" if facts["PASSWORD"] else ""
    query = {str(name): str(value) for name, value in facts["OPTIONS"].items()}
    host, port = str(facts["HOST"] or ""), str(facts["PORT"] or "")
    if host.startswith("/"):
        query["host"], host = host, ""
    where = f"{user}{secret}@{host}{f':{port}' if port else ''}"
    return f"postgresql://{where}/{quote(str(facts['NAME']))}?{urlencode(query)}".rstrip("?")


def own_environ() -> dict[str, str]:
    """Give the environment of a process that shares the test's database and queues."""
    return {
        **os.environ,
        "DATABASE_URL": own_database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "PYTHONUNBUFFERED": "1",
    }


def celery_after(first: str) -> list[str]:
    """Give the command of a Celery process that first runs a statement, to be less patient."""
    if not first:
        return [sys.executable, "-m", "celery", "-A", "portal"]
    start = f"{first}\nfrom celery.__main__ import main\nmain()"
    return [sys.executable, "-c", start, "-A", "portal"]


class CeleryWorker:
    """One worker process: starts on request, can be stopped or killed hard, and read."""

    def __init__(self, name: str, *, first: str = "", **environ: str) -> None:
        self.name = name
        self._environ = environ
        self._first = first
        self._log = tempfile.NamedTemporaryFile(  # noqa: SIM115 (lives as long as the worker)
            mode="w+", prefix=f"worker-{name}-", suffix=".log"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, pool: str = "threads", concurrency: int = 4) -> None:
        """Start the process and wait until it takes tasks."""
        environ = {**own_environ(), **self._environ}
        argv = [
            *celery_after(self._first),
            *("worker", "--loglevel", "INFO"),
            *("--hostname", f"{self.name}-{os.getpid()}@test", "--queues", ",".join(QUEUES)),
            *("--pool", pool, "--concurrency", str(concurrency)),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ]
        self._process = subprocess.Popen(
            argv, cwd=ROOT, env=environ, stdout=self._log, stderr=subprocess.STDOUT
        )
        wait_until(self._is_ready, seconds=60, what="the worker is ready")

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log()
        return " ready." in self.log()

    def log(self) -> str:
        """Give all that the worker wrote."""
        return Path(self._log.name).read_text(encoding="utf-8")

    @property
    def has_ended(self) -> bool:
        """True once the process ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def ask_to_stop(self) -> None:
        """Send the signal of a deployment."""
        assert self._process is not None
        self._process.terminate()

    def kill(self) -> None:
        """End the process at once, as a lost machine does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the process after its task, or hard when it does not end."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None


def forget_queues() -> None:
    """Drop wake-ups that earlier tests left; only the portal's own keys are touched."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(*QUEUES, "unacked", "unacked_index")


@pytest.fixture(scope="session", autouse=True)
def own_redis() -> Iterator[None]:
    """Keep the processes of pytest-xdist out of each other's queues."""
    url = redis_url_of(os.environ.get("PYTEST_XDIST_WORKER", ""), settings.REDIS_URL)
    with override_settings(REDIS_URL=url, CELERY_BROKER_URL=url):
        yield


@pytest.fixture(autouse=True)
def closed_breaker() -> Iterator[None]:
    """Let no test inherit another's broken line to Redis."""
    breaker.reset()
    yield
    breaker.reset()


@pytest.fixture
def start_worker(transactional_db: None) -> Iterator[Callable[..., CeleryWorker]]:
    """Start as many workers as a test needs; all are ended with it."""
    started: list[CeleryWorker] = []
    forget_queues()

    def start(
        name: str = "one", *, pool: str = "threads", first: str = "", **environ: str
    ) -> CeleryWorker:
        worker = CeleryWorker(name, first=first, **environ)
        started.append(worker)
        worker.start(pool=pool)
        return worker

    yield start
    for worker in started:
        worker.stop()
    connections.close_all()


@pytest.fixture
def start_scheduler(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Start the scheduler, whose first sweeps come within its shortest interval."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        argv = [
            *(sys.executable, "-m", "celery", "-A", "portal", "beat", "--pidfile", ""),
            *("--schedule", str(tmp_path / "celerybeat"), "--loglevel", "WARNING"),
        ]
        started.append(subprocess.Popen(argv, cwd=ROOT, env=own_environ()))

    yield start
    for process in started:
        process.terminate()
        process.wait()


@pytest.fixture
def celery_worker(start_worker: Callable[..., CeleryWorker]) -> CeleryWorker:
    """Give one running worker for all queues."""
    return start_worker()
