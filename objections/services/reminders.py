"""Reminders: results whose window closes soon, and drafts that were not sent (docs/adr/0016).

What is due is found and queued in batches, each one transaction: an INSERT … SELECT into the
outbox, and how far the round is. One number gets one SMS for a last day and a kind. Nothing is
cancelled when something is filed: each message is asked after in the moment it leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from django.db import connection, transaction
from django.db.models import F

from beneficiaries.reasons import REASONS
from beneficiaries.set_based import planned_for_some_rows
from notifications.mail.models import Mail
from notifications.mail.outbox import queue_mail_for_many
from notifications.models import Message
from notifications.outbox import queue_for_many
from notifications.rules import sending_time
from notifications.statuses import Lane
from objections.models import ReminderRound, WindowExtension
from objections.rules import (
    ADULT_YEARS,
    Closing,
    closings_due,
    has_draft_reminder,
    worth_reminding_until,
)
from objections.statuses import ReminderKind
from saudi.gregorian import end_of_day, format_both, riyadh_date
from saudi.hijri import HijriDate

BATCH: Final = 10_000
"""Results or drafts looked at in one transaction."""

TEMPLATES: Final[Mapping[ReminderKind, str]] = {
    ReminderKind.RESULT: "result_closing",
    ReminderKind.DRAFT_3: "draft_closing",
    ReminderKind.DRAFT_1: "draft_closing",
}

_EVENT: Final = "closing"

# What is left to object to on the round's last day: a result's own day, its cycle's where that was
# extended, or that of an exemption, whichever is the latest (docs/adr/0022).
_LEFT_TO_OBJECT: Final = """
    greatest(r.filing_deadline, cycle.results_open_until, r.exempted_until) = %(closes_on)s
      AND r.status = 'ineligible' AND r.superseded_on IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE o.result_id = r.id AND o.reference IS NOT NULL AND o.status <> 'withdrawn'
      )
"""

# Where a batch of a round looks: a result's own last day has an index, as the cycle has. Whoever
# is exempted was told their own day.
_OF_DAY: Final = "r.filing_deadline = %(closes_on)s"
_OF_EXTENSION: Final = "r.cycle_id = %(cycle)s AND r.filing_deadline < %(closes_on)s"

# Who is told of a result: the adult whose it is, at their own number; without one through the
# head, as at the announcement, but never of a reason that is theirs alone (DOMAIN 16). For a minor
# the head is told first, who alone may object for them.
_RESULTS_TOLD: Final = """
    SELECT told.mobile, told.language, p.relation = 'head' AS is_head
    FROM {source}
    JOIN beneficiaries_cycle AS cycle ON cycle.id = r.cycle_id
    LEFT JOIN beneficiaries_person AS head
           ON head.household_id = p.household_id AND head.relation = 'head'
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.birth_date <= %(adult_born)s
                    THEN p.mobile = '' AND NOT r.reason_codes && %(sensitive)s::varchar[]
                    ELSE coalesce(head.mobile, '') <> '' END AS is_through_head
    ) AS way
    CROSS JOIN LATERAL (
        SELECT CASE WHEN is_through_head THEN coalesce(head.mobile, '') ELSE p.mobile END,
               CASE WHEN is_through_head THEN head.language ELSE p.language END
    ) AS told(mobile, language)
    WHERE {left}
      AND NOT (%(drafts_apart)s AND EXISTS (
          SELECT 1 FROM objections_objection AS o
          JOIN beneficiaries_person AS writer ON writer.id = o.filed_by_id
          WHERE o.result_id = r.id AND o.status = 'draft' AND writer.mobile = told.mobile
      ))
      AND told.mobile <> '' AND {which}
"""

# A draft's own deadline is that of its opening; the row it is against may have been given more
# time since, never less.
_DRAFT_LEFT: Final = """
    d.status = 'draft' AND d.deadline <= %(closes_on)s
      AND greatest(
          coalesce(r.filing_deadline, line.filing_deadline),
          CASE WHEN d.payment_id IS NULL
               THEN cycle.results_open_until ELSE cycle.payments_open_until END,
          coalesce(r.exempted_until, line.exempted_until)
      ) = %(closes_on)s
      AND coalesce(r.superseded_on, line.superseded_on) IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE (o.result_id = d.result_id OR o.payment_id = d.payment_id)
            AND o.reference IS NOT NULL
            AND o.status NOT IN ('withdrawn', 'rejected', 'partly_accepted')
      )
"""

_DRAFT_ROWS: Final = """
    LEFT JOIN beneficiaries_eligibilityresult AS r ON r.id = d.result_id
    LEFT JOIN beneficiaries_paymentline AS line ON line.id = d.payment_id
    JOIN beneficiaries_cycle AS cycle ON cycle.id = coalesce(r.cycle_id, line.cycle_id)
