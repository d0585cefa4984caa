"""EMAIL_URL: where mails are handed over, and failures that name it and never its password."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal.env import MailServer, mail_server_from_url

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.sa", ("mail.example.sa", 587, "", "", True, False)),
        ("smtps://mail.example.sa/", ("mail.example.sa", 465, "", "", False, True)),
        ("smtp://u:p@mail.example.sa:25/", ("mail.example.sa", 25, "u", "p", True, False)),
        ("smtp://u%40a:p%2F%3A@m.sa:587/?tls=1", ("m.sa", 587, "u@a", "p/:", True, False)),
        ("smtp://mail.example.sa/?tls=0", ("mail.example.sa", 25, "", "", False, False)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, "", "", False, False)),
        ("smtp://u:p@localhost/?tls=0", ("localhost", 25, "u", "p", False, False)),
        ("smtp://[::1]:26/", ("::1", 26, "", "", False, False)),
    ],
)
def test_a_url_is_read(url: str, server: tuple[str, int, str, str, bool, bool]) -> None:
    read = mail_server_from_url("EMAIL_URL", url)
    assert read == MailServer(*server)
    assert "p" not in repr(read).replace("port", "").replace("example", "").replace("host", "")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mail.example.sa", "must begin with"),
        ("http://u:sesame@mail.example.sa", "must begin with"),
        ("smtp://", "names no host"),
        ("smtp://u:sesame@mail.example.sa:port", "cannot be read"),
        ("smtp://u:sesame@mail.example.sa:99999", "cannot be read"),
        ("smtp://u:sesame@mail.example.sa/inbox", "nothing but"),
        ("smtp://u:ses#ame@mail.example.sa", ""),
        ("smtp://u:sesame@mail.example.sa/?ssl=1", "only option"),
        ("smtp://u:sesame@mail.example.sa/?tls=maybe", "only option"),
        ("smtps://u:sesame@mail.example.sa/?tls=0", "exclude"),
        ("smtp://user@mail.example.sa", "belong together"),
        ("smtp://u:sesame@mail.example.sa/?tls=0", "unencrypted"),
    ],
)
def test_a_wrong_url_stops_the_start_with_its_name_and_without_its_password(
    url: str, why: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        mail_server_from_url("EMAIL_URL", url)
    said = str(refused.value)
    assert said.startswith("The setting EMAIL_URL")
    assert why in said
    assert "ses" not in said
    assert refused.value.__cause__ is None


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of their own and print what became of mails."""
    code = "from django.conf import settings as s; print(s.EMAIL_BY, s.EMAIL_SENDER)"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "EMAIL_URL": "", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"DEMO": "1", "SMS_GATEWAY": "phone"}, "mailbox no-reply@portal.example"),
        ({"DEMO": "0", "PROGRAMME_EMAIL": "care@example.sa"}, "care@example.sa"),
        (
            {"DEMO": "0", "EMAIL_URL": "smtp://m.example.sa", "EMAIL_SENDER": "a@example.sa"},
            "smtp a@example.sa",
        ),
        (
            {"DEMO": "1", "EMAIL_URL": "smtp://127.0.0.1:1025", "EMAIL_SENDER": "a@example.sa"},
            "smtp a@example.sa",
        ),
    ],
)
def test_mails_go_where_the_settings_say(environ: dict[str, str], says: str) -> None:
    done = start(**environ)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == says


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"DEMO": "0", "EMAIL_URL": "smtp://m.example.sa"}, "EMAIL_SENDER is missing"),
        ({"DEMO": "1", "EMAIL_URL": "smtp://m.example.sa"}, "DEMO is refused"),
        ({"EMAIL_SENDER": "not an address"}, "EMAIL_SENDER must be"),
        ({"EMAIL_SENDER": "a@example.sa\nBcc: b@example.sa"}, "EMAIL_SENDER must be"),
    ],
)
def test_what_is_missing_stops_the_start_with_its_name(environ: dict[str, str], says: str) -> None:
    done = start(**environ)
    assert done.returncode != 0
    assert says in done.stderr
