"""Who sends what: rows of the outbox are claimed, attempted, given back (docs/adr/0004, 0009).

A claim takes rows that are due and commits; an attempt is recorded before the gateway is called,
so that a worker that dies in between leaves a trace. A message that was claimed and not yet
attempted goes back to the queue; one that was attempted is `unknown` and never sent blindly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Case, Exists, F, Func, OuterRef, QuerySet, TextField, Value, When

from notifications.catalogue import SECRET_TEMPLATES
from notifications.models import Attempt, Message
from notifications.rules import LOST_AFTER_SECONDS, is_sending_hour
from notifications.statuses import WAITING, CampaignStatus, Lane, MessageStatus
from notifications.still_needed import no_longer_needed

logger = logging.getLogger(__name__)

BATCH: Final = 20

RENEW_AFTER_SECONDS: Final = LOST_AFTER_SECONDS // 4
"""An older claim is renewed with its attempt; a younger one outlives any answer as it is."""

HIDDEN_DIGITS: Final = "[0-9]{4,}"
HIDDEN: Final = "••••••"

# A code is of no use once its message is over: nobody may read it in the table afterwards.
WITHOUT_SECRET: Final = Case(
    When(
        template__in=sorted(SECRET_TEMPLATES),
        then=Func(
            F("body"),
            Value(HIDDEN_DIGITS),
            Value(HIDDEN),
            Value("g"),
            function="regexp_replace",
            output_field=TextField(),
        ),
    ),
    default=F("body"),
    output_field=TextField(),
)

# Written out: one statement instead of five, on the way of every message.
_BEGIN: Final = """
    WITH ours AS (
        SELECT m.id, m.gateway, m.not_before FROM notifications_message m
        JOIN unnest(%(messages)s::bigint[], %(claims)s::timestamptz[]) AS o(id, claimed_at)
          ON m.id = o.id AND m.claimed_at = o.claimed_at
        WHERE m.status = 'sending' AND (m.campaign_id IS NULL OR EXISTS (
            SELECT FROM notifications_campaign c WHERE c.id = m.campaign_id AND c.status = 'started'
        )) FOR UPDATE OF m
    )
    INSERT INTO notifications_attempt (message_id, gateway, started_at, outcome, gateway_id, error)
    SELECT id, gateway, %(now)s, '', '', '' FROM ours ORDER BY not_before, id
    RETURNING message_id, id
"""


_RELEASE: Final = """
    UPDATE notifications_message m SET status = 'queued', claimed_at = NULL
    FROM unnest(%(messages)s::bigint[], %(claims)s::timestamptz[]) AS o(id, claimed_at)
    WHERE m.id = o.id AND m.claimed_at = o.claimed_at AND m.status = 'sending'
"""

# A share of each campaign's lock: a pause waits for claims that run, and later ones see it. One
# of which nothing is expected any more is not looked at: there are some more each month.
_UNDER_WAY: Final = """
    SELECT id FROM notifications_campaign
    WHERE lane = %(lane)s AND status = %(started)s AND count_due_at IS NOT NULL
    ORDER BY started_at, id FOR SHARE
"""


@dataclass(frozen=True, slots=True)
class Flight:
    """A claimed message whose attempt is recorded: it may be handed to the gateway, once."""

    message: Message
    attempt_id: int
    is_probe: bool = False
    """It tells whether a gateway that failed is well again."""


@dataclass(frozen=True, slots=True)
class LostClaims:
    """Claims whose worker was lost: attempted, so unknown; or not yet, so queued again."""

    unknown: int
    requeued: int


def claim(*, lane: Lane, now: datetime, gateway_name: str, size: int = BATCH) -> list[Message]:
    """Take what is due in a lane, oldest first, then what its campaigns have, and commit.

    Locks the rows with SKIP LOCKED; `claimed_at` is the claim's token. What is no longer worth
    sending is expired on the way. Nothing is taken outside the lane's hours.
    """
    if not is_sending_hour(lane, now):
        return []
    taken: list[Message] = []
    while not taken:
        with transaction.atomic():
            due = _due(lane, now, size)
            if not due:
                return []
            _expire([message for message in due if _is_worthless(message, now)])
            taken = [message for message in due if not _is_worthless(message, now)]
            if taken:
                Message.objects.filter(pk__in=[message.pk for message in taken]).update(
                    status=MessageStatus.SENDING, claimed_at=now, gateway=gateway_name
                )
    for message in taken:
        message.claimed_at, message.gateway = now, gateway_name
    return taken


def expire_late(*, lane: Lane, now: datetime) -> None:
    """Expire what is at a lane's head and no longer worth sending, where no gateway is in use.

    A claim does it on its way; without one, a code would look as if it were still to come.
    """
    has_late = True
    while has_late:
        with transaction.atomic():
            late = [one for one in _due(lane, now, BATCH) if _is_worthless(one, now)]
            _expire(late)
        has_late = bool(late)


def _expire(late: Sequence[Message]) -> None:
    """Expire messages that are locked."""
    if late:
        Message.objects.filter(pk__in=[message.pk for message in late]).update(
            status=MessageStatus.EXPIRED, body=WITHOUT_SECRET
        )


def _due(lane: Lane, now: datetime, size: int) -> list[Message]:
    """Lock what is due: single messages, then those of the campaigns that are under way.

    The campaign that was started first goes first. Inside a transaction.
    """
    unlocked = Message.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        not_before__lte=now
    )
    ordered = unlocked.order_by("not_before", "id")
    due = list(ordered.filter(lane=lane, status=MessageStatus.QUEUED, campaign__isnull=True)[:size])
    if len(due) == size:
        return due
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_WAY, {"lane": lane.value, "started": CampaignStatus.STARTED.value})
        campaigns = [pk for (pk,) in cursor.fetchall()]
    if campaigns:
        with read_in_order_of_the_index():
            for pk in campaigns:
                of_campaign = ordered.filter(campaign=pk, status__in=WAITING)
                due += of_campaign[: size - len(due)]
                if len(due) == size:
                    break
    return due


@contextmanager
def read_in_order_of_the_index() -> Iterator[None]:
    """Have the statements inside read a campaign's index in its order. In a transaction.

    Right after a campaign was written the statistics know none of its million rows, and a plan
    that sorts them looks cheap. A sort that cannot be avoided costs a compilation each time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        yield
        cursor.execute("SET LOCAL enable_sort TO DEFAULT")