"""

_DRAFTS_TOLD: Final = """
    SELECT p.mobile, p.language, p.relation = 'head' AS is_head
    FROM {source}
    {rows}
    WHERE {left}
      AND p.mobile <> '' AND {which}
"""

_EACH_NUMBER_ONCE: Final = """
    SELECT DISTINCT ON (mobile) mobile, language FROM ({told}) AS told
    ORDER BY mobile, is_head DESC, language
"""

_NUMBERS: Final = "SELECT DISTINCT mobile FROM ({told}) AS told"

_RESULTS_WITH_PERSON: Final = (
    "beneficiaries_eligibilityresult AS r JOIN beneficiaries_person AS p ON p.id = r.person_id"
)


def _results_of_batch(where: str) -> str:
    told = _RESULTS_TOLD.format(
        source=_RESULTS_WITH_PERSON,
        left=_LEFT_TO_OBJECT,
        which=f"{where} AND r.id > %(after)s AND r.id <= %(upto)s",
    )
    return _EACH_NUMBER_ONCE.format(told=told)


_RESULTS_OF_BATCH: Final = _results_of_batch(_OF_DAY)
_RESULTS_OF_EXTENSION: Final = _results_of_batch(_OF_EXTENSION)

_DRAFTS_OF_BATCH: Final = _EACH_NUMBER_ONCE.format(
    told=_DRAFTS_TOLD.format(
        source="objections_objection AS d JOIN beneficiaries_person AS p ON p.id = d.filed_by_id",
        rows=_DRAFT_ROWS,
        left=_DRAFT_LEFT,
        which="d.id > %(after)s AND d.id <= %(upto)s",
    )
)

_RESULTS_AT_NUMBERS: Final = _NUMBERS.format(
    told=_RESULTS_TOLD.format(
        source="unnest(%(numbers)s::varchar[]) AS asked(mobile) CROSS JOIN LATERAL ("
        " SELECT own.id FROM beneficiaries_person AS own WHERE own.mobile = asked.mobile"
        " UNION"
        " SELECT theirs.id FROM beneficiaries_person AS chief"
        " JOIN beneficiaries_person AS theirs ON theirs.household_id = chief.household_id"
        " WHERE chief.mobile = asked.mobile AND chief.relation = 'head') AS near"
        " JOIN beneficiaries_person AS p ON p.id = near.id"
        " JOIN beneficiaries_eligibilityresult AS r ON r.person_id = p.id",
        left=_LEFT_TO_OBJECT,
        which="told.mobile = asked.mobile",
    )
)

_DRAFTS_AT_NUMBERS: Final = _NUMBERS.format(
    told=_DRAFTS_TOLD.format(
        source="beneficiaries_person AS p JOIN objections_objection AS d ON d.filed_by_id = p.id",
        rows=_DRAFT_ROWS,
        left=_DRAFT_LEFT,
        which="p.mobile = ANY(%(numbers)s::varchar[])",
    )
)

# Who finds the reminder among their messages (docs/adr/0017), whatever number the SMS goes to.
_RESULTS_READERS: Final = """
    SELECT DISTINCT reader.person_id, reader.language
    FROM {source}
    JOIN beneficiaries_cycle AS cycle ON cycle.id = r.cycle_id
    LEFT JOIN beneficiaries_person AS head
           ON head.household_id = p.household_id AND head.relation = 'head' AND head.id <> p.id
    CROSS JOIN LATERAL (SELECT p.birth_date <= %(adult_born)s AS is_adult) AS age
    CROSS JOIN LATERAL (
        SELECT p.id, p.language WHERE is_adult OR p.relation = 'head'
        UNION ALL
        SELECT head.id, head.language
        WHERE head.id IS NOT NULL AND (
            NOT is_adult OR p.mobile = '' AND NOT r.reason_codes && %(sensitive)s::varchar[]
        )
    ) AS reader(person_id, language)
    WHERE {left}
      AND NOT (%(drafts_apart)s AND EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE o.result_id = r.id AND o.status = 'draft' AND o.filed_by_id = reader.person_id
      ))
      AND {which}
