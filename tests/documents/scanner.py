"""A server that speaks ClamAV's stream protocol, and its faults."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pypdf import PdfWriter

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + rb"ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner finds and what harms nothing; in two parts, so that none finds it here."""


def harmful_pdf() -> bytes:
    """Give a PDF that opens in every viewer and brings a file with it that scanners find."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.add_attachment("x.txt", EICAR)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


class Scanner:
    """What a scanner answers. `fault` is one of: silent, closes, nonsense, limit."""

    def __init__(self) -> None:
        self.address = ""
        self.fault = ""
        self.asked = 0
        self.hang = threading.Event()


class _Handler(socketserver.StreamRequestHandler):
    scanner: Scanner

    def handle(self) -> None:
        scanner = self.scanner
        scanner.asked += 1
        if scanner.fault == "closes":
            return
        if scanner.fault == "silent":
            scanner.hang.wait(10)
            return
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if scanner.fault == "limit":
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        if scanner.fault == "nonsense":
            self.wfile.write(b"stream: perhaps\0")
        elif EICAR in content:
            self.wfile.write(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
        else:
            self.wfile.write(b"stream: OK\0")


@contextmanager
def running_scanner(path: Path | None = None) -> Iterator[Scanner]:
    """Give a scanner on a free port, or on a socket of this machine."""
    scanner = Scanner()
    handler: Any = type("Handler", (_Handler,), {"scanner": scanner})
    server: socketserver.BaseServer
    if path is None:
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
        scanner.address = f"127.0.0.1:{server.server_address[1]}"  # type: ignore[str-bytes-safe]
    else:
        server = socketserver.ThreadingUnixStreamServer(str(path), handler)
        scanner.address = str(path)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield scanner
    finally:
        scanner.hang.set()
        server.shutdown()
        server.server_close()
        thread.join()
