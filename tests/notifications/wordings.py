"""Wordings of tests, proposed and approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from notifications.models import SmsText
from notifications.texts.services import (
    approve_text,
    propose_text,
)
from tests import personas

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

NEW = {
    "ar": "{programme}: رمزك للدخول {code}. لا تعطه لأحد.",
    "en": "{programme}: use the code {code} to sign in. Do not give it to anyone.",
}

KEY = "sign_in_code"


def propose(texts: Mapping[str, str] = NEW, key: str = KEY, by: Any = None) -> SmsText:
    return propose_text(
        template=key,
        texts=texts,
        why="نص أوضح",
        proposed_by=by or personas.staff("supervisor"),
        now=NOW,
    )


def approve(row: SmsText, by: Any = None) -> SmsText:
    return approve_text(text=row, approved_by=by or personas.staff("approver"), now=NOW)
