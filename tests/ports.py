"""Ports for servers that a test starts as processes of their own."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST = 10_000


def free_port() -> int:
    """Give a free port that no connection is given as its own end.

    From the range that connections use, a port may be taken again before the server has it. And who
    asks such a port whether the server answers may be connected with itself, and hear its own
    question.
    """
    end = int(_RANGE.read_text().split()[0]) if _RANGE.is_file() else 32_768
    for _ in range(100):
        port = random.randrange(_LOWEST, max(end, _LOWEST + 1000))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
