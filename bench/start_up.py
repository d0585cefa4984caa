"""Seconds of `./run` from nothing to ready, and a second time.

    python3 bench/start_up.py

Works on a fresh clone of this repository in a temporary folder, with an empty virtual
environment; package downloads count. Aims: 60 s the first time, 10 s the second.
"""

from __future__ import annotations

import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 300


def start_and_stop(checkout: Path) -> tuple[float, float]:
    """Give the seconds until `/readyz` answers and the seconds the stop took."""
    began = time.monotonic()
    process = subprocess.Popen(
        [str(checkout / "run")], cwd=checkout, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if time.monotonic() - began > LONGEST_SECONDS:
            break
        if re.search(r"http://(127\.0\.0\.1|localhost):[0-9]+", line):
            break
    ready = time.monotonic() - began
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    return ready, time.monotonic() - began - ready


def main() -> None:
    """Print both times."""
    with tempfile.TemporaryDirectory(prefix="portal start ") as folder:
        checkout = Path(folder) / "portal"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
        for what in ("from nothing", "second time"):
            ready, stop = start_and_stop(checkout)
            print(f"{what}: ready after {ready:.1f} s, stopped in {stop:.1f} s")


if __name__ == "__main__":
    main()
