"""A person's e-mail address: asked for, proved by a code, changed, taken away (docs/adr/0021)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction

from access import limits
from access.codes import issue_code, verify_code
from access.errors import CodeExpired, LimitReached, TooManyCodes
from access.models import CodePurpose
from beneficiaries.models import Person, PersonChange, User
from beneficiaries.statuses import ChangeSource
from notifications.mail.addresses import mask_address
from notifications.mail.claims import cancel_waiting
from notifications.mail.models import MailAddress
from notifications.mail.outbox import queue_code_mail
from notifications.outbox import queue_message

EMAIL_CODES: Final = "email_codes"
ADDRESS_CODES: Final = "email_address_codes"
DAY_SECONDS: Final = 24 * 3600

EMAIL_FIELD: Final = "email"
"""The field's name in the history of a file, which keeps addresses masked."""


def email_of(person_id: int) -> MailAddress | None:
    """Give a person's proved address, working or not."""
    return MailAddress.objects.filter(pk=person_id).first()


def ask_to_prove_email(*, person: Person, address: str, language: str, now: datetime) -> None:
    """Owe a code to the address a person says is theirs. One transaction.

    Whose address it is plays no part: a family may share one, and the answer is always the same.
    Counted for the person, whatever addresses are tried, and for the address, whoever asks.
    `language` is that of the page on which the code is waited for.

    Raises:
        CodeSentRecently, TooManyWrongTries: see `access.codes.issue_code`.
        TooManyCodes: the hour's or the day's codes of the person or the address are used up.
    """
    figures = settings.LIMITS
    with transaction.atomic():
        issued = issue_code(
            purpose=CodePurpose.EMAIL,
            subject=_subject(person, address),
            now=now,
            life_seconds=figures["email_code_life_seconds"],
        )
        one, key = str(person.pk), address.lower()
        _count(EMAIL_CODES, one, "codes_per_person_hour", now)
        _count(f"{EMAIL_CODES}_day", one, "email_codes_per_person_day", now, DAY_SECONDS)
        _count(ADDRESS_CODES, key, "email_codes_per_address_hour", now)
        _count(f"{ADDRESS_CODES}_day", key, "email_codes_per_address_day", now, DAY_SECONDS)
        queue_code_mail(
            event=f"code:{issued.row_id}",
            person_id=person.pk,
            address=address,
            code=issued.code,
            language=language,
            now=now,
            expires_at=issued.expires_at,
        )


def _count(
    limit: str,
    key: str,
    figure: str,
    now: datetime,
    window_seconds: int = limits.WINDOW_SECONDS,
) -> None:
    try:
        limits.count_below(
            limit, key, ceiling=settings.LIMITS[figure], now=now, window_seconds=window_seconds
        )
    except LimitReached as error:
        raise TooManyCodes(error.retry_at) from error


def prove_email(
    *, person: Person, address: str, code: str, changed_by: User, now: datetime
) -> MailAddress:
    """Send a person's notices to an address from now on, after the right code.

    An address that was proved before is used until this moment; mails that wait for it are
    cancelled. The mobile and the address before are told, for whoever holds a session of somebody
    else's could add their own. Proving an address that did not work makes it work again. Sent
    twice, the right code is right twice. The person is locked in the transaction that follows the
    code's: call it outside a transaction.

    Raises:
        WrongCode, CodeExpired, TooManyWrongTries: see `access.codes.verify_code`.
    """
    try:
        verify_code(
            purpose=CodePurpose.EMAIL, subject=_subject(person, address), code=code, now=now
        )
    except CodeExpired:
        found = email_of(person.pk)
        if found is not None and found.address == address and found.broken_at is None:
            return found
        raise
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        before = email_of(locked.pk)
        change = _record(locked, before, address, changed_by=changed_by, now=now)
        if before is None or before.address != address:
            _warn(locked, change, now=now)
        found, _is_new = MailAddress.objects.update_or_create(
            person_id=locked.pk,
            defaults={
                "address": address,
                "proved_at": now,
                "broken_at": None,
                "broken_reason": "",
            },
        )
        cancel_waiting(person_id=locked.pk, others_than=address)
    return found


def take_email_away(*, person: Person, changed_by: User, now: datetime) -> bool:
    """Send a person no more mails; False where there was no address. What waits is cancelled."""
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        before = email_of(locked.pk)
        if before is None:
            return False
        _record(locked, before, "", changed_by=changed_by, now=now)
        before.delete()
        cancel_waiting(person_id=locked.pk)
    return True


def _record(
    person: Person, before: MailAddress | None, address: str, *, changed_by: User, now: datetime
) -> PersonChange:
    return PersonChange.objects.create(
        person=person,
        field=EMAIL_FIELD,
        old_value=_masked(before.address) if before else "",
        new_value=_masked(address) if address else "",
        source=ChangeSource.OWNER,
        changed_by=changed_by,
        changed_at=now,
    )


def _warn(person: Person, change: PersonChange, *, now: datetime) -> None:
    """Tell the mobile, and the address that is still the person's, that another one is now."""
    queue_message(
        event=f"person-change:{change.pk}:email",
        to=person.mobile,
        template="email_changed",
        values={},
        language=person.language,
        now=now,
        person_id=person.pk,
    )


def _masked(address: str) -> str:
    longest = 150
    return mask_address(address)[-longest:]


def _subject(person: Person, address: str) -> str:
    return f"person:{person.pk}:{address}"