"""


def _readers_of_batch(where: str) -> str:
    return _RESULTS_READERS.format(
        source=_RESULTS_WITH_PERSON,
        left=_LEFT_TO_OBJECT,
        which=f"{where} AND r.id > %(after)s AND r.id <= %(upto)s",
    )


_RESULTS_OF_BATCH_READERS: Final = _readers_of_batch(_OF_DAY)
_RESULTS_OF_EXTENSION_READERS: Final = _readers_of_batch(_OF_EXTENSION)

# From the people to the results of their households, or the planner walks the results of the day.
_RESULTS_OF_READERS: Final = _RESULTS_READERS.format(
    source="(SELECT DISTINCT other.* FROM beneficiaries_person AS asked"
    " JOIN beneficiaries_person AS other ON other.household_id = asked.household_id"
    " WHERE asked.id = ANY(%(people)s) OFFSET 0) AS p"
    " JOIN beneficiaries_eligibilityresult AS r ON r.person_id = p.id",
    left=_LEFT_TO_OBJECT,
    which="reader.person_id = ANY(%(people)s)",
)

_DRAFTS_READERS: Final = """
    SELECT DISTINCT d.filed_by_id AS person_id, p.language
    FROM objections_objection AS d
    JOIN beneficiaries_person AS p ON p.id = d.filed_by_id
    {rows}
    WHERE {left}
      AND {which}
"""

_DRAFTS_OF_BATCH_READERS: Final = _DRAFTS_READERS.format(
    rows=_DRAFT_ROWS, left=_DRAFT_LEFT, which="d.id > %(after)s AND d.id <= %(upto)s"
)

_DRAFTS_OF_READERS: Final = _DRAFTS_READERS.format(
    rows=_DRAFT_ROWS, left=_DRAFT_LEFT, which="d.filed_by_id = ANY(%(people)s)"
)

_AHEAD: Final = """
    SELECT max(id), count(*) FROM (
        SELECT id FROM beneficiaries_eligibilityresult AS r
        WHERE {where} AND id > %(after)s
          AND status = 'ineligible' AND superseded_on IS NULL
        ORDER BY id LIMIT %(batch)s
    ) AS ahead
"""
_RESULTS_AHEAD: Final = _AHEAD.format(where=_OF_DAY)
_RESULTS_OF_EXTENSION_AHEAD: Final = _AHEAD.format(where=_OF_EXTENSION)

# Fenced, or the planner walks all objections in the order of their ids to find the few drafts.
_DRAFTS_AHEAD: Final = """
    SELECT max(id), count(*) FROM (
        SELECT id FROM (
            SELECT id FROM objections_objection
            WHERE status = 'draft' AND deadline <= %(closes_on)s OFFSET 0
        ) AS due
        WHERE id > %(after)s ORDER BY id LIMIT %(batch)s
    ) AS ahead
"""


class _Statements(NamedTuple):
    """What a round asks: how far a batch goes, the numbers in it, the readers in it."""

    ahead: str
    numbers: str
    readers: str


_OF_RESULTS: Final = _Statements(_RESULTS_AHEAD, _RESULTS_OF_BATCH, _RESULTS_OF_BATCH_READERS)
_OF_EXTENDED: Final = _Statements(
    _RESULTS_OF_EXTENSION_AHEAD, _RESULTS_OF_EXTENSION, _RESULTS_OF_EXTENSION_READERS
)
_OF_DRAFTS: Final = _Statements(_DRAFTS_AHEAD, _DRAFTS_OF_BATCH, _DRAFTS_OF_BATCH_READERS)


def queue_reminders(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Queue the reminders that are due and give the number of new SMS.

    Due is what the rules say of the first day on which an SMS of the lane may leave from now on:
    after 21:00 that is tomorrow. Each round is done once; one that another worker is at is its
    own. Ends early where `is_over` says so, and the next run goes on.
    """
    today = riyadh_date(sending_time(Lane.REMINDERS, now))
    due = closings_due(today)
    _begin_rounds(due, now=now)
    order = {closing: nth for nth, closing in enumerate(due)}
    unfinished = sorted(
        (order.get(Closing(ReminderKind(kind), closes_on), len(due)), pk)
        for pk, kind, closes_on in ReminderRound.objects.filter(
            closes_on__gte=today, finished_at__isnull=True
        ).values_list("pk", "kind", "closes_on")
    )
    queued = 0
    for nth, pk in unfinished:
        has_more = nth < len(due)
        while has_more and not is_over():
            added, has_more = _queue_some(pk, today=today, now=now)
            queued += added
    return queued


def _begin_rounds(due: Sequence[Closing], *, now: datetime) -> None:
    """Have a round for each closing, and one for each cycle whose extension ends on its day."""
    rounds = [ReminderRound(kind=kind, closes_on=day, began_at=now) for kind, day in due]
    days = [day for kind, day in due if kind == ReminderKind.RESULT]
    extended = WindowExtension.objects.filter(
        track="result", last_day__in=days, cycle__results_open_until=F("last_day")
    )
    rounds += [
        ReminderRound(
            kind=ReminderKind.RESULT, closes_on=each.last_day, extension=each, began_at=now
        )
        for each in extended
    ]
    ReminderRound.objects.bulk_create(rounds, ignore_conflicts=True)


