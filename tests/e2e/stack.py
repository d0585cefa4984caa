"""The running stack: web server, worker and scheduler on a database of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from launcher.processes import EMAIL, OTHER_QUEUES
from tests.migrated import template_name
from tests.ports import free_port
from tests.worker import ROOT, wait_until

STAFF_PASSWORD = "journey-of-a-thousand-cases"
QUEUES = f"codes,{EMAIL},{OTHER_QUEUES}"


def collect_static_files() -> None:
    """Gather the static files under their hashed names where one is newer than the last time."""
    collected = ROOT / "var" / "static" / "staticfiles.json"
    newest = max(file.stat().st_mtime for file in (ROOT / "static").iterdir())
    if not collected.is_file() or collected.stat().st_mtime < newest:
        command = [sys.executable, "-m", "launcher.prepare", "static"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@dataclass
class Stack:
    """The processes of the portal and what a test needs to reach them."""

    admin_dsn: dict[str, Any]
    database_url: str
    redis_url: str
    secret_key: str
    folder: tempfile.TemporaryDirectory[str] = field(
        default_factory=lambda: tempfile.TemporaryDirectory(prefix="portal-e2e-")
    )
    port: int = field(default_factory=free_port)
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secret_key,
            "DATA_DIR": str(Path(self.folder.name) / "data"),
            "PUBLIC_URL": self.url,
            "SMS_GATEWAY": "phone",
            "DEMO": "1",
            "DEMO_PASSWORD": STAFF_PASSWORD,
            "HOST": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        """Make the database, load the demonstration and start every process."""
        name = urlsplit(self.database_url).path.lstrip("/")
        self._in_admin_database("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        template = template_name() or "template1"
        self._in_admin_database("CREATE DATABASE {} TEMPLATE {}", name, template)
        collect_static_files()
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_demo")
        self._spawn(
            *("-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}"),
            *("--config", str(ROOT / "deploy" / "gunicorn.conf.py")),
        )
        self._spawn(
            *("-m", "celery", "-A", "portal", "worker", "--queues", QUEUES),
            *("--pool", "threads", "--concurrency", "4"),
            *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
        )
        self._spawn(
            *("-m", "celery", "-A", "portal", "beat", "--pidfile", "", "--loglevel", "WARNING"),
            *("--schedule", str(Path(self.folder.name) / "celerybeat")),
        )
        wait_until(self._is_ready, seconds=60, what="the stack is ready")

    def stop(self) -> None:
        """End every process and forget the data."""
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._in_admin_database(
            "DROP DATABASE IF EXISTS {} WITH (FORCE)", urlsplit(self.database_url).path.lstrip("/")
        )
        self.folder.cleanup()

    def manage(self, *arguments: str) -> str:
        """Run a management command on the stack's data; give what it printed."""
        return self.run("manage.py", *arguments)

    def run(self, *arguments: str) -> str:
        """Run Python in the stack's environment; fail with its words."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def phone(self, mobile: str) -> list[dict[str, Any]]:
        """Give what a mobile has received, newest first, as anybody can read it."""
        with urllib.request.urlopen(f"{self.url}/phone/messages.json?mobile={mobile}") as answer:
            messages: list[dict[str, Any]] = json.load(answer)
        return messages

    def wait_for_sms(self, mobile: str, *, holding: str, times: int = 1) -> list[str]:
        """Wait until so many messages that hold a text have arrived; give them, newest first."""
        found: list[str] = []

        def arrived() -> bool:
            bodies = [message["body"] for message in self.phone(mobile)]
            found[:] = [body for body in bodies if holding in body]
            return len(found) >= times

        wait_until(arrived, seconds=30, what=f"{times} SMS with {holding!r}")
        assert len(found) == times, f"told more than once: {found}"
        return found

    def wait_for_mails(
        self, address: str, *, holding: str = "", times: int = 1
    ) -> list[dict[str, Any]]:
        """Wait until so many mails that hold a text came to an address; give them, newest first."""
        found: list[dict[str, Any]] = []
        query = urlencode({"to": address})

        def arrived() -> bool:
            with urllib.request.urlopen(f"{self.url}/phone/mail/mails.json?{query}") as answer:
                found[:] = [mail for mail in json.load(answer) if holding in mail["text"]]
            return len(found) >= times

        wait_until(arrived, seconds=30, what=f"{times} mails with {holding!r}")
        assert len(found) == times, f"told more than once: {[one['subject'] for one in found]}"
        return found

    def codes(self, mobile: str) -> list[str]:
        """Give the codes that a mobile has received, newest first."""
        bodies = [message["body"] for message in self.phone(mobile)]
        return [
            code for body in bodies for code in re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", body)
        ]

    def wait_for_code(self, mobile: str, *, after: int) -> str:
        """Wait for one more code than so many; give it."""
        wait_until(lambda: len(self.codes(mobile)) > after, seconds=30, what="a code by SMS")
        return self.codes(mobile)[0]

    def _spawn(self, *arguments: str) -> None:
        log = (Path(self.folder.name) / f"process-{len(self._processes)}.log").open("wb")
        self._processes.append(
            subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        )

    def _is_ready(self) -> bool:
        for process in self._processes:
            assert process.poll() is None, self.logs()
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def logs(self) -> str:
        """Give the last lines of every process."""
        return "\n".join(
            path.read_text(errors="replace")[-3000:]
            for path in sorted(Path(self.folder.name).glob("process-*.log"))
        )

    def _in_admin_database(self, statement: str, *names: str) -> None:
        connection = psycopg2.connect(**self.admin_dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        connection.close()


def with_database(url: str, name: str) -> str:
    """Give the same server's address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
