"""The stream protocol of ClamAV's daemon: the bytes of a file out, one line of verdict back.

`zINSTREAM` and a NUL begin it; each piece goes behind its length in four bytes, a length of zero
ends it; the answer ends with a NUL (clamd(8)). A daemon that has enough of a stream answers and
closes while we are still writing.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import dataclass
from typing import IO, Final

TIMEOUT_SECONDS: Final = 60.0
"""For a whole file: connecting, writing and the verdict."""

_CONNECT_SECONDS: Final = 5.0
_PIECE_BYTES: Final = 64 * 1024
_ANSWER_BYTES: Final = 4096
_FOUND: Final = re.compile(r"stream: (?P<finding>.+) FOUND")


class ScanFailed(Exception):
    """The scanner gave no verdict: it is away, late, full, or said something else."""


@dataclass(frozen=True)
class ScannerAddress:
    """A host and its port, or the path of a socket of this machine."""

    host: str = ""
    port: int = 0
    path: str = ""


def parse_scanner_address(text: str) -> ScannerAddress:
    """Read `clamd:3310`, `[::1]:3310` or `/run/clamav/clamd.ctl`. Raises ValueError."""
    if text.startswith("/"):
        return ScannerAddress(path=text)
    host, _colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 2**16:
        raise ValueError("a host and a port, or the path of a socket")
    return ScannerAddress(host=host, port=int(port))


def scan(
    content: IO[bytes], *, address: ScannerAddress, timeout_seconds: float = TIMEOUT_SECONDS
) -> str:
    """Have a file scanned; gives the name of what was found, or nothing where it is clean.

    Raises:
        ScanFailed: without a verdict, with the cause in words for the log.
    """
    ends = time.monotonic() + timeout_seconds
    try:
        with _connected(address) as line:
            _send(line, content, ends)
            answer = _answer(line, ends)
    except OSError as error:
        raise ScanFailed(type(error).__name__) from error
    return _finding(answer)


def _connected(address: ScannerAddress) -> socket.socket:
    if not address.path:
        return socket.create_connection((address.host, address.port), timeout=_CONNECT_SECONDS)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        line.settimeout(_CONNECT_SECONDS)
        line.connect(address.path)
    except OSError:
        line.close()
        raise
    return line


def _send(line: socket.socket, content: IO[bytes], ends: float) -> None:
    """Write the stream; a daemon that closes in the midst has said why, which is read next."""
    try:
        _write(line, b"zINSTREAM\0", ends)
        while piece := content.read(_PIECE_BYTES):
            _write(line, struct.pack("!I", len(piece)) + piece, ends)
        _write(line, struct.pack("!I", 0), ends)
    except (BrokenPipeError, ConnectionResetError):
        return


def _write(line: socket.socket, data: bytes, ends: float) -> None:
    line.settimeout(_left(ends))
    line.sendall(data)


def _answer(line: socket.socket, ends: float) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < _ANSWER_BYTES:
        line.settimeout(_left(ends))
        piece = line.recv(_ANSWER_BYTES)
        if not piece:
            break
        answer += piece
    if b"\0" not in answer:
        raise ScanFailed("the answer ended early")
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise ScanFailed("TimeoutError")
    return left


def _finding(answer: str) -> str:
    if answer == "stream: OK":
        return ""
    found = _FOUND.fullmatch(answer)
    if found is not None:
        return found["finding"]
    if "size limit exceeded" in answer:
        raise ScanFailed("StreamMaxLength is smaller than LIMITS_FILE_BYTES")
    raise ScanFailed("the scanner answered with an error")
