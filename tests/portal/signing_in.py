"""Signing in as a browser does it: two forms, and a code that tests know."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape
from typing import Final

from django.http import HttpResponse
from django.test import Client

NOW: Final = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""When the clock of these tests stands still."""

KNOWN = "1000000008"
UNKNOWN = "1000000024"
CODE = "048213"

SIGN_IN = "/en/sign-in/"
CODE_PAGE = "/en/sign-in/code/"
PROFILE = "/en/profile/"


def ask(client: Client, national_id: str = KNOWN, **extra: str) -> HttpResponse:
    return client.post(SIGN_IN, {"national_id": national_id} | extra)


def enter(client: Client, code: str = CODE) -> HttpResponse:
    return client.post(CODE_PAGE, {"code": code})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def page(response: HttpResponse) -> str:
    return unescape(response.content.decode())
