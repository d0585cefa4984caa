"""A request whose body broke off on the way is no request.

The web server gives what came and then nothing, as if the form ended there: a cut text would be
kept as a whole one, and the first half of a file as a file. The missing bytes become the error
that Django knows for a line that broke.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class Body(Protocol):
    """What a WSGI server gives to read a body from."""

    def read(self, size: int = ..., /) -> bytes: ...
    def readline(self, size: int = ..., /) -> bytes: ...


class WholeBody:
    """A body that ends with its last byte or with an error."""

    def __init__(self, stream: Body, length: int) -> None:
        self._stream = stream
        self._left = length
        self.is_broken = False

    def read(self, size: int = -1, /) -> bytes:
        """Give so many bytes, or all. Raises OSError where the line ends before them."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._stream.read(wanted)
        return self._counted(data, is_whole=len(data) == wanted)

    def readline(self, size: int = -1, /) -> bytes:
        """Give a line. Raises OSError where the connection ends within it."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._stream.readline(wanted)
        return self._counted(data, is_whole=data.endswith(b"\n") or len(data) == wanted)

    def _counted(self, data: bytes, *, is_whole: bool) -> bytes:
        self._left -= len(data)
        if not is_whole:
            self.is_broken = True
            raise OSError(f"the line broke with {self._left} bytes to come")
        return data


def with_whole_bodies(application: WSGIApplication) -> WSGIApplication:
    """Wrap an application, so that it reads no body that is not whole."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isascii() and length.isdecimal():
            body: Any = environ["wsgi.input"]
            environ["wsgi.input"] = WholeBody(body, int(length))
        return application(environ, start_response)

    return wrapped
