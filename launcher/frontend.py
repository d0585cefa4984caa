"""The front end's packages and everything built from the sources: only again when they changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from launcher.bootstrap import install, one_setup_at_a_time
from launcher.children import run_to_end
from launcher.console import Failure, say, step
from launcher.paths import PYTHON, ROOT, VAR, VENV

NODE_MODULES = ROOT / "node_modules"
OLDEST_NODE = 18
STATIC_STAMP = VAR / "static.stamp"
SOURCES = ("static/**/*", "locale/**/*.po", "package-lock.json", "requirements.lock")
BUILDERS = (
    "portal/catalogues.py",
    "portal/fonts.py",
    "portal/frontend.py",
    "portal/management/commands/*.py",
)


def ensure_built(environ: Mapping[str, str]) -> None:
    """Install the packages of package-lock.json and build what browsers are served."""
    with one_setup_at_a_time():
        _ensure_packages()
        _ensure_static(environ)


def _ensure_static(environ: Mapping[str, str]) -> None:
    wanted = _fingerprint(_sources())
    catalogues = list((ROOT / "locale").rglob("*.po"))
    if (
        STATIC_STAMP.is_file()
        and STATIC_STAMP.read_text(encoding="ascii") == wanted
        and (VAR / "static").is_dir()
        and (VAR / "print").is_dir()
        and all(path.with_suffix(".mo").exists() for path in catalogues)
    ):
        return
    STATIC_STAMP.unlink(missing_ok=True)
    run_to_end([str(PYTHON), "-m", "launcher.prepare", "static"], environ, what="The front end")
    STATIC_STAMP.write_text(wanted, encoding="ascii")


def _ensure_packages() -> None:
    stamp = NODE_MODULES / ".stamp"
    wanted = _fingerprint([ROOT / "package-lock.json"])
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return
    npm, environ = _npm()
    with step("Installing the front end's packages"):
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=ROOT,
            env=environ,
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode:
        raise Failure(
            f"npm could not install the front end's packages:\n{done.stderr.strip()[-2000:]}",
            "Check the connection to the package registry that npm is configured for, "
            "then start again.",
        )
    stamp.write_text(wanted, encoding="ascii")


def _npm() -> tuple[str, dict[str, str]]:
    """Find npm with a Node.js that is new enough, or put both into the virtual environment."""
    with_venv = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    for environ in (dict(os.environ), with_venv):
        npm = shutil.which("npm", path=environ.get("PATH"))
        if npm and _node_major(environ) >= OLDEST_NODE:
            return npm, environ
    say("  Node.js is missing; installing it into .venv")
    install(ROOT / "requirements-node.lock", exact=False)
    return str(VENV / "bin" / "npm"), with_venv


def _node_major(environ: Mapping[str, str]) -> int:
    node = shutil.which("node", path=environ.get("PATH"))
    if node is None:
        return 0
    words = subprocess.run(
        [node, "--version"], env=environ, check=False, capture_output=True, text=True
    ).stdout
    found = re.match(r"v(\d+)", words)
    return int(found[1]) if found else 0


def _sources() -> Iterator[Path]:
    for pattern in (*SOURCES, *BUILDERS):
        yield from sorted(path for path in ROOT.glob(pattern) if path.is_file())


def _fingerprint(paths: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
