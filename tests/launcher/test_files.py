"""What lies in the repository and beside it: locks, secrets, the stamp of the environment."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import stat
import sys
from pathlib import Path

import pytest

from launcher import bootstrap
from launcher.console import Failure
from launcher.private import kept_secret, write_private

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)$", re.MULTILINE)
LAYERS = ["requirements", "requirements-local", "requirements-dev", "requirements-node"]


def pins(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8").replace(" \\", "")
    return {name.lower().replace("_", "-"): version for name, version in PIN.findall(text)}


@pytest.mark.parametrize("name", LAYERS)
def test_lock_holds_what_the_requirements_name(name: str) -> None:
    wanted, locked = pins(ROOT / f"{name}.txt"), pins(ROOT / f"{name}.lock")
    assert wanted
    assert wanted.items() <= locked.items()


@pytest.mark.parametrize("name", LAYERS)
def test_every_requirement_is_pinned(name: str) -> None:
    lines = (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    loose = [line for line in lines if line and line[0] not in "#-" and "==" not in line]
    assert loose == []


@pytest.mark.parametrize("name", LAYERS)
def test_lock_names_no_index_and_no_folder(name: str) -> None:
    lock = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert re.findall(r"--(?:index-url|extra-index-url|find-links)|file:|https?://", lock) == []


def test_larger_locks_agree_with_production() -> None:
    production = pins(ROOT / "requirements.lock")
    assert production.items() <= pins(ROOT / "requirements-local.lock").items()
    assert production.items() <= pins(ROOT / "requirements-dev.lock").items()


def test_secret_is_made_once_and_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret"
    first = kept_secret(path, length=48)
    assert len(first) >= 50
    assert kept_secret(path, length=48) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_private_file_takes_the_place_of_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "runtime.env"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["runtime.env"]


class Environment:
    """A virtual environment whose installations are only counted."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed: list[str] = []
        self.stamp = folder / "installed.json"
        monkeypatch.setattr(bootstrap, "STAMP", self.stamp)
        monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
        monkeypatch.setattr(
            bootstrap, "install", lambda lock, *, exact: self.installed.append(lock.name)
        )


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    return Environment(tmp_path, monkeypatch)


def test_second_start_installs_nothing(environment: Environment) -> None:
    bootstrap.ensure_environment("local")
    bootstrap.ensure_environment("local")
    assert environment.installed == ["requirements-local.lock"]


def test_tests_add_their_tools_and_run_keeps_them(environment: Environment) -> None:
    bootstrap.ensure_environment("local")
    bootstrap.ensure_environment("dev")
    bootstrap.ensure_environment("local")
    assert environment.installed == ["requirements-local.lock", "requirements-dev.lock"]


def test_changed_lock_is_installed(environment: Environment) -> None:
    bootstrap.ensure_environment("local")
    stamp = json.loads(environment.stamp.read_text())
    environment.stamp.write_text(json.dumps({**stamp, "lock": "another"}))
    bootstrap.ensure_environment("local")
    assert len(environment.installed) == 2


def test_interrupted_installation_is_made_again(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.ensure_environment("local")

    def interrupted(lock: Path, *, exact: bool) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(bootstrap, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.ensure_environment("dev")
    bootstrap.ensure_environment("local")
    assert environment.installed == ["requirements-local.lock", "requirements-local.lock"]


def test_missing_venv_module_is_told_with_the_line_that_installs_it(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "missing")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Failure) as refused:
        bootstrap.ensure_environment("local")
    assert "sudo apt-get update && sudo apt-get install -y python3-venv" in refused.value.remedy
    assert environment.installed == []


def test_uv_gets_the_index_that_pip_is_configured_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example/simple")
    assert (
        bootstrap.index_for_uv(Path(sys.executable))["UV_DEFAULT_INDEX"]
        == "https://packages.example/simple"
    )
    monkeypatch.setenv("UV_INDEX_URL", "https://other.example/simple")
    assert "UV_DEFAULT_INDEX" not in bootstrap.index_for_uv(Path(sys.executable))
