"""Child processes that never outlive the launcher.

On Linux the kernel itself sends each child its death signal when the launcher dies, however hard
(PR_SET_PDEATHSIG). What even that missed is found at the next start by number and start time,
which the launcher keeps in a file.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from launcher.console import Failure, say
from launcher.paths import LOGS, ROOT

PR_SET_PDEATHSIG = 1
LOG_BYTES = 5 * 1024 * 1024


@dataclass(kw_only=True)
class Child:
    """A program that runs as long as the portal does."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15
    pass_fds: tuple[int, ...] = ()
    serves_others: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: list[float] = field(default_factory=list)
    asked_to_stop: bool = False

    def start(self) -> None:
        """Start the program in a session of its own, its output in its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.argv,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with_parent(self.death_signal),  # noqa: PLW1509 (no threads here)
                pass_fds=self.pass_fds,
            )
        self.started_at.append(time.monotonic())
        self.asked_to_stop = False

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ensure_running(self) -> None:
        """Refuse to go on with a dead child.

        Raises:
            Failure: with the end of its log.
        """
        if not self.is_running():
            raise Failure(
                f"{self.name} stopped by itself. The end of its log ({self.log}):\n"
                + tail(self.log)
            )

    def ask_to_stop(self) -> None:
        """Send the stop signal, once: some programs take a second one for impatience."""
        if self.process is not None and not self.asked_to_stop:
            self.process.send_signal(self.stop_signal)
            self.asked_to_stop = True

    def stop(self) -> None:
        """Ask the program to end, and end it hard when it does not in time."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.ask_to_stop()
            try:
                self.process.wait(self.stop_seconds)
            except subprocess.TimeoutExpired:
                say(f"  {self.name} did not stop in {self.stop_seconds:.0f} s; ending it")
        _kill_group(self.process.pid)
        self.process.wait()


def dies_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """Give the hook that ties a child's life to the launcher's; None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return tie


def wait_until(
    is_ready: Callable[[], bool], *, seconds: float, what: str, children: Sequence[Child] = ()
) -> None:
    """Wait for a condition while the children live.

    Raises:
        Failure: when a child died or the time is over.
    """
    deadline = time.monotonic() + seconds
    while not is_ready():
        for child in children:
            child.ensure_running()
        if time.monotonic() > deadline:
            hint = f" Its log: {children[0].log}" if children else ""
            raise Failure(f"{what} was not ready after {seconds:.0f} s.{hint}")
        time.sleep(0.05)


def rotate_logs() -> None:
    """Put logs that grew large aside, one generation each."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for log in LOGS.glob("*.log"):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))


def tail(log: Path, lines: int = 15) -> str:
    """Give the last lines of a log."""
    try:
        with log.open("rb") as handle:
            handle.seek(max(0, log.stat().st_size - 8192))
            text = handle.read().decode(errors="replace")
    except OSError:
        return "(empty)"
    return "\n".join(f"  {line}" for line in text.splitlines()[-lines:]) or "(empty)"


class Register:
    """The file that names the children, for the start after a hard kill."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, children: Sequence[Child]) -> None:
        running = {
            str(child.process.pid): [_start_time(child.process.pid), int(child.death_signal)]
            for child in children
            if child.process is not None
        }
        self._path.write_text(json.dumps(running), encoding="ascii")

    def forget(self) -> None:
        self._path.unlink(missing_ok=True)

    def end_leftovers(self, *, seconds: float = 10) -> None:
        """Wait for the children of a launcher that was killed, then end those still there."""
        try:
            recorded = json.loads(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return
        left = {int(pid): (started, number) for pid, (started, number) in recorded.items()}
        deadline = time.monotonic() + seconds
        asked = False
        while left := {pid: how for pid, how in left.items() if _is_still(pid, how[0])}:
            if not asked:
                say("- Ending what the last start left behind …")
                for pid, (_, number) in left.items():
                    _signal(pid, signal.Signals(number))
                asked = True
            if time.monotonic() > deadline:
                for pid in left:
                    _kill_group(pid)
                return
            time.sleep(0.05)
        self.forget()


def _is_still(pid: int, started: str) -> bool:
    return bool(started) and _start_time(pid) == started


def _start_time(pid: int) -> str:
    """Give the instant a process started, empty where it is gone or only a zombie."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        if Path("/proc/self").exists():
            return ""
        done = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True
        )
        return done.stdout.strip()
    fields = after_name.split()
    return "" if fields[0] == "Z" else fields[19]


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _kill_group(pid: int) -> None:
    """End whatever is left in the session that a child led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def with_bytecode(environ: Mapping[str, str]) -> dict[str, str]:
    """Let Python keep what it compiled, whatever this machine's environment says.

    Each process would compile Django and the portal anew: several seconds of work every time.
    """
    return {name: value for name, value in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run_to_end(argv: Sequence[str], environ: Mapping[str, str], *, what: str) -> None:
    """Run a program, pass on what it tells, and wait for it.

    Its words pass through here so that it does not fail when nobody reads them (`./run | head`).

    Raises:
        Failure: when it fails; its own words stand above.
    """
    with subprocess.Popen(
        argv,
        cwd=ROOT,
        env={**environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 (no threads here)
    ) as process:
        try:
            for line in process.stdout or ():
                say(line.rstrip("\n"))
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
    if code:
        raise Failure(
            f"{what} could not be made ready; the reason stands above.",
            "Mend what it names and start again.",
        )
