"""What a person at the terminal is told."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Failure(Exception):
    """Something that stops the command, and what its reader can do about it."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


def of_the_system(error: OSError) -> Failure:
    """Word what the operating system refused: a right, a full disk."""
    what = f"{error.strerror}: {error.filename}" if error.filename else str(error)
    return Failure(what, "Start as the user who owns this checkout, with free space on its disk.")


def say(text: str = "") -> None:
    """Print one line at once. A reader who went away (`./run | head`) stops nothing."""
    _write(sys.stdout.fileno(), text)


def complain(failure: Failure) -> None:
    """Print a failure and its remedy to the error stream."""
    _write(sys.stderr.fileno(), f"\nFailed: {failure.what}")
    if failure.remedy:
        _write(sys.stderr.fileno(), f"What to do: {failure.remedy}")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and say how long it took when that was long."""
    say(f"- {title} …")
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    if took >= 2:
        say(f"  done in {took:.0f} s")


def _write(stream: int, text: str) -> None:
    data = f"{text}\n".encode()
    try:
        while data:
            data = data[os.write(stream, data) :]
    except OSError:
        return
