"""Make the virtual environment and go on inside it. Standard library only.

The stamp that says what is installed is written last, so that an interrupted installation is
made again. It is trusted only while the environment's own interpreter still runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NoReturn

from launcher.console import Failure, complain, of_the_system, say, step
from launcher.paths import PYTHON, ROOT, VAR, VENV

Level = Literal["local", "dev"]
STAMP = VENV / "installed.json"


def enter(level: Level, module: str) -> NoReturn:
    """Prepare the environment and replace this process by `module` run inside it."""
    try:
        os.chdir(ROOT)
        with one_setup_at_a_time():
            ensure_environment(level)
        os.execv(PYTHON, [str(PYTHON), "-m", module, *sys.argv[1:]])  # noqa: S606 (our own interpreter)
    except Failure as failure:
        complain(failure)
        sys.exit(1)
    except OSError as error:
        complain(of_the_system(error))
        sys.exit(1)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(130)


def ensure_environment(level: Level) -> None:
    """Make the virtual environment hold exactly what the lock of `level` names.

    An environment that once had the test tools keeps them.
    """
    installed = _read_stamp()
    if installed.get("level") == "dev":
        level = "dev"
    wanted = {
        "level": level,
        "lock": _fingerprint(lock_file(level)),
        "python": _interpreter_of(PYTHON) or "none",
    }
    if wanted["python"] != "none" and installed == wanted:
        return
    STAMP.unlink(missing_ok=True)
    if wanted["python"] == "none":
        with step("Making the virtual environment in .venv"):
            _make_environment()
    with step("Installing the locked packages (the first time takes a while)"):
        install(lock_file(level), exact=True)
    wanted["python"] = _interpreter_of(PYTHON) or "none"
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def install(lock: Path, *, exact: bool) -> None:
    """Install a lock with its hashes: by uv, or by pip where uv cannot.

    `exact` also removes what the lock does not name.

    Raises:
        Failure: when neither could, with the end of pip's words.
    """
    if _has_uv() or _install_uv(lock):
        command = ["sync", str(lock)] if exact else ["install", "--requirements", str(lock)]
        done = subprocess.run(
            [
                *(str(PYTHON), "-m", "uv", "pip", *command),
                *("--require-hashes", "--python", str(PYTHON), "--quiet"),
            ],
            env={**os.environ, **index_for_uv(PYTHON)},
            check=False,
            capture_output=True,
        )
        if done.returncode == 0:
            return
        say("  uv could not install; trying again with pip")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [*pip, "--require-hashes", "-r", str(lock)], check=False, capture_output=True
    )
    if done.returncode:
        raise Failure(
            f"The packages of {lock.name} could not be installed:\n{_end_of(done.stderr)}",
            "Check the connection to the package index that pip is configured for and the free "
            "space on the disk, then start again.",
        )


def index_for_uv(python: Path) -> dict[str, str]:
    """Give uv the index and the certificates of pip's own configuration, which it does not read."""
    known = {"UV_DEFAULT_INDEX": "global.index-url", "SSL_CERT_FILE": "global.cert"}
    already = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE")
    if any(os.environ.get(name) for name in already):
        known.pop("UV_DEFAULT_INDEX")
    if os.environ.get("SSL_CERT_FILE"):
        known.pop("SSL_CERT_FILE")
    done = subprocess.run(
        [str(python), "-m", "pip", "config", "list"], check=False, capture_output=True, text=True
    )
    configured = {
        name.replace(":env:.", "global."): value.strip("'\"")
        for name, _, value in (line.partition("=") for line in done.stdout.splitlines())
    }
    return {ours: configured[pips] for ours, pips in known.items() if configured.get(pips)}


def lock_file(level: Level) -> Path:
    return ROOT / f"requirements-{level}.lock"


@contextmanager
def one_setup_at_a_time() -> Iterator[None]:
    """Hold the lock on what a checkout has installed and built."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("- Waiting for another ./run or ./test that is setting up this checkout …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make_environment() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        _install_venv_package()
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], check=False, capture_output=True
    )
    if done.returncode:
        raise Failure(
            f"The virtual environment could not be made:\n{_end_of(done.stdout + done.stderr)}",
            f"Install Python's venv module: {venv_package_line()}",
        )


def _install_venv_package() -> None:
    if os.geteuid() != 0 or not Path("/usr/bin/apt-get").exists():
        raise Failure(
            "Python's venv module is not installed.", f"Install it with: {venv_package_line()}"
        )
    say("  installing python3-venv through apt")
    apt_install("python3-venv", f"python3.{sys.version_info.minor}-venv")


def venv_package_line() -> str:
    return "sudo apt-get update && sudo apt-get install -y python3-venv"


def apt_install(*packages: str) -> None:
    """Install Debian packages as root.

    Raises:
        Failure: with the end of apt's words.
    """
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", "update", "-qq"], env=environ, check=False, capture_output=True
    )  # an old list may still do
    done = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=environ,
        check=False,
        capture_output=True,
    )
    if done.returncode:
        line = f"apt-get update && apt-get install -y {' '.join(packages)}"
        raise Failure(f"apt could not install: {_end_of(done.stderr)}", f"Run as root: {line}")


def _interpreter_of(python: Path) -> str | None:
    """Give version and home of an environment's interpreter; None where it does not run."""
    if not python.exists():
        return None
    code = "import sys, pip; print(*sys.version_info[:3], sys.base_prefix)"
    done = subprocess.run([str(python), "-c", code], check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def _has_uv() -> bool:
    done = subprocess.run([str(PYTHON), "-m", "uv", "--version"], check=False, capture_output=True)
    return done.returncode == 0


def _install_uv(lock: Path) -> bool:
    """Install uv itself with the hashes that the lock gives for it."""
    entry = re.search(
        r"^uv==.*(?:\n    --hash=.*)+", lock.read_text(encoding="utf-8"), re.MULTILINE
    )
    if entry is None:
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as requirement:
        requirement.write(entry.group() + "\n")
        requirement.flush()
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        done = subprocess.run(
            [*pip, "--no-deps", "--require-hashes", "-r", requirement.name],
            check=False,
            capture_output=True,
        )
    return done.returncode == 0


def _read_stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _end_of(output: bytes, lines: int = 12) -> str:
    return "\n".join(output.decode(errors="replace").strip().splitlines()[-lines:])
