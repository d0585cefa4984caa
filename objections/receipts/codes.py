"""The code on a receipt, by which staff tell a genuine one from one that somebody made up."""

from __future__ import annotations

from typing import Final

from django.utils.crypto import salted_hmac

from objections.models import Objection

CODE_DIGITS: Final = 12
_SALT: Final = "objections.receipts.code"


def receipt_code(objection: Objection) -> str:
    """Give the twelve digits of a submitted objection's receipt.

    Bound to what never changes of it: its number, whom it is about, and the instant of receipt. It
    is computed from the portal's own key and stored nowhere; a new SECRET_KEY makes new codes.
    """
    assert objection.submitted_at is not None  # noqa: S101  # only what was submitted has a receipt
    facts = f"{objection.reference}|{objection.person_id}|{objection.submitted_at.timestamp():.6f}"
    digest = salted_hmac(_SALT, facts, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"
