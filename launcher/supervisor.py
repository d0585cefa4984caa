"""Keep the portal's processes running until someone asks for their end."""

from __future__ import annotations

import http.client
import signal
import time
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from launcher.children import Child, Register, tail
from launcher.console import Failure, say

READY_SECONDS = 120
WATCH_SECONDS = 0.5
MANY_STARTS = 5
MANY_STARTS_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAsked(BaseException):
    """Someone pressed Ctrl-C or sent the signal to end."""


def listen_for_stop() -> None:
    """Turn the signals that ask for the end into `StopAsked`, wherever the launcher is."""
    for number in STOP_SIGNALS:
        if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
            continue  # started by nohup
        signal.signal(number, _raise_stop)


def stop_all(children: Sequence[Child], register: Register) -> None:
    """Stop in the reverse order of starting; a second Ctrl-C does not leave half of it running."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for child in reversed(children):
        if not child.serves_others:
            child.ask_to_stop()
    for child in reversed(children):
        child.stop()
    register.forget()


def watch(children: Sequence[Child], register: Register) -> NoReturn:
    """Restart what dies, until `StopAsked`.

    Raises:
        Failure: when one keeps dying: five starts within a minute.
    """
    while True:
        time.sleep(WATCH_SECONDS)
        for child in children:
            if child.is_running():
                continue
            if dies_too_often(child.started_at, now=time.monotonic()):
                raise Failure(
                    f"{child.name} keeps stopping. The end of its log ({child.log}):\n"
                    + tail(child.log),
                    "Mend what the log names and start again.",
                )
            say(f"{child.name} stopped by itself and is started again; its log: {child.log}")
            child.start()
            register.write(children)


def dies_too_often(started_at: Sequence[float], *, now: float) -> bool:
    """Tell whether the last five starts lie within a minute."""
    recent = [start for start in started_at if now - start < MANY_STARTS_SECONDS]
    return len(recent) >= MANY_STARTS


def is_ready(address: tuple[str, int], public_url: str) -> bool:
    """Ask the portal whether it can serve, under the name it is known by."""
    public = urlsplit(public_url)
    connection = http.client.HTTPConnection(*address, timeout=5)
    try:
        connection.request(
            "GET",
            "/readyz",
            headers={"Host": public.netloc, "X-Forwarded-Proto": public.scheme},
        )
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _raise_stop(number: int, frame: FrameType | None) -> NoReturn:
    raise StopAsked
