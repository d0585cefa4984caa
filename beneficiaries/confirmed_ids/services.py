"""Confirming an ID that fails the check, taking that back, and asking whether it was done.

Forms and imports ask only about an ID whose sole fault is its check digit (docs/adr/0012).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from beneficiaries.confirmed_ids.models import ConfirmedNationalId
from beneficiaries.errors import AlreadyConfirmed, AlreadyWithdrawn, NeedsNoConfirmation
from beneficiaries.models import User
from saudi.national_id import InvalidNationalId, parse_national_id


def is_confirmed(national_id: str) -> bool:
    """Tell whether an ID in its stored form is confirmed now, in one statement."""
    in_force = ConfirmedNationalId.objects.filter(withdrawn_at=None)
    return in_force.filter(national_id=national_id).exists()


def confirmed_ids() -> frozenset[str]:
    """Give every ID that is confirmed now, for an import; there are hundreds in a country."""
    in_force = ConfirmedNationalId.objects.filter(withdrawn_at=None)
    return frozenset(in_force.values_list("national_id", flat=True))


def needs_confirmation(national_id: str) -> bool:
    """Tell an ID in its stored form that fails the check from one that passes it.

    >>> needs_confirmation("1000000070"), needs_confirmation("1000000008")
    (True, False)
    """
    try:
        parse_national_id(national_id)
    except InvalidNationalId as error:
        return error.reason == "checksum"
    return False


def confirm_national_id(
    *, national_id: str, proof: str, by: User, now: datetime
) -> ConfirmedNationalId:
    """Let an ID in its stored form be accepted from now on, as the register's proof says.

    One transaction. Of two at once the constraint `confirmed_id_in_force_once` keeps one row.

    Raises:
        NeedsNoConfirmation: the ID passes the check, or is none.
        AlreadyConfirmed: it is confirmed already.
    """
    if not needs_confirmation(national_id):
        raise NeedsNoConfirmation
    with transaction.atomic():
        row, is_new = ConfirmedNationalId.objects.select_related("confirmed_by").get_or_create(
            national_id=national_id,
            withdrawn_at=None,
            defaults={"proof": proof, "confirmed_by": by, "confirmed_at": now},
        )
    if not is_new:
        raise AlreadyConfirmed(by=str(row.confirmed_by), at=row.confirmed_at)
    return row


def withdraw_confirmation(
    *, confirmation: ConfirmedNationalId, reason: str, by: User, now: datetime
) -> ConfirmedNationalId:
    """Have an ID refused again from now on; the row and what was done with it stay.

    One transaction, the row locked.

    Raises:
        AlreadyWithdrawn: somebody did it first.
    """
    with transaction.atomic():
        locked = ConfirmedNationalId.objects.select_for_update().get(pk=confirmation.pk)
        if locked.withdrawn_at is not None:
            raise AlreadyWithdrawn(by=str(locked.withdrawn_by), at=locked.withdrawn_at)
        locked.withdrawn_by, locked.withdrawn_at = by, now
        locked.withdrawal_reason = reason
        locked.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawal_reason"])
    return locked


__all__ = [
    "confirm_national_id",
    "confirmed_ids",
    "is_confirmed",
    "needs_confirmation",
    "withdraw_confirmation",
]
