"""A gateway's limit of messages a day in Riyadh, by all workers together (`SMS_PER_DAY`).

The count of a day is a row, taken before messages are claimed, so that two workers at the limit
cannot both pass it. Each lane stops at its part of the day: bulk leaves the rest to case updates
and codes. What waits goes on the next day. A process that is killed leaves its claims counted, at
most a batch of each lane: the limit is never passed for it.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from notifications.models import GatewayDay
from notifications.rules import messages_a_day
from notifications.statuses import Lane
from saudi.gregorian import riyadh_date

logger = logging.getLogger(__name__)


def limit_of(gateway: str) -> int:
    """Give a gateway's own limit of messages a day; 0 is none."""
    is_second = gateway == settings.SMS_SECOND_GATEWAY and gateway != settings.SMS_GATEWAY
    return int(settings.SMS_SECOND_PER_DAY if is_second else settings.SMS_PER_DAY)


def take_day_room(*, gateway: str, lane: Lane, limit: int, wanted: int, now: datetime) -> int:
    """Give how many messages may be claimed today, at most `wanted`; a limit of 0 is none.

    One transaction, which locks the row of the gateway's day. The first who finds a lane's part
    used up says so aloud.
    """
    if not limit:
        return wanted
    part = messages_a_day(lane, limit)
    is_news = False
    with transaction.atomic():
        day, _is_new = GatewayDay.objects.select_for_update().get_or_create(
            gateway=gateway, day=riyadh_date(now)
        )
        room = max(0, min(wanted, part - day.claimed))
        day.claimed += room
        is_news = not room and day.told < part
        day.told = part if is_news else day.told
        if room or is_news:
            day.save(update_fields=["claimed", "told"])
    if is_news:
        logger.error(
            "sms alarm: %s has had its %s messages of the day for %s; they go on tomorrow",
            gateway,
            part,
            lane.value,
        )
    return room


def give_back_day_room(*, gateway: str, limit: int, unused: Iterable[date]) -> None:
    """Give back what was taken for messages that did not leave, to the day it was taken of."""
    if not limit:
        return
    for day, count in Counter(unused).items():
        GatewayDay.objects.filter(gateway=gateway, day=day, claimed__gte=count).update(
            claimed=F("claimed") - count
        )


def left_today(*, gateway: str, lane: Lane, limit: int, now: datetime) -> int | None:
    """Give how many messages a lane may still send today; None where there is no limit."""
    if not limit:
        return None
    today = GatewayDay.objects.filter(gateway=gateway, day=riyadh_date(now)).first()
    return max(0, messages_a_day(lane, limit) - (today.claimed if today else 0))
