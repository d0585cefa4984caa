"""The SMS of the past: they were sent when they were due, and a few did not arrive.

No gateway is ever asked: nobody real gets an SMS of the demonstration. What arrived lies on the
demonstration phone; what did not is left as the network's gateway leaves it, because the phone
never fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q, QuerySet

from beneficiaries.models import Person
from beneficiaries.set_based import planned_for_many_rows
from notifications.catalogue import SECRET_TEMPLATES
from notifications.delivery import drain
from notifications.figures import count_day
from notifications.gateways.phone import PhoneGateway
from notifications.models import Attempt, GatewayPause, Message, PhoneMessage
from notifications.receipts import take_report
from notifications.statuses import CampaignStatus, Lane, MessageStatus
from portal.calls.rules import MATTERS
from portal.demo.days import DemoDays, at
from portal.demo.people import UNKNOWN
from portal.demo.stories import Story
from portal.sign_in import send_sign_in_code
from saudi.gregorian import riyadh_date, start_of_day

PHONE: Final = PhoneGateway.name
NETWORK: Final = "twilio"

TAKES: Final = timedelta(seconds=2)
UNREACHABLE_DAYS: Final = 45
"""For so many days nothing reaches the numbers of nobody."""

MARGIN: Final = timedelta(minutes=5)
"""What was due so shortly before now has not been sent yet; a campaign takes four minutes."""

TOO_LATE: Final = timedelta(minutes=20)
"""A code is over long before."""

FIGURES_DAYS: Final = 7
"""Days whose messages are counted, as many as the staff's page offers."""

LOST: Final = 3
"""Messages whose outcome is not known: the connection was cut before the answer."""

NOT_IN_USE: Final = "30005"
NO_REASON: Final = "30008"

RECENT: Final = timedelta(days=20)
CALLS_BEGAN: Final = timedelta(days=2)
"""Case updates of this age did not arrive, one of each kind, so that people had to be called."""

SILENT: Final = 2
"""Messages that nobody ever reported on: the gateway has forgotten them."""

# In one statement for thousands of rows: the phone's copy, the attempt and the message itself,
# dated when they would have been written. What is a day old has been delivered.
_ARRIVED: Final = """
    WITH arriving AS (
        SELECT id, recipient, body,
               not_before + %(takes)s + CASE WHEN campaign_id IS NULL THEN interval '0'
                   ELSE (id %% 240) * interval '1 second' END AS sent_at
        FROM notifications_message
        WHERE not_before <= %(last)s AND (status = 'queued' OR status = 'held' AND campaign_id IN
              (SELECT id FROM notifications_campaign WHERE status = 'started'))
        ORDER BY sent_at, id
    ), due AS MATERIALIZED (
        SELECT id, recipient, body, sent_at,
               nextval(pg_get_serial_sequence('notifications_phonemessage', 'id')) AS phone_id,
               CASE WHEN sent_at < %(midnight)s
                   THEN sent_at + (id %% 20 + 1) * interval '1 second' END AS delivered_at
        FROM arriving
    ), received AS (
        INSERT INTO notifications_phonemessage (id, message_id, recipient, body, received_at)
        SELECT phone_id, id, recipient, body, sent_at FROM due
    ), tried AS (
        INSERT INTO notifications_attempt
            (message_id, gateway, gateway_id, started_at, ended_at, outcome, error)
        SELECT id, %(gateway)s, 'phone-' || phone_id, sent_at - %(takes)s / 2, sent_at, 'sent', ''
        FROM due
    )
    UPDATE notifications_message AS message
    SET status = CASE WHEN due.delivered_at IS NULL THEN 'sent' ELSE 'delivered' END,
        claimed_at = due.sent_at - %(takes)s / 2, sent_at = due.sent_at,
        delivered_at = due.delivered_at, gateway = %(gateway)s,
        body = CASE WHEN template = ANY(%(secret)s)
            THEN regexp_replace(message.body, '[0-9]{4,}', '••••••', 'g') ELSE message.body END,
        gateway_id = 'phone-' || due.phone_id
    FROM due WHERE message.id = due.id
"""


def sign_ins(heads: Sequence[Person], *, days: DemoDays) -> Story:
    """People who asked for a code; of the first the message waited until its code was over."""
    for number, person in enumerate(heads):
        asked_at = days.at(2 + len(heads) - number, 20, number * 7)
        yield asked_at
        _ask_for_code(person.national_id, asked_at)
        if number == 0:
            yield asked_at + TOO_LATE
            _find_late(asked_at + TOO_LATE)
    asked_at = days.at(2, 22, 14)
    yield asked_at
    _ask_for_code(UNKNOWN, asked_at)


def _ask_for_code(national_id: str, now: datetime) -> None:
    send_sign_in_code(national_id=national_id, address="192.0.2.7", language="ar", now=now)


def _find_late(now: datetime) -> None:
    """Let a worker find the code whose time is over; it sends nothing."""
    drain(lane=Lane.CODES, gateway=PhoneGateway(), clock=lambda: now)


