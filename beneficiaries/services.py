"""What people and staff change in a file of the register, and how a person is found."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from access import limits
from access.codes import issue_code, verify_code
from access.errors import LimitReached, TooManyCodes
from access.models import CodePurpose
from beneficiaries.models import Person, PersonChange, User
from beneficiaries.statuses import ChangeSource
from notifications.numbers import trust_number
from notifications.outbox import queue_message
from saudi.hijri import HijriDate
from saudi.mobile import display_mobile

IdentityMatch = Literal["full", "partial", "none"]

MOBILE_CODES = "mobile_codes"

# Written out: every request of صوتك مسموع pays for it, and the ORM takes five times as long.
_IDENTIFY = "SELECT id, birth_date, mobile FROM beneficiaries_person WHERE national_id = %s"


def person_for_sign_in(national_id: str) -> Person | None:
    """Give the person of a national ID in its stored form, in one statement."""
    return Person.objects.filter(national_id=national_id).first()


def identify(
    *, national_id: str, birth_date: HijriDate | None, mobile: str
) -> tuple[Person | None, IdentityMatch]:
    """Compare what somebody typed about themselves with the register, in one statement.

    The birth date is compared literally (docs/adr/0003). `full`: ID, birth date and mobile are
    one person's. `partial`: the ID exists and something differs; the person is given all the
    same, with nothing but the key read. The answer is for staff, never for the sender (DOMAIN 9).
    """
    if not national_id:
        return None, "none"
    with connection.cursor() as cursor:
        cursor.execute(_IDENTIFY, [national_id])
        found = cursor.fetchone()
    if found is None:
        return None, "none"
    pk, registered_date, registered_mobile = found
    typed_date = "" if birth_date is None else str(birth_date)
    is_same = registered_date == typed_date and bool(mobile) and registered_mobile == mobile
    person = Person.from_db(connection.alias, ("id",), (pk,))
    return person, "full" if is_same else "partial"


def user_of(person: Person) -> User:
    """Give the user a person signs in as; the first sign-in makes it, two at once make one.

    It has no password and its name is no personal data.
    """
    user, _is_new = User.objects.get_or_create(
        person=person,
        defaults={"username": f"person-{person.pk}", "password": make_password(None)},
    )
    user.person = person
    return user


def update_contact_details(
    *, person: Person, city: str, iban: str, changed_by: User, now: datetime
) -> list[PersonChange]:
    """Change a person's city and IBAN, both in their stored form, and record what changed.

    One transaction, the person locked. Gives the recorded changes, none where all was the same.
    """
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        wanted = {"city": city, "iban": iban}
        changes = [
            PersonChange(
                person=locked,
                field=field,
                old_value=getattr(locked, field),
                new_value=value,
                source=_source(changed_by),
                changed_by=changed_by,
                changed_at=now,
            )
            for field, value in wanted.items()
            if getattr(locked, field) != value
        ]
        if changes:
            for change in changes:
                setattr(locked, change.field, change.new_value)
            locked.save(update_fields=[change.field for change in changes])
            PersonChange.objects.bulk_create(changes)
    person.city, person.iban = city, iban
    return changes


def ask_to_prove_mobile(*, person: Person, mobile: str, now: datetime) -> None:
    """Send a code to the number a person says is theirs now. One transaction.

    The hour's codes are counted for the person whatever numbers are tried, so that a signed-in
    person cannot flood others.

    Raises:
        CodeSentRecently, TooManyCodes, TooManyWrongTries: see `access.codes.issue_code`.
    """
    ceiling = settings.LIMITS["codes_per_person_hour"]
    with transaction.atomic():
        issued = issue_code(
            purpose=CodePurpose.MOBILE, subject=_mobile_subject(person, mobile), now=now
        )
        try:
            limits.count_below(MOBILE_CODES, str(person.pk), ceiling=ceiling, now=now)
        except LimitReached as error:
            raise TooManyCodes(error.retry_at) from error
        queue_message(
            event=f"code:{issued.row_id}",
            to=mobile,
            template="mobile_code",
            values={"code": issued.code},
            language=person.language,
            now=now,
            expires_at=issued.expires_at,
        )


def prove_mobile(
    *, person: Person, mobile: str, code: str, changed_by: User, now: datetime
) -> PersonChange:
    """Make a number the person's own after the right code, and tell the number it replaces.

    From now on an import of an older file leaves it alone (DOMAIN 18), and it is doubtful no
    longer: the code arrived there. It may be the number that is in the file already. The person is
    locked in the transaction that follows the code's. Call it outside a transaction.

    Raises:
        WrongCode, CodeExpired, TooManyWrongTries: see `access.codes.verify_code`.
    """
    verify_code(
        purpose=CodePurpose.MOBILE, subject=_mobile_subject(person, mobile), code=code, now=now
    )
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        change = PersonChange.objects.create(
            person=locked,
            field="mobile",
            old_value=locked.mobile,
            new_value=mobile,
            source=_source(changed_by),
            changed_by=changed_by,
            changed_at=now,
        )
        replaced = locked.mobile if locked.mobile != mobile else ""
        locked.mobile, locked.mobile_proved_at = mobile, now
        locked.save(update_fields=["mobile", "mobile_proved_at"])
        if replaced:
            queue_message(
                event=f"person-change:{change.pk}:mobile",
                to=replaced,
                template="mobile_changed",
                values={"last_digits": display_mobile(mobile)[-2:]},
                language=locked.language,
                now=now,
                person_id=locked.pk,
            )
        trust_number(mobile)
    person.mobile, person.mobile_proved_at = mobile, now
    return change


def _mobile_subject(person: Person, mobile: str) -> str:
    return f"person:{person.pk}:{mobile}"


def _source(user: User) -> ChangeSource:
    return ChangeSource.STAFF if user.person_id is None else ChangeSource.OWNER


__all__ = [
    "IdentityMatch",
    "ask_to_prove_mobile",
    "identify",
    "person_for_sign_in",
    "prove_mobile",
    "update_contact_details",
    "user_of",
]
