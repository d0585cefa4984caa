"""One-time codes: asked for, tried, used once.

All of it is decided in PostgreSQL under one lock a person and purpose, so that twenty requests
at once send one code and twenty tries at once are twenty tries. The figures are settings
(LIMITS); an unknown person costs and answers what a known one does.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac

from access import limits
from access.errors import (
    CodeExpired,
    CodeSentRecently,
    LimitReached,
    TooManyCodes,
    TooManyWrongTries,
    WrongCode,
)
from access.models import CodePurpose, OneTimeCode

logger = logging.getLogger(__name__)

CODE_DIGITS: Final = 6
ALL_CODES: Final = "codes"
ALARM_PERCENT: Final = 80
"""From here on the log warns that everybody's codes of the hour run out."""
WRONG_TRIES: Final = "wrong_codes"
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class IssuedCode:
    """A code on its way: the only place where it can be read."""

    code: str
    expires_at: datetime
    row_id: int


def new_code() -> str:
    """Draw six digits, each combination as likely, leading zeros kept."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def _subject_hash(purpose: CodePurpose, subject: str) -> str:
    return salted_hmac(f"access.codes.{purpose}", subject, algorithm="sha256").hexdigest()


def _code_hash(subject_hash: str, code: str) -> str:
    return salted_hmac(
        "access.codes.code", f"{subject_hash}:{code}", algorithm="sha256"
    ).hexdigest()


def _lock(subject_hash: str) -> None:
    """Let one transaction at a time work on a person's codes. There may be no row to lock yet."""
    key = int(subject_hash[:16], 16) >> 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def issue_code(
    *, purpose: CodePurpose, subject: str, now: datetime, life_seconds: int | None = None
) -> IssuedCode:
    """Make a code for a person and write its row; earlier codes that still live go on working.

    One transaction, or a part of the caller's, under the person's lock: send the code in the
    same transaction. `subject` is whom it is for, known or not, and is stored as a keyed hash. The
    code lives for `life_seconds`, or for as long as the codes by SMS do.

    Raises:
        CodeSentRecently: the last one is unused and younger than the wait for a resend.
        TooManyCodes: the hour's codes have all been asked for, the person's or everybody's.
        TooManyWrongTries: no code would be accepted now.
    """
    figures = settings.LIMITS
    subject_hash = _subject_hash(purpose, subject)
    with transaction.atomic():
        _lock(subject_hash)
        asked = list(
            OneTimeCode.objects.filter(
                purpose=purpose, subject_hash=subject_hash, issued_at__gt=now - HOUR
            )
            .order_by("-issued_at")
            .values_list("issued_at", "used_at")
        )
        _ensure_may_ask(asked, now)
        _ensure_may_try(subject_hash, now)
        _count_for_all(now)
        code = new_code()
        row = OneTimeCode.objects.create(
            purpose=purpose,
            subject_hash=subject_hash,
            code_hash=_code_hash(subject_hash, code),
            issued_at=now,
            expires_at=now + timedelta(seconds=life_seconds or figures["code_life_seconds"]),
        )
    return IssuedCode(code=code, expires_at=row.expires_at, row_id=row.pk)


def _ensure_may_ask(asked: list[tuple[datetime, datetime | None]], now: datetime) -> None:
    """Refuse a code too soon after the last or too many in an hour; `asked` is newest first."""
    if not asked:
        return
    figures = settings.LIMITS
    issued_at, used_at = asked[0]
    waited = (now - issued_at).total_seconds()
    if used_at is None and waited < figures["code_resend_seconds"]:
        raise CodeSentRecently(ceil(figures["code_resend_seconds"] - waited))
    ceiling = figures["codes_per_person_hour"]
    if len(asked) >= ceiling:
        raise TooManyCodes(asked[ceiling - 1][0] + HOUR)


def _count_for_all(now: datetime) -> None:
    """Hold the ceiling over everybody's codes: what no limit a person or address stops (O19)."""
    ceiling = settings.LIMITS["codes_hour"]
    try:
        used = limits.count_below_for_all(ALL_CODES, ceiling=ceiling, now=now)
    except LimitReached as error:
        logger.error("the hour's ceiling of %d codes for everybody is reached", ceiling)  # noqa: TRY400 - the traceback tells nothing
        raise TooManyCodes(error.retry_at) from error
    if used >= ALARM_PERCENT:
        logger.warning("%d %% of the hour's %d codes for everybody are used", used, ceiling)


def _ensure_may_try(subject_hash: str, now: datetime) -> None:
    ceiling = settings.LIMITS["code_wrong_per_person_hour"]
    try:
        limits.ensure_below(WRONG_TRIES, subject_hash, ceiling=ceiling, now=now)
    except LimitReached as error:
        raise TooManyWrongTries(error.retry_at) from error


def verify_code(*, purpose: CodePurpose, subject: str, code: str, now: datetime) -> None:
    """Accept a code that lives, once; all codes of the person are then used up.

    `code` is six ASCII digits as text (`saudi.forms.CodeField` makes them). One transaction of
    its own under the person's lock; a wrong try is committed before the refusal is raised.

    Raises:
        RuntimeError: inside a transaction, whose rollback would forget the wrong try.
        WrongCode: with the tries that are left.
        CodeExpired: no code lives.
        TooManyWrongTries: the hour's wrong tries are used up, and the right code too is refused.
    """
    subject_hash = _subject_hash(purpose, subject)
    with transaction.atomic(durable=True):
        refusal = _try(purpose, subject_hash, code, now)
    if refusal is not None:
        raise refusal


def _try(
    purpose: CodePurpose, subject_hash: str, code: str, now: datetime
) -> WrongCode | CodeExpired | None:
    figures = settings.LIMITS
    _lock(subject_hash)
    _ensure_may_try(subject_hash, now)
    unused = OneTimeCode.objects.filter(
        purpose=purpose, subject_hash=subject_hash, used_at__isnull=True
    )
    live = unused.filter(expires_at__gt=now, wrong_tries__lt=figures["code_tries"])
    rows = list(live.values_list("code_hash", "wrong_tries"))
    if not rows:
        return CodeExpired()
    typed = _code_hash(subject_hash, code)
    if any(constant_time_compare(typed, code_hash) for code_hash, _ in rows):
        unused.update(used_at=now)
        return None
    live.update(wrong_tries=F("wrong_tries") + 1)
    wrong = limits.count(WRONG_TRIES, subject_hash, now=now)
    of_code = figures["code_tries"] - 1 - min(tries for _, tries in rows)
    return WrongCode(max(0, min(of_code, figures["code_wrong_per_person_hour"] - wrong)))
