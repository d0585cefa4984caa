"""`./test`: every check that the project has, on servers of its own that are thrown away."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from launcher import postgres, valkey
from launcher.bootstrap import apt_install
from launcher.children import Child, with_bytecode
from launcher.console import Failure, complain, of_the_system, say, step
from launcher.frontend import ensure_built
from launcher.paths import PYTHON, ROOT
from launcher.supervisor import StopAsked, listen_for_stop

USAGE = """./test [--audit] [pytest's arguments]

Without arguments: format, lint, templates, types, import contracts, migrations, deployment
checks, translations and every test, in a browser too. With arguments only the tests that they
choose: ./test -k window. --audit adds the check of the dependencies against known
vulnerabilities.

DATABASE_URL and REDIS_URL name servers to use instead of the embedded ones; TEST_DATABASE_URL and
TEST_REDIS_URL a second pair on which all tests without a browser are repeated."""

LEAST_COVERAGE = 85
FULLY_COVERED = "*/rules.py,*/rules/*,*/services.py,*/services/*"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium", "fonts-noto-core")
AT_ONCE = 2


@dataclass(kw_only=True)
class Check:
    """One program that must succeed: Python's arguments and what its environment has besides."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)


CHECKS = [
    Check(name="types", argv=["-m", "mypy"]),
    Check(name="format", argv=["-m", "ruff", "format", "--check", "."]),
    Check(name="lint", argv=["-m", "ruff", "check", "."]),
    Check(name="templates", argv=["-m", "djlint", "templates", "--lint", "--quiet"]),
    Check(
        name="import contracts",
        argv=["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    ),
    Check(name="migrations", argv=["manage.py", "makemigrations", "--check", "--dry-run"]),
    Check(
        name="deployment",
        argv=["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={
            "PUBLIC_URL": "https://portal.example.sa",
            "DEMO": "0",
            "SMS_GATEWAY": "twilio",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "0" * 32,
        },
    ),
    Check(name="translations", argv=["manage.py", "messages", "--check"]),
]
FROM_NOTHING = Check(name="migrations from nothing", argv=["-m", "tests.migrated", "make"])
AUDIT = Check(
    name="audit",
    argv=[
        *("-m", "pip_audit", "--requirement", "requirements.lock", "--require-hashes"),
        *("--disable-pip", "--strict", "--progress-spinner", "off"),
    ],
)


def main(argv: Sequence[str]) -> int:
    """Run what was asked for; give the exit code."""
    if argv and argv[0] in {"-h", "--help"}:
        say(USAGE)
        return 0
    chosen = [word for word in argv if word != "--audit"]
    listen_for_stop()
    try:
        browser = find_or_install_browser()
        with _servers() as env:
            env["CHROMIUM"] = browser
            ensure_built(env)
            if chosen:
                return _call(_pytest(*chosen), env)
            return _everything(env, audit="--audit" in argv)
    except Failure as failure:
        complain(failure)
        return 1
    except OSError as error:
        complain(of_the_system(error))
        return 1
    except StopAsked:
        say("\nStopped.")
        return 130


def _everything(env: Mapping[str, str], *, audit: bool) -> int:
    migrated = {**env, "TEST_TEMPLATE": "portal_migrated"}  # the tests copy it
    failed = run_checks([FROM_NOTHING, *CHECKS, *([AUDIT] if audit else [])], migrated)
    if second := second_servers(env):
        say("\nThe tests without a browser, on TEST_DATABASE_URL and TEST_REDIS_URL:")
        if _call(_pytest("-m", "not e2e", *_in_parallel()), second):
            failed.append("tests on the second servers")
    say("\nTests:")
    slowest = ["--durations=10", "--durations-min=2"]
    tests = _pytest(*_in_parallel(), *slowest, "--cov", "--cov-report=")
    if _call(tests, env if FROM_NOTHING.name in failed else migrated):
        failed.append("tests")
    if os.environ.get("DATABASE_URL"):  # our own server goes with all that it holds
        _call([str(PYTHON), "-m", "tests.migrated", "drop"], migrated)
    if not _coverage_is_enough(env):
        failed.append("coverage")
    say(f"\nFailed: {', '.join(failed)}." if failed else "\nEverything passed.")
    return 1 if failed else 0


def run_checks(checks: Sequence[Check], env: Mapping[str, str]) -> list[str]:
    """Run the checks, two at a time, tell each one's outcome, and name those that failed."""
    waiting, running, failed = list(checks), list[_Running](), list[str]()
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                running.append(_Running(waiting.pop(0), env))
            for each in [each for each in running if each.is_done()]:
                running.remove(each)
                if not each.tell():
                    failed.append(each.check.name)
            time.sleep(0.05)
    finally:
        for each in running:
            each.end()
    return failed


class _Running:
    """A check at work, its words kept for the case that it fails."""

    def __init__(self, check: Check, env: Mapping[str, str]) -> None:
        self.check = check
        self._started = time.monotonic()
        self._output = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it is told)
        self._process = subprocess.Popen(
            [str(PYTHON), *check.argv],
            cwd=ROOT,
            env={**env, **check.env},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    def is_done(self) -> bool:
        return self._process.poll() is not None

    def tell(self) -> bool:
        took = time.monotonic() - self._started
        passed = self._process.returncode == 0
        say(f"{'ok    ' if passed else 'FAILED'} {self.check.name} ({took:.1f} s)")
        self._output.seek(0)
        if not passed:
            say(self._output.read().decode(errors="replace").rstrip())
        self._output.close()
        return passed

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._output.close()


def _pytest(*arguments: str) -> list[str]:
    return [str(PYTHON), "-m", "pytest", *arguments]


def _in_parallel() -> list[str]:
    return ["-n", str(min(4, os.cpu_count() or 1))]


def _call(argv: Sequence[str], env: Mapping[str, str]) -> int:
    process = subprocess.Popen(argv, cwd=ROOT, env=env)
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _coverage_is_enough(env: Mapping[str, str]) -> bool:
    """Tell the coverage: 85% of all branches, and what rules and services lack of 100%."""
    report = [str(PYTHON), "-m", "coverage", "report"]
    say("\nRules and services that the tests do not cover fully:")
    _call([*report, "--include", FULLY_COVERED], env)
    total = subprocess.run(
        [*report, "--format=total"], cwd=ROOT, env=env, check=False, capture_output=True, text=True
    ).stdout.strip()
    say(f"Branch coverage of everything: {total}% (at least {LEAST_COVERAGE}%)")
    return total.isdecimal() and int(total) >= LEAST_COVERAGE


@contextmanager
def _servers() -> Iterator[dict[str, str]]:
    """Start throwaway servers where none are named, and give the environment of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="portal-test-"))
    children: list[Child] = []
    env = with_bytecode({**os.environ, **_settings(folder)})
    try:
        if not env.get("DATABASE_URL"):
            with step("Starting PostgreSQL for the tests"):
                cluster = postgres.Cluster(
                    data=folder / "postgres",
                    sockets=folder,
                    log=folder / "postgres.log",
                    throwaway=True,
                )
                children.append(postgres.start(cluster, env))
                env = postgres.without_libpq(env)
                env["DATABASE_URL"] = cluster.url()
        if not env.get("REDIS_URL"):
            with step("Starting Valkey for the tests"):
                store = valkey.start(folder / "valkey", folder / "valkey.log", env, keeps=False)
                children.append(store.child)
                env["REDIS_URL"] = store.url
        yield env
    finally:
        for child in reversed(children):
            child.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _settings(folder: Path) -> dict[str, str]:
    """Give the settings that the tests rely on, whatever this machine's .env says."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "0",
        "DEMO": "1",
        "DEMO_PASSWORD": secrets.token_urlsafe(12),
        "SMS_GATEWAY": "phone",
        "HOST": "127.0.0.1",
        "PUBLIC_URL": "http://localhost:8000",
        "DATA_DIR": str(folder / "data"),
    }


def second_servers(env: Mapping[str, str]) -> dict[str, str]:
    database, store = os.environ.get("TEST_DATABASE_URL"), os.environ.get("TEST_REDIS_URL")
    if not database and not store:
        return {}
    return {
        **env,
        "DATABASE_URL": database or env["DATABASE_URL"],
        "REDIS_URL": store or env["REDIS_URL"],
    }


def find_or_install_browser() -> str:
    """Find Chromium, or install it as root on Debian.

    Raises:
        Failure: with the exact line that installs one.
    """
    if found := _find_browser():
        return found
    line = f"apt-get update && apt-get install -y {' '.join(BROWSER_PACKAGES)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Failure(
            "The tests need the browser Chromium, which is not installed.",
            f"Install it with: sudo sh -c '{line}'\n"
            "or set CHROMIUM to the path of a Chromium or Chrome program.",
        )
    with step("Installing Chromium through apt"):
        apt_install(*BROWSER_PACKAGES)
    if found := _find_browser():
        return found
    raise Failure("apt installed no Chromium.", f"Run as root: {line}")


def _find_browser() -> str:
    named = os.environ.get("CHROMIUM")
    if named and os.access(named, os.X_OK):
        return named
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
