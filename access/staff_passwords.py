"""Guessing the passwords of staff: what is counted, what locks, and who unlocked (docs/adr/0010).

A try is counted before its password is looked at, in three counters: of the name as tried from
one address, of the name as tried from anywhere, and of the address. The narrow ones come first
and refuse without touching the address, so that whoever goes on at a closed door does not close
it for colleagues behind the same address. What was right takes its own earlier mistakes back. An
unknown name is counted, refused and written down as a known one is (DOMAIN 17).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from access import limits
from access.errors import LimitReached
from access.models import StaffSignInEvent, StaffSignInOutcome

logger = logging.getLogger(__name__)

FROM_ADDRESS: Final = "staff_passwords_account"
FROM_ANYWHERE: Final = "staff_passwords_everywhere"
OF_ADDRESS: Final = "staff_passwords_address"
EVENTS_SHOWN: Final = 12


@dataclass(frozen=True)
class PasswordTry:
    """A name and where it is tried from.

    `device` is empty, or names a browser in which this name has signed in before: it has a
    count of its own beside everybody else's, so that strangers who lock an account do not lock
    its owner out of their usual browser.
    """

    username: str
    address: str
    device: str = ""

    def limits(self) -> list[tuple[str, str, int]]:
        """Give each limit with the key and the ceiling, the narrowest first."""
        return [
            (FROM_ADDRESS, self.from_address, settings.LIMITS["staff_passwords_per_account_hour"]),
            (FROM_ANYWHERE, self.from_anywhere, settings.LIMITS["staff_passwords_anywhere_hour"]),
            (OF_ADDRESS, self.address, settings.LIMITS["staff_passwords_per_address_hour"]),
        ]

    @cached_property
    def from_anywhere(self) -> str:
        """Key the name as tried from anywhere, or from its known browser.

        Browsers are known to themselves only, so an unlocking gives each of the name's a new count.
        """
        if not self.device:
            return self.username
        return f"{self.username} {self.device} {_last_unlocking(self.username)}"

    @property
    def from_address(self) -> str:
        """Key the name as tried from this address."""
        return f"{self.username} {self.address}"


def _last_unlocking(username: str) -> int:
    """Give the number of the event that last unlocked an account; 0 for none."""
    unlockings = StaffSignInEvent.objects.filter(
        user__username=username, outcome=StaffSignInOutcome.UNLOCKED
    )
    return unlockings.order_by("-at", "-id").values_list("pk", flat=True).first() or 0


def count_try(tried: PasswordTry, *, now: datetime) -> StaffSignInOutcome:
    """Count a try before its password is looked at; give what a wrong password then means.

    Raises:
        LimitReached: nothing is counted, whatever the password is.
    """
    means = StaffSignInOutcome.WRONG
    counted: list[tuple[str, str]] = []
    for limit, key, ceiling in tried.limits():
        try:
            number = limits.count_below(limit, key, ceiling=ceiling, now=now)
        except LimitReached:
            for earlier, of_whom in counted:
                limits.give_back(earlier, of_whom, now=now)
            logger.warning("a staff sign-in was refused: %s", limit)
            raise
        counted.append((limit, key))
        if limit == FROM_ADDRESS and number == ceiling:
            means = StaffSignInOutcome.HELD
        if limit == FROM_ANYWHERE and number == ceiling and not tried.device:
            means = StaffSignInOutcome.LOCKED
            logger.error("a staff account is locked: %d wrong passwords in an hour", ceiling)
    return means


def password_was_wrong(
    tried: PasswordTry, *, means: StaffSignInOutcome, now: datetime
) -> StaffSignInEvent:
    """Write down a wrong password: the same two statements whether an account has the name."""
    users = get_user_model().objects.filter(username=tried.username, is_staff=True)
    user_id = users.values_list("pk", flat=True).first()
    return StaffSignInEvent.objects.create(
        at=now, outcome=means, user_id=user_id, address=tried.address
    )


def password_was_right(tried: PasswordTry, *, user: AbstractBaseUser, now: datetime) -> None:
    """Write down a sign-in and take this name's tries from this address back everywhere."""
    with transaction.atomic():
        _take_back(tried, now)
        StaffSignInEvent.objects.create(
            at=now, outcome=StaffSignInOutcome.SIGNED_IN, user_id=user.pk, address=tried.address
        )


def _take_back(tried: PasswordTry, now: datetime) -> None:
    times = limits.forget(FROM_ADDRESS, tried.from_address)
    for limit, key, _ceiling in tried.limits():
        if limit != FROM_ADDRESS:
            limits.give_back(limit, key, times=times, now=now)


# The lock, as colleagues see it ------------------------------------------------------------


@dataclass(frozen=True)
class ClosedDoor:
    """From where an account takes no password, right or wrong; no address means everywhere."""

    address: str
    until: datetime


def closed_doors(username: str, *, now: datetime) -> list[ClosedDoor]:
    """Give from where an account cannot be signed in to now, everywhere first."""
    held = [("", *PasswordTry(username, "").limits()[1])]
    held += [(tried.address, *tried.limits()[0]) for tried in _recent(username, now=now)]
    doors = []
    for address, limit, key, ceiling in held:
        try:
            limits.ensure_below(limit, key, ceiling=ceiling, now=now)
        except LimitReached as closed:
            doors.append(ClosedDoor(address, closed.retry_at))
    return doors


def unlock(
    *, user: AbstractBaseUser, by: AbstractBaseUser, address: str, now: datetime
) -> StaffSignInEvent:
    """Let an account be tried again from everywhere and write down who did it, in one transaction.

    `address` is that of the colleague who unlocks.
    """
    username = user.get_username()
    with transaction.atomic():
        for tried in _recent(username, now=now):
            _take_back(tried, now)
        limits.forget(FROM_ANYWHERE, username)
        return StaffSignInEvent.objects.create(
            at=now,
            outcome=StaffSignInOutcome.UNLOCKED,
            user_id=user.pk,
            by_id=by.pk,
            address=address,
        )


def _recent(username: str, *, now: datetime) -> list[PasswordTry]:
    """Give the addresses at which a name was wrong while that may still count, each once."""
    since = now - timedelta(seconds=limits.WINDOW_SECONDS + limits.WINDOW_SECONDS // limits.SLICES)
    addresses = (
        StaffSignInEvent.objects.filter(user__username=username, at__gt=since, by=None)
        .exclude(outcome=StaffSignInOutcome.SIGNED_IN)
        .order_by("address")
        .values_list("address", flat=True)
        .distinct()
    )
    return [PasswordTry(username, address) for address in addresses]


def events_of(user: AbstractBaseUser) -> list[StaffSignInEvent]:
    """Give the newest sign-ins, wrong passwords and unlockings of an account."""
    events = StaffSignInEvent.objects.filter(user_id=user.pk).select_related("by")
    return list(events.order_by("-at", "-id")[:EVENTS_SHOWN])
