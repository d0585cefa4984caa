"""Typed readers of the environment.

Three sources, the first that has a name wins: the process environment, `.env`, and
`var/runtime.env`, which `./run` writes so that `manage.py` works on the same data. A missing
or malformed setting stops the start with its name: a portal that guesses is worse than one
that does not start.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

BASE_DIR = Path(__file__).resolve().parent.parent

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    # No interpolation: a secret may hold a dollar sign.
    return {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}


class Env:
    """The settings a deployment gives, read once at import."""

    def __init__(self, environ: dict[str, str], *files: Path) -> None:
        self._values: dict[str, str] = {}
        for path in reversed(files):
            self._values.update(_read(path))
        self._values.update(environ)

    def text(self, name: str, default: str = "") -> str:
        """Give the value, or the default where it is unset or empty."""
        return self._values.get(name, "").strip() or default

    def required(self, name: str, *, example: str) -> str:
        """Give the value, or stop the start.

        Raises:
            ImproperlyConfigured: naming the setting and what it should look like.
        """
        value = self.text(name)
        if not value:
            raise ImproperlyConfigured(
                f"The setting {name} is missing. Set it in the environment or in .env, "
                f"for example {name}={example}"
            )
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Give a yes or no: 1/true/yes/on or 0/false/no/off."""
        value = self._values.get(name)
        if value is None:
            return default
        lowered = value.strip().lower()
        if lowered in _TRUE:
            return True
        if lowered in _FALSE:
            return False
        raise ImproperlyConfigured(f"The setting {name} must be 1 or 0, not {value!r}.")

    def number(self, name: str, default: int) -> int:
        """Give a whole number of zero or more."""
        value = self.text(name)
        if not value:
            return default
        if not (value.isascii() and value.isdecimal()):
            raise ImproperlyConfigured(f"The setting {name} must be a whole number, not {value!r}.")
        return int(value)

    def clock(self, name: str, default: str) -> time:
        """Give a time of day, HH:MM."""
        value = self.text(name, default)
        try:
            return time.fromisoformat(value)
        except ValueError:
            raise ImproperlyConfigured(
                f"The setting {name} must be a time of day like {default}, not {value!r}."
            ) from None

    def items(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Give a comma-separated list without its empty parts."""
        value = self.text(name)
        return [part.strip() for part in value.split(",") if part.strip()] if value else [*default]


def database_from_url(url: str) -> dict[str, Any]:
    """Turn a PostgreSQL URL into Django's DATABASES entry.

    A socket folder is given as `postgresql://user@/name?host=/folder`; other query
    parameters become libpq options.

    Raises:
        ImproperlyConfigured: when the URL is not a PostgreSQL URL with a database name.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"postgres", "postgresql"} or not name:
        raise ImproperlyConfigured(
            "The setting DATABASE_URL must look like postgresql://user:password@host:5432/name"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = query.pop("host", "") or unquote(parts.hostname or "")
    port = query.pop("port", "") or str(parts.port or "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": query,
    }


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed over, in the words of Django's settings EMAIL_*."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    has_starttls: bool
    is_tls: bool


_MAIL_EXAMPLE = (
    "smtp://user:password@mail.example.sa:587/, smtps://user:password@mail.example.sa:465/ "
    "or, without encryption inside a machine, smtp://127.0.0.1:25/?tls=0"
)


def mail_server_from_url(name: str, url: str) -> MailServer:
    """Read the URL of a mail server: `smtp://` with STARTTLS, `smtps://` with TLS from the start.

    STARTTLS is asked for unless the host is loopback; `?tls=1` and `?tls=0` say it. User and
    password are percent-encoded. No error repeats any part of the URL.

    Raises:
        ImproperlyConfigured: naming the setting and what is wrong.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_mail_server(name, "its host or port cannot be read") from None
    if parts.scheme not in {"smtp", "smtps"}:
        raise _no_mail_server(name, "it must begin with smtp:// or smtps://")
    if not host:
        raise _no_mail_server(name, "it names no host")
    if parts.path not in {"", "/"} or parts.fragment:
        raise _no_mail_server(name, "nothing but ?tls= may follow the host and port")
    query = parse_qs(parts.query, keep_blank_values=True)
    tls = query.pop("tls", [""])[-1].lower()
    if query or tls not in _TRUE | _FALSE:
        raise _no_mail_server(name, "its only option is tls=1 or tls=0")
    is_tls = parts.scheme == "smtps"
    if is_tls and tls in _FALSE - {""}:
        raise _no_mail_server(name, "smtps:// and tls=0 exclude each other")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise _no_mail_server(name, "a user and a password belong together")
    has_starttls = not is_tls and (tls in _TRUE if tls else not is_loopback(host))
    if user and not (is_tls or has_starttls or is_loopback(host)):
        raise _no_mail_server(name, "the password would cross the network unencrypted")
    return MailServer(
        host=host,
        port=port or (465 if is_tls else 587 if has_starttls else 25),
        user=user,
        password=password,
        has_starttls=has_starttls,
        is_tls=is_tls,
    )


def _no_mail_server(name: str, why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"The setting {name}: {why}. It looks like {_MAIL_EXAMPLE}")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


env = Env(dict(os.environ), BASE_DIR / ".env", BASE_DIR / "var" / "runtime.env")
