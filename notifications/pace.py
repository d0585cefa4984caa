"""A gateway's own ceiling: so many messages a second, by all workers together.

The count of the running second is a row, so that it holds over processes and machines. It is
taken before messages are claimed. Bulk leaves a fifth of the ceiling to codes and case updates,
and these a tenth to codes, which therefore never wait behind either.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from notifications.models import GatewayPace
from notifications.rules import messages_a_second
from notifications.statuses import Lane


def ceiling_of(gateway: str) -> int:
    """Give a gateway's own ceiling in messages a second; 0 is none."""
    is_second = gateway == settings.SMS_SECOND_GATEWAY and gateway != settings.SMS_GATEWAY
    return int(settings.SMS_SECOND_PER_SECOND if is_second else settings.SMS_PER_SECOND)


def take_room(*, gateway: str, lane: Lane, ceiling: int, wanted: int, now: datetime) -> int:
    """Give how many messages may be claimed now, at most `wanted`; a ceiling of 0 is none.

    One transaction, which locks the gateway's row.
    """
    if not ceiling:
        return wanted
    second = int(now.timestamp())
    with transaction.atomic():
        pace, _ = GatewayPace.objects.select_for_update().get_or_create(gateway=gateway)
        if second > pace.second:
            pace.second, pace.claimed = second, 0
        room = max(0, min(wanted, messages_a_second(lane, ceiling) - pace.claimed))
        if room:
            pace.claimed += room
            pace.save(update_fields=["second", "claimed"])
    return room


def give_back_room(*, gateway: str, ceiling: int, unused: int, now: datetime) -> None:
    """Give back what was taken for messages that were not there."""
    if ceiling and unused:
        GatewayPace.objects.filter(gateway=gateway, second=int(now.timestamp())).update(
            claimed=F("claimed") - unused
        )
