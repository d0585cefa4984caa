"""Numbers whose owners want no reminders and announcements: by which word, since when.

A stop is a number's and not a person's. It holds for what goes to many; codes and case updates
are services that somebody asked for, and are never stopped (docs/adr/0017).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from django.db import transaction

from notifications.models import Message, StoppedNumber, StopWord
from notifications.rules import DAYTIME_LANES
from notifications.statuses import MessageStatus
from saudi.text import fold

STOP_WORDS: Final = ("STOP", "STOPALL", "UNSUBSCRIBE", "إيقاف", "أوقف", "قف")
START_WORDS: Final = ("START", "UNSTOP", "ابدأ", "تفعيل")
"""The whole reply is one of these. «إلغاء» and CANCEL are not: they may mean a case."""

_MARKS: Final = " .!،؛,«»\"'"

SHOWN_WORDS: Final = 10

Wish = Literal["stop", "start"]


def _key(text: str) -> str:
    return fold(text).strip(_MARKS)


_WISHES: Final[dict[str, tuple[Wish, str]]] = {
    **{_key(word): ("stop", word) for word in STOP_WORDS},
    **{_key(word): ("start", word) for word in START_WORDS},
}


def wish_in(text: str) -> tuple[Wish, str] | None:
    """Read what a reply wishes and the word of ours that it is; None for any other text.

    >>> wish_in("إيقاف")
    ('stop', 'إيقاف')
    """
    return _WISHES.get(_key(text))


def heed(
    *, mobile: str, wish: Wish, word: str, gateway: str, gateway_id: str, now: datetime
) -> bool:
    """Stop or start what goes to many at a number; False where the same reply was heeded before.

    One transaction. What waits for the number in those lanes is cancelled; what is queued for many
    later leaves it out.
    """
    with transaction.atomic():
        _row, is_new = StopWord.objects.get_or_create(
            gateway=gateway,
            gateway_id=gateway_id,
            defaults={"mobile": mobile, "is_stop": wish == "stop", "word": word, "at": now},
        )
        if not is_new:
            return False
        if wish == "start":
            StoppedNumber.objects.filter(mobile=mobile).delete()
            return True
        StoppedNumber.objects.get_or_create(mobile=mobile, defaults={"since": now, "word": word})
        Message.objects.filter(
            recipient=mobile,
            lane__in=DAYTIME_LANES,
            status__in=[MessageStatus.HELD, MessageStatus.QUEUED],
        ).update(status=MessageStatus.CANCELLED)
    return True


def words_of(mobile: str) -> list[StopWord]:
    """Give by which words a number stopped and started, the newest first; none of no number."""
    if not mobile:
        return []
    return list(StopWord.objects.filter(mobile=mobile).order_by("-id")[:SHOWN_WORDS])