def _queue_some(pk: int, *, today: date, now: datetime) -> tuple[int, bool]:
    """Queue a batch of a round and move the round on, in one transaction under its lock.

    Gives the number of new SMS, and whether there may be more for this worker.
    """
    with transaction.atomic():
        found = (
            ReminderRound.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("extension")
            .filter(pk=pk, finished_at__isnull=True)
            .first()
        )
        if found is None:
            return 0, False
        asked = _statements_of(found)
        facts = _facts(found.closes_on, today=today) | {"after": found.reached, "batch": BATCH}
        if found.extension is not None:
            facts["cycle"] = found.extension.cycle_id
        with connection.cursor() as cursor, planned_for_some_rows(cursor):
            cursor.execute(asked.ahead, facts)
            upto, count = cursor.fetchone()
            added = 0 if not count else _queue_up_to(upto, found, facts, now=now)
        if count:
            found.reached = upto
            found.queued += added
        has_more = bool(count == BATCH)
        found.finished_at = None if has_more else now
        found.save(update_fields=["reached", "queued", "finished_at"])
    return added, has_more


def _statements_of(found: ReminderRound) -> _Statements:
    if found.extension is not None:
        return _OF_EXTENDED
    return _OF_RESULTS if found.kind == ReminderKind.RESULT else _OF_DRAFTS


def _queue_up_to(upto: int, found: ReminderRound, facts: dict[str, Any], *, now: datetime) -> int:
    closing = Closing(ReminderKind(found.kind), found.closes_on)
    kind, closes_on = closing
    values = {language: {"last_day": format_both(closes_on, language)} for language in ("ar", "en")}
    expires_at = end_of_day(worth_reminding_until(closing))
    asked = _statements_of(found)
    queue_mail_for_many(
        event=f"{_EVENT}:{kind.value}:{closes_on}",
        readers=asked.readers,
        facts=facts | {"upto": upto},
        template=TEMPLATES[kind],
        values=values,
        now=now,
        expires_at=expires_at,
    )
    return queue_for_many(
        event=f"{_EVENT}:{kind.value}:{closes_on}",
        recipients=asked.numbers,
        facts=facts | {"upto": upto},
        template=TEMPLATES[kind],
        values=values,
        now=now,
        expires_at=expires_at,
    )


def still_needed(messages: Sequence[Message], now: datetime) -> set[int]:
    """Give the ids of the reminders of which something is left to remind at their numbers.

    A result that was objected to or corrected, a draft that was sent or stopped, and a number that
    its owner has given up leave none. One statement for a kind and a last day.
    """
    today = riyadh_date(now)
    asked: defaultdict[Closing, list[Message]] = defaultdict(list)
    for message in messages:
        _name, kind, closes_on = message.event.split(":")
        asked[Closing(ReminderKind(kind), date.fromisoformat(closes_on))].append(message)
    needed: set[int] = set()
    for closing, some in asked.items():
        is_result = closing.kind == ReminderKind.RESULT
        facts = _facts(closing.closes_on, today=today)
        facts["numbers"] = [message.recipient for message in some]
        with connection.cursor() as cursor:
            cursor.execute(_RESULTS_AT_NUMBERS if is_result else _DRAFTS_AT_NUMBERS, facts)
            numbers = {number for (number,) in cursor}
        needed |= {message.pk for message in some if message.recipient in numbers}
    return needed


def mails_still_needed(mails: Sequence[Mail], now: datetime) -> set[int]:
    """Give the ids of the mails with a reminder of which something is left for their people."""
    today = riyadh_date(now)
    needed: set[int] = set()
    for mail in mails:
        _name, kind, closes_on = mail.event.split(":")
        facts = _facts(date.fromisoformat(closes_on), today=today) | {"people": [mail.person_id]}
        is_result = ReminderKind(kind) == ReminderKind.RESULT
        with connection.cursor() as cursor:
            cursor.execute(_RESULTS_OF_READERS if is_result else _DRAFTS_OF_READERS, facts)
            if cursor.fetchone() is not None:
                needed.add(mail.pk)
    return needed


def _facts(closes_on: date, *, today: date) -> dict[str, Any]:
    present = HijriDate.from_gregorian(today)
    return {
        "closes_on": closes_on,
        # Stored as text that sorts as dates do: whoever was born then or before is of age.
        "adult_born": f"{present.year - ADULT_YEARS:04}-{present.month:02}-{present.day:02}",
        "sensitive": [code for code, reason in REASONS.items() if reason.is_sensitive],
        "drafts_apart": has_draft_reminder(closes_on, today=today),
    }
