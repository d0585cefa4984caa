"""What `./run` was asked to do by the environment and `.env`, checked before anything starts."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from launcher.console import Failure
from launcher.paths import VAR
from portal.env import Env, is_loopback

DEFAULT_HOST = "127.0.0.1"
FIRST_PORT = 8000
LAST_PORT = 8099
GATEWAY_ADDRESSES = {"twilio": "TWILIO_API_BASE_URL", "unifonic": "UNIFONIC_API_BASE_URL"}


@dataclass(frozen=True, kw_only=True)
class Options:
    """One start of the portal. An empty server address means an embedded server."""

    host: str
    port: int | None
    demo: bool
    gateway: str
    database_url: str
    redis_url: str
    public_url: str
    data_dir: Path
    data_dir_is_ours: bool
    secret_key: str
    demo_password: str


def read_options(env: Env) -> Options:
    """Read the settings that the launcher itself acts on.

    Raises:
        Failure: for a value that cannot be meant, or a demonstration that would show real codes.
    """
    host = env.text("HOST", DEFAULT_HOST)
    gateway = env.text("SMS_GATEWAY", "phone")
    data_dir = env.text("DATA_DIR")
    return Options(
        host=host,
        port=_port(env.text("PORT")),
        demo=_demo(env, host=host, gateway=gateway),
        gateway=gateway,
        database_url=env.text("DATABASE_URL"),
        redis_url=env.text("REDIS_URL"),
        public_url=env.text("PUBLIC_URL").rstrip("/"),
        data_dir=Path(data_dir) if data_dir else VAR / "data",
        data_dir_is_ours=not data_dir,
        secret_key=env.text("SECRET_KEY"),
        demo_password=env.text("DEMO_PASSWORD"),
    )


def listen_on(host: str, port: int | None) -> socket.socket:
    """Open the web server's socket: on `port`, or on 8000 or the next free one.

    Raises:
        Failure: when the port was asked for and is taken, or the host is not of this machine.
    """
    for candidate in [port] if port else range(FIRST_PORT, LAST_PORT + 1):
        try:
            return _bind(host, candidate)
        except PermissionError as error:
            raise Failure(
                f"Port {candidate} may not be opened by this user.",
                "Set PORT to a number of 1024 or more.",
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Failure(
                    f"{host} is not an address of this machine ({error.strerror}).",
                    "Unset HOST, or set it to an address of this machine.",
                ) from error
    if port:
        raise Failure(
            f"Port {port} on {host} is in use by another program.",
            "Stop that program, set PORT to a free port, or unset PORT to have one chosen.",
        )
    raise Failure(
        f"All ports from {FIRST_PORT} to {LAST_PORT} on {host} are in use.",
        "Set PORT to a free port.",
    )


def url_of(host: str, port: int) -> str:
    """Give the address a browser on this machine opens."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


def _port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise Failure(f"PORT is {text!r}.", "Set PORT to a number from 1 to 65535, or unset it.")
    return int(text)


def _is_pretended(env: Env, gateway: str) -> bool:
    """Tell whether a gateway reaches no phone: the demonstration's, or a real one's stand-in."""
    base = urlsplit(env.text(GATEWAY_ADDRESSES.get(gateway, ""))).hostname or ""
    return gateway == "phone" or is_loopback(base)


def _demo(env: Env, *, host: str, gateway: str) -> bool:
    """Decide whether the demonstration phone, which shows codes, may be on.

    Raises:
        Failure: where it was asked for beside a real gateway or a host open to others, or where
            nothing but the demonstration phone would deliver on such a host.
    """
    second = env.text("SMS_SECOND_GATEWAY")
    real = [name for name in (gateway, second) if name and not _is_pretended(env, name)]
    pretended = not real
    try:
        demo = env.flag("DEMO", default=pretended)
    except ImproperlyConfigured as error:
        raise Failure(str(error), "Set DEMO to 1 or 0, or unset it.") from error
    if demo and not pretended:
        raise Failure(
            f"DEMO is on with the real SMS gateway {real[0]}: the demonstration phone shows codes.",
            "Unset DEMO, or set SMS_GATEWAY=phone and no SMS_SECOND_GATEWAY.",
        )
    if demo and not is_loopback(host):
        raise Failure(
            f"The demonstration shows one-time codes, and HOST={host} can be reached by others.",
            "Unset HOST, or set DEMO=0 and choose a real SMS_GATEWAY.",
        )
    return demo
