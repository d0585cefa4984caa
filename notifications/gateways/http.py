"""One request to a provider over a pool of connections that many threads share.

Nothing is tried twice here and no redirect is followed, because a POST would be repeated: what is
tried again, and when, is decided by notifications/rules.py.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode, urlsplit

import certifi
import urllib3
from urllib3.connectionpool import HTTPConnectionPool, connection_from_url
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, SSLError

from notifications.gateways.base import GatewayTemporary, OutcomeUnknown
from notifications.statuses import Lane

CONNECT_TIMEOUT_SECONDS: Final = 3.05
ANSWER_TIMEOUT_SECONDS: Final = 10.0

IDLE_SECONDS: Final = 20.0
"""Connections that rested longer are not used again: the other side may have left silently, and
a message written into such a line would be an unknown one."""

MOST_WAIT_SECONDS: Final = 600
"""The longest Retry-After that is heeded."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, whatever its status. Its text may quote a number: never log it."""

    status: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def is_success(self) -> bool:
        """True for any status of the two hundreds."""
        return 200 <= self.status < 300

    @property
    def wait_seconds(self) -> int:
        """Read a Retry-After in seconds; 0 where there is none. A date is not heeded."""
        header = self.headers.get("Retry-After", "")
        if not (header.isascii() and header.isdigit()):
            return 0
        return min(int(header), MOST_WAIT_SECONDS)


class Line:
    """The way to one server: bounded waits, connections that are kept and shared by threads."""

    def __init__(self, base_url: str, *, most_at_once: int = 1) -> None:
        base = urlsplit(base_url)
        self._origin = f"{base.scheme}://{base.netloc}"
        self._path = base.path.rstrip("/")
        self._most_at_once = most_at_once
        self._lock = threading.Lock()
        self._used_at = 0.0
        self._pool: HTTPConnectionPool | None = None

    def request(
        self,
        method: str,
        uri: str,
        *,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make one request; of `uri` the path and the query count.

        Raises:
            urllib3.exceptions.HTTPError: when there is no whole answer; see `without_answer`.
        """
        answer = self._connections().urlopen(
            method,
            self._address(uri, params),
            body=_encoded(data) if data else None,
            headers=dict(headers or {}),
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_SECONDS, read=ANSWER_TIMEOUT_SECONDS),
            retries=False,
            redirect=False,
        )
        text = answer.data.decode("utf-8", errors="replace")
        return Answer(answer.status, text, answer.headers)

    def _connections(self) -> HTTPConnectionPool:
        """Give the pool, a new one after a rest."""
        with self._lock:
            now = time.monotonic()
            if self._pool is None or now - self._used_at > IDLE_SECONDS:
                if self._pool is not None:
                    self._pool.close()
                secure = {"ca_certs": certifi.where()} if self._origin.startswith("https") else {}
                self._pool = connection_from_url(
                    self._origin, maxsize=self._most_at_once * len(Lane), **secure
                )
            self._used_at = now
            return self._pool

    def _address(self, uri: str, params: Mapping[str, object] | None) -> str:
        asked = urlsplit(uri)
        query = asked.query or (_encoded(params) if params else "")
        return f"{self._path}{asked.path}{'?' if query else ''}{query}"


def without_answer(error: Exception) -> GatewayTemporary | OutcomeUnknown:
    """Tell a request that never went out from one that was answered late, in part or not at all."""
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return GatewayTemporary("connect timeout")
    if isinstance(error, NewConnectionError):
        return GatewayTemporary("not connected")
    if isinstance(error, SSLError) and _is_distrust(error):
        return GatewayTemporary("certificate not trusted")
    return OutcomeUnknown(type(error).__name__)


def _is_distrust(error: SSLError) -> bool:
    return bool(error.args) and isinstance(error.args[0], ssl.SSLCertVerificationError)


def _encoded(values: Mapping[str, object]) -> str:
    return urlencode({name: value for name, value in values.items() if value is not None})
