"""A database, the settings and the Twilio stand-in for whatever measures sending."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from bench.serving import own_database, services

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def stand_in(latency_ms: int) -> Iterator[str]:
    """Run the stand-in until the block ends; give its address."""
    argv = [
        *(sys.executable, "-m", "tests.notifications.sms_provider", "--reports", "none"),
        *("--latency-ms", str(latency_ms)),
    ]
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found.group()
                return
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def sending_to_the_stand_in(
    *, hands: int, latency_ms: int
) -> Iterator[tuple[psycopg2.extensions.connection, Path]]:
    """Set this process and its children up to send there, each answer after so long.

    Gives a connection to the migrated database, where each statement is a transaction, and a
    folder. Both are gone after the block. Uses an own database on DATABASE_URL's server and
    REDIS_URL where they are set, else embedded servers.
    """
    with contextlib.ExitStack() as stack:
        server, redis = stack.enter_context(services())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))
        os.environ.update(
            DATABASE_URL=stack.enter_context(own_database(server)),
            REDIS_URL=redis,
            SECRET_KEY="bench" * 12,
            DATA_DIR=folder,
            DEBUG="0",
            DEMO="0",
            SMS_GATEWAY="twilio",
            SMS_IN_FLIGHT=str(hands),
            TWILIO_ACCOUNT_SID="AC" + "0" * 32,
            TWILIO_AUTH_TOKEN="0123456789abcdef0123456789abcdef",
            TWILIO_API_BASE_URL=stack.enter_context(stand_in(latency_ms)),
            DJANGO_SETTINGS_MODULE="portal.settings",
        )
        import django

        django.setup()
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, check=True)
        connection = stack.enter_context(
            contextlib.closing(psycopg2.connect(os.environ["DATABASE_URL"]))
        )
        connection.autocommit = True
        yield connection, Path(folder)
