"""Sending the code that lets a person in, and counting what is asked from one address."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from access import limits
from access.codes import IssuedCode, issue_code
from access.errors import LimitReached
from access.models import CodePurpose
from beneficiaries.services import person_for_sign_in
from notifications.outbox import queue_message

logger = logging.getLogger(__name__)

OPEN_CODES: Final = "open_sign_in_codes"


def send_sign_in_code(
    *, national_id: str, address: str, language: str, now: datetime
) -> IssuedCode:
    """Make a code for an ID and owe its SMS to the mobile in the file, in one transaction.

    An unknown ID, and a person without a mobile, cost the same statements in the same order and
    answer the same (DOMAIN 17): their message is written and suppressed. The code is counted for
    the address until the sign-in is completed (O19 f). `language` is that of the page the code
    is waited for on.

    Raises:
        LimitReached: too many codes of this address were not completed.
        CodeSentRecently, TooManyCodes, TooManyWrongTries: see `access.codes.issue_code`.
    """
    ceiling = settings.LIMITS["codes_open_per_address_hour"]
    with transaction.atomic():
        try:
            limits.count_below(OPEN_CODES, address, ceiling=ceiling, now=now)
        except LimitReached:
            logger.warning("one address reached the ceiling of %d open sign-in codes", ceiling)
            raise
        issued = issue_code(purpose=CodePurpose.SIGN_IN, subject=national_id, now=now)
        person = person_for_sign_in(national_id)
        queue_message(
            event=f"code:{issued.row_id}",
            to=person.mobile if person else "",
            template="sign_in_code",
            values={"code": issued.code},
            language=language,
            now=now,
            expires_at=issued.expires_at,
        )
    return issued


def give_back_codes(*, addresses: Iterable[str], now: datetime) -> None:
    """Take the codes of a completed sign-in off the addresses they were asked from."""
    for address in addresses:
        limits.give_back(OPEN_CODES, address, now=now)
