"""Children end with the launcher, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from launcher.children import (
    LOG_BYTES,
    Child,
    Register,
    rotate_logs,
    run_to_end,
    tail,
    wait_until,
    with_bytecode,
)
from launcher.console import Failure
from launcher.supervisor import dies_too_often

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('up', flush=True); time.sleep(60)"
)


def child_of(folder: Path, code: str, **options: float) -> Child:
    return Child(
        name="Sleeper",
        argv=[sys.executable, "-c", code],
        env=os.environ,
        log=folder / "sleeper.log",
        **options,
    )


def has_ended(pid: int) -> bool:
    """Tell whether a process is gone, or dead and only not yet collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_for(condition: Callable[[], bool]) -> None:
    wait_until(condition, seconds=10, what="The condition")


@pytest.fixture
def started(tmp_path: Path) -> Child:
    child = child_of(tmp_path, SLEEPER)
    child.start()
    wait_for(lambda: "up" in tail(child.log))
    return child


def test_stopped_child_is_gone(started: Child) -> None:
    assert started.is_running()
    started.stop()
    assert not started.is_running()


def test_child_that_will_not_stop_is_ended(tmp_path: Path) -> None:
    child = child_of(tmp_path, STUBBORN, stop_seconds=0.2)
    child.start()
    wait_for(lambda: "up" in tail(child.log))
    child.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_dead_child_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    child = child_of(tmp_path, "print('the reason'); raise SystemExit(3)")
    child.start()
    with pytest.raises(Failure, match="the reason"):
        wait_until(lambda: False, seconds=10, what="Sleeper", children=[child])


def test_what_never_gets_ready_is_a_failure_in_time(started: Child) -> None:
    with pytest.raises(Failure, match="was not ready after 0 s"):
        wait_until(lambda: False, seconds=0.1, what="Sleeper", children=[started])
    started.stop()


def test_child_dies_with_a_launcher_that_is_killed_hard(tmp_path: Path) -> None:
    launcher = (
        "import os, sys, time; from pathlib import Path; from launcher.children import Child\n"
        f"child = Child(name='x', argv=[sys.executable, '-c', {SLEEPER!r}], env=os.environ,"
        f" log=Path({str(tmp_path / 'x.log')!r}))\n"
        "child.start(); print(child.process.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", launcher], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert not has_ended(pid)
        parent.kill()
        parent.wait()
        wait_for(lambda: has_ended(pid))


def test_next_start_ends_what_a_killed_launcher_left(started: Child, tmp_path: Path) -> None:
    register = Register(tmp_path / "children.json")
    register.write([started])
    assert started.process is not None
    register.end_leftovers(seconds=10)
    assert started.process.wait(5) == -signal.SIGTERM
    assert not (tmp_path / "children.json").exists()


def test_process_that_only_has_the_number_is_left_alone(started: Child, tmp_path: Path) -> None:
    assert started.process is not None
    (tmp_path / "children.json").write_text(f'{{"{started.process.pid}": ["1", 15]}}')
    Register(tmp_path / "children.json").end_leftovers()
    assert started.is_running()
    started.stop()


def test_unreadable_register_stops_no_start(tmp_path: Path) -> None:
    (tmp_path / "children.json").write_text("{half")
    Register(tmp_path / "children.json").end_leftovers()


@pytest.mark.parametrize(
    ("starts", "too_often"),
    [
        pytest.param([0, 1, 2, 3, 4], True, id="five-within-a-minute"),
        pytest.param([0, 1, 2, 3], False, id="four-within-a-minute"),
        pytest.param([-100, 1, 2, 3, 4], False, id="one-of-five-long-ago"),
    ],
)
def test_restarts_are_bounded(starts: list[float], *, too_often: bool) -> None:
    assert dies_too_often(starts, now=5) is too_often


def test_large_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launcher.children.LOGS", tmp_path)
    (tmp_path / "small.log").write_bytes(b"x")
    (tmp_path / "large.log").write_bytes(b"x" * (LOG_BYTES + 1))
    rotate_logs()
    assert {path.name for path in tmp_path.iterdir()} == {"small.log", "large.log.1"}


def test_words_of_a_program_are_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    run_to_end([sys.executable, "-c", "print('كلمة')"], os.environ, what="It")
    assert capfd.readouterr().out == "كلمة\n"


def test_program_that_fails_is_named(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match="The database could not be made ready"):
        run_to_end(
            [sys.executable, "-c", "raise SystemExit('why')"], os.environ, what="The database"
        )
    assert "why" in capfd.readouterr().out


def test_reader_who_went_away_stops_nothing(tmp_path: Path) -> None:
    done = tmp_path / "done"
    program = f"print('word'); open({str(done)!r}, 'w').close()"
    launcher = (
        "import os, sys\n"
        "from launcher.children import run_to_end; from launcher.console import say\n"
        f"say('up'); sys.stdin.read(); run_to_end([sys.executable, '-c', {program!r}],"
        " os.environ, what='It')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", launcher], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "up\n"
        process.stdout.close()
        process.stdin.close()
        assert process.wait(20) == 0
    assert done.exists()


def test_bytecode_is_kept_whatever_the_environment_says(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("")
    env = with_bytecode({**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    env.pop("PYTHONPYCACHEPREFIX", None)
    subprocess.run([sys.executable, "-c", "import module"], cwd=tmp_path, env=env, check=True)
    assert list((tmp_path / "__pycache__").glob("module.*.pyc"))