def begin(messages: Sequence[Message], *, now: datetime) -> list[Flight]:
    """Record an attempt of each message, and renew claims that grow old. Inside a transaction.

    Left out is a message whose claim was taken back meanwhile, and one that is worthless or no
    longer needed by now; one whose campaign was paused or stopped meanwhile is given back.
    """
    going: dict[int, Message] = {}
    needless = no_longer_needed(messages, now)
    for message in messages:
        if _is_worthless(message, now):
            claimed(message).update(status=MessageStatus.EXPIRED, body=WITHOUT_SECRET)
        elif message.pk in needless:
            claimed(message).update(status=MessageStatus.CANCELLED, body=WITHOUT_SECRET)
        else:
            going[message.pk] = message
    if not going:
        return []
    facts: dict[str, Any] = {
        "now": now,
        "messages": list(going),
        "claims": [message.claimed_at for message in going.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, facts)
        begun = sorted(cursor.fetchall(), key=itemgetter(1))
    flights = [Flight(going[pk], attempt) for pk, attempt in begun]
    if len(begun) < len(going):
        release([going[pk] for pk in going.keys() - {pk for pk, _attempt in begun}])
    _renew([flight.message for flight in flights], now=now)
    return flights


def _renew(messages: Sequence[Message], *, now: datetime) -> None:
    """Keep claims that waited long for a hand from being taken for lost; they are locked."""
    oldest = now - timedelta(seconds=RENEW_AFTER_SECONDS)
    old = [
        message
        for message in messages
        if message.claimed_at is not None and message.claimed_at < oldest
    ]
    if old:
        Message.objects.filter(pk__in=[message.pk for message in old]).update(claimed_at=now)
    for message in old:
        message.claimed_at = now


def release(messages: Sequence[Message]) -> None:
    """Give back what was claimed and not attempted, as far as the claims stand."""
    facts: dict[str, Any] = {
        "messages": [message.pk for message in messages],
        "claims": [message.claimed_at for message in messages],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, facts)


def settle_lost_claims(*, now: datetime) -> LostClaims:
    """Settle the claims of workers that died, without ever sending a message twice.

    One that was attempted becomes `unknown`; one that was only claimed is queued again. A worker
    that was slow and not dead still records the outcome it sees (notifications/outcomes.py).
    """
    open_attempt = Attempt.objects.filter(message=OuterRef("pk"), ended_at__isnull=True)
    with transaction.atomic():
        lost = list(
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                status=MessageStatus.SENDING,
                claimed_at__lt=now - timedelta(seconds=LOST_AFTER_SECONDS),
            )
            .annotate(was_attempted=Exists(open_attempt))
            .values_list("pk", "was_attempted")
        )
        unknown = [pk for pk, was_attempted in lost if was_attempted]
        untouched = [pk for pk, was_attempted in lost if not was_attempted]
        if unknown:
            Attempt.objects.filter(message__in=unknown, ended_at__isnull=True).update(
                ended_at=now, outcome=MessageStatus.UNKNOWN, error="worker lost"
            )
            Message.objects.filter(pk__in=unknown).update(
                status=MessageStatus.UNKNOWN, error="worker lost", body=WITHOUT_SECRET
            )
        if untouched:
            Message.objects.filter(pk__in=untouched).update(
                status=MessageStatus.QUEUED, claimed_at=None
            )
    if lost:
        logger.warning("lost claims: unknown %s, queued again %s", unknown, untouched)
    return LostClaims(unknown=len(unknown), requeued=len(untouched))


def claimed(message: Message) -> QuerySet[Message]:
    """Give the message as long as this worker's claim stands."""
    return Message.objects.filter(
        pk=message.pk, status=MessageStatus.SENDING, claimed_at=message.claimed_at
    )


def _is_worthless(message: Message, now: datetime) -> bool:
    return message.expires_at is not None and message.expires_at <= now
