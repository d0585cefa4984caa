"""What staff end before its time: a doubt about a number, a gateway's pause. Each leaves a row."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notifications.errors import AlreadyEnded
from notifications.models import DoubtfulNumber, EarlyEnd, GatewayPause


def clear_number(*, number: DoubtfulNumber, by: AbstractBaseUser, now: datetime) -> None:
    """Trust a number again, because its owner says that it works. Locks the row.

    Raises:
        AlreadyEnded: when a delivery or somebody else cleared it first.
    """
    with transaction.atomic():
        locked = DoubtfulNumber.objects.select_for_update().filter(pk=number.pk).first()
        if locked is None:
            raise AlreadyEnded
        EarlyEnd.objects.create(
            kind=EarlyEnd.NUMBER,
            subject=locked.mobile,
            since=locked.since,
            reason=locked.reason,
            ended_at=now,
            ended_by_id=by.pk,
        )
        locked.delete()


def end_pause(*, pause: GatewayPause, by: AbstractBaseUser, now: datetime) -> None:
    """Let a gateway be asked again now, because what closed it is mended. Locks the row.

    Raises:
        AlreadyEnded: when the pause is over.
    """
    with transaction.atomic():
        locked = GatewayPause.objects.select_for_update().get(pk=pause.pk)
        if locked.until <= now:
            raise AlreadyEnded
        EarlyEnd.objects.create(
            kind=EarlyEnd.PAUSE,
            subject=locked.gateway,
            reason=locked.reason,
            ended_at=now,
            ended_by_id=by.pk,
        )
        locked.until = now
        locked.save(update_fields=["until"])