@dataclass(frozen=True)
class Network:
    """The messages that went by a gateway of the network and did not arrive."""

    days: DemoDays
    unreachable: Sequence[str]
    """Mobiles at which nobody can be reached; the gateway says so of each message."""
    known: Sequence[str] = ()
    """Mobiles of the accounts that stand as they are described: each of their messages arrived."""

    def leave_traces(self) -> None:
        """Leave failures, outcomes that nobody knows, and a pause that is over."""
        since = self.days.at(UNREACHABLE_DAYS)
        due = Message.objects.filter(
            Q(status=MessageStatus.QUEUED)
            | Q(status=MessageStatus.HELD, campaign__status=CampaignStatus.STARTED),
            not_before__lte=self.days.now - MARGIN,
        )
        for message in due.filter(recipient__in=self.unreachable, not_before__gte=since):
            self._fail(message)
        results = due.filter(campaign__key=self.days.cycles[0].code)
        lost = results.exclude(recipient__in=self.unreachable).order_by("id")
        for message in lost[20 : 20 + LOST]:
            self._lose(message)
        older = due.filter(campaign__key=self.days.cycles[1].code)
        for message in older.exclude(recipient__in=self.unreachable).order_by("id")[:SILENT]:
            self._never_confirm(message)
        for number, message in enumerate(self._not_told(due)):
            if number == 1:
                self._never_confirm(message)
            else:
                self._fail(message, error=NO_REASON)
        began = at(self.days.cycles[1].announced_on, 20, 41)
        GatewayPause.objects.create(
            gateway=NETWORK,
            until=start_of_day(riyadh_date(began) + timedelta(days=1)),
            reason="http 429, code 63038",
        )

    def _not_told(self, due: QuerySet[Message]) -> list[Message]:
        """Give one message of each kind that somebody must know of, to different people."""
        worth = due.filter(
            template__in=MATTERS,
            queued_at__gt=self.days.now - RECENT,
            queued_at__lt=self.days.now - CALLS_BEGAN,
        ).exclude(recipient__in=(*self.unreachable, *self.known))
        found: dict[str, Message] = {}
        for message in worth.order_by("-queued_at", "-id"):
            if message.recipient not in {other.recipient for other in found.values()}:
                found.setdefault(message.template, message)
        return [found[template] for template in MATTERS if template in found]

    def _fail(self, message: Message, *, error: str = NOT_IN_USE) -> None:
        sent_at = message.not_before + TAKES
        sid = f"SM{message.pk:032x}"
        self._attempt(message, sent_at, outcome=MessageStatus.SENT, gateway_id=sid)
        _row(message).update(
            status=MessageStatus.SENT,
            claimed_at=message.not_before,
            sent_at=sent_at,
            gateway=NETWORK,
            gateway_id=sid,
        )
        take_report(
            gateway=NETWORK,
            gateway_id=sid,
            reported="undelivered",
            status=MessageStatus.FAILED,
            error=error,
            makes_number_doubtful=error == NOT_IN_USE,
            now=sent_at + timedelta(seconds=9),
        )

    def _never_confirm(self, message: Message) -> None:
        sent_at = message.not_before + TAKES
        sid = f"SM{message.pk:032x}"
        self._attempt(message, sent_at, outcome=MessageStatus.SENT, gateway_id=sid)
        _row(message).update(
            status=MessageStatus.UNCONFIRMED,
            claimed_at=message.not_before,
            sent_at=sent_at,
            gateway=NETWORK,
            gateway_id=sid,
        )

    def _lose(self, message: Message) -> None:
        error = "connection cut"
        self._attempt(
            message, message.not_before + TAKES, outcome=MessageStatus.UNKNOWN, error=error
        )
        _row(message).update(
            status=MessageStatus.UNKNOWN,
            claimed_at=message.not_before,
            gateway=NETWORK,
            error=error,
        )

    @staticmethod
    def _attempt(message: Message, ended_at: datetime, **facts: str) -> None:
        Attempt.objects.create(
            message=message,
            gateway=NETWORK,
            started_at=message.not_before,
            ended_at=ended_at,
            **facts,
        )


def send_in_the_past(*, now: datetime) -> int:
    """Let every other message that was due before now arrive; give how many the phone has.

    Run it before anything else can send them, in the transaction that made them.
    """
    facts: dict[str, Any] = {
        "takes": TAKES,
        "last": now - MARGIN,
        "midnight": start_of_day(riyadh_date(now)),
        "gateway": PHONE,
        "secret": sorted(SECRET_TEMPLATES),
    }
    with connection.cursor() as cursor, planned_for_many_rows(cursor):
        cursor.execute(_ARRIVED, facts)
    for back in range(FIGURES_DAYS):
        count_day(day=riyadh_date(now) - timedelta(days=back), now=now)
    return PhoneMessage.objects.count()


def _row(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk)
