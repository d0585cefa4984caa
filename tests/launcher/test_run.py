"""./run from a path with spaces: started, stopped, killed hard, started again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg2
import pytest
from dotenv import dotenv_values

from launcher.children import wait_until
from launcher.console import Failure

ROOT = Path(__file__).resolve().parents[2]
BUILT = ["frontend", "frontend.stamp", "static", "static.stamp"]
OURS = re.compile(r"^(PG|DATABASE_|REDIS_|SECRET_|PUBLIC_|DATA_|DEMO|HOST$|PORT$|SMS_|COV_)")

pytestmark = pytest.mark.e2e


class Checkout:
    """A copy of this checkout that shares its installed packages and its built files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None
        ignored = shutil.ignore_patterns(".git", ".venv", "var", "node_modules", ".*_cache", ".env")
        shutil.copytree(ROOT, folder, ignore=ignored)
        for name in (".venv", "node_modules"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "var").mkdir()
        for name in BUILT:
            source = ROOT / "var" / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / "var" / name)
        self.output = folder / "output.txt"

    def start(self, **settings: str) -> str:
        """Start ./run with no setting but `settings`, wait until it is ready, give its address."""
        self.launch(**settings)
        self.wait_for_word("The portal is ready: ")
        found = re.search(r"The portal is ready: (\S+)", self.words())
        assert found is not None
        return found[1].rstrip("/")

    def launch(self, **settings: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [str(self.folder / "run")],
                env={**kept, "DEMO": "0", **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def wait_for_word(self, word: str) -> None:
        def is_there() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.words()
            return word in self.words()

        wait_until(is_there, seconds=90, what=word)

    def words(self) -> str:
        return self.output.read_text()

    def send(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def running(self) -> dict[int, str]:
        """Give the processes that work in this checkout, with their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                works_here = (entry / "cwd").readlink().is_relative_to(self.folder)
                if command and (works_here or str(self.folder) in command):
                    found[int(entry.name)] = command
        return found

    def wait_for_the_end_of_all(self) -> None:
        with suppress(Failure):
            wait_until(lambda: not self.running(), seconds=60, what="The end of all processes")
        assert self.running() == {}

    def setting(self, name: str) -> str:
        return dotenv_values(self.folder / "var" / "runtime.env")[name] or ""

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(self.setting("DATABASE_URL"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def manage(self, *arguments: str) -> int:
        kept = {name: value for name, value in os.environ.items() if not OURS.match(name)}
        return subprocess.run(
            [str(self.folder / ".venv" / "bin" / "python"), "manage.py", *arguments],
            cwd=self.folder,
            env=kept,
            check=False,
        ).returncode


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path / "a checkout")
    yield checkout
    if checkout.process is not None and checkout.process.poll() is None:
        checkout.send(signal.SIGTERM)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except OSError:
        return 0


def listening(pids: set[int]) -> set[str]:
    """Give the local addresses, as the kernel writes them, on which the processes listen."""
    sockets = set()
    for pid in pids:
        with suppress(OSError):
            sockets |= {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1].partition(":")[0])
    return found


def test_portal_starts_stops_and_survives_a_hard_kill(checkout: Checkout) -> None:
    address = checkout.start()
    assert status_of(f"{address}/readyz") == 200
    assert listening(set(checkout.running())) == {"0100007F"}
    for name in ("secret_key", "runtime.env"):
        assert (checkout.folder / "var" / name).stat().st_mode & 0o777 == 0o600
    assert checkout.manage("migrate", "--check") == 0
    checkout.sql("CREATE TABLE kept AS SELECT 7 AS number")

    # A web server that dies is started again on the same address.
    recorded = json.loads((checkout.folder / "var" / "children.json").read_text())
    web = next(pid for pid in recorded if "gunicorn" in checkout.running()[int(pid)])
    os.kill(int(web), signal.SIGKILL)
    checkout.wait_for_word("Web server stopped by itself and is started again")
    wait_until(lambda: status_of(f"{address}/readyz") == 200, seconds=30, what="The web server")

    # Killed hard, it leaves nothing behind and starts again with its data.
    assert checkout.send(signal.SIGKILL) == -signal.SIGKILL
    checkout.wait_for_the_end_of_all()
    address = checkout.start()
    assert checkout.sql("SELECT number FROM kept") == [(7,)]

    # Asked to stop, it stops all that it started and says so.
    sockets = Path(checkout.setting("DATABASE_URL").partition("host=")[2].partition("&")[0])
    assert sockets.is_dir()
    assert checkout.send(signal.SIGTERM) == 0
    assert checkout.running() == {}
    assert not sockets.exists()
    assert "Stopped." in checkout.words()
    assert "Traceback" not in checkout.words()


def test_taken_port_that_was_asked_for_is_told_before_any_work(checkout: Checkout) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        checkout.launch(PORT=str(port))
        assert checkout.process is not None
        assert checkout.process.wait(30) == 1
    assert f"Port {port} on 127.0.0.1 is in use" in checkout.words()
    assert "PostgreSQL" not in checkout.words()
