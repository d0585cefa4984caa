"""Reminders: results whose window closes soon, and drafts that were not sent (docs/adr/0016).

What is due is found and queued in batches, each one transaction: an INSERT … SELECT into the
outbox, and how far the round is. One number gets one SMS for a last day and a kind. Nothing is
cancelled when something is filed: each message is asked after in the moment it leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import connection, transaction

from beneficiaries.reasons import REASONS
from beneficiaries.set_based import planned_for_some_rows
from notifications.mail.models import Mail
from notifications.mail.outbox import queue_mail_for_many
from notifications.models import Message
from notifications.outbox import queue_for_many
from notifications.rules import sending_time
from notifications.statuses import Lane
from objections.models import ReminderRound
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

# Who is told of a result: the adult whose it is, at their own number; without one through the
# head, as at the announcement, but never of a reason that is theirs alone (DOMAIN 16). For a minor
# the head is told first, who alone may object for them.
_RESULTS_TOLD: Final = """
    SELECT told.mobile, told.language, p.relation = 'head' AS is_head
    FROM {source}
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
    WHERE r.filing_deadline = %(closes_on)s
      AND r.status = 'ineligible' AND r.superseded_on IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE o.result_id = r.id AND o.reference IS NOT NULL AND o.status <> 'withdrawn'
      )
      AND NOT (%(drafts_apart)s AND EXISTS (
          SELECT 1 FROM objections_objection AS o
          JOIN beneficiaries_person AS writer ON writer.id = o.filed_by_id
          WHERE o.result_id = r.id AND o.status = 'draft' AND writer.mobile = told.mobile
      ))
      AND told.mobile <> '' AND {which}
"""

# A draft's own deadline is that of its opening; the row it is against may have been given more
# time since, never less.
_DRAFTS_TOLD: Final = """
    SELECT p.mobile, p.language, p.relation = 'head' AS is_head
    FROM {source}
    LEFT JOIN beneficiaries_eligibilityresult AS r ON r.id = d.result_id
    LEFT JOIN beneficiaries_paymentline AS line ON line.id = d.payment_id
    WHERE d.status = 'draft' AND d.deadline <= %(closes_on)s
      AND coalesce(r.filing_deadline, line.filing_deadline) = %(closes_on)s
      AND coalesce(r.superseded_on, line.superseded_on) IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE (o.result_id = d.result_id OR o.payment_id = d.payment_id)
            AND o.reference IS NOT NULL AND o.status <> 'withdrawn'
      )
      AND p.mobile <> '' AND {which}
"""

_EACH_NUMBER_ONCE: Final = """
    SELECT DISTINCT ON (mobile) mobile, language FROM ({told}) AS told
    ORDER BY mobile, is_head DESC, language
"""

_NUMBERS: Final = "SELECT DISTINCT mobile FROM ({told}) AS told"

_RESULTS_OF_BATCH: Final = _EACH_NUMBER_ONCE.format(
    told=_RESULTS_TOLD.format(
        source="beneficiaries_eligibilityresult AS r"
        " JOIN beneficiaries_person AS p ON p.id = r.person_id",
        which="r.id > %(after)s AND r.id <= %(upto)s",
    )
)

_DRAFTS_OF_BATCH: Final = _EACH_NUMBER_ONCE.format(
    told=_DRAFTS_TOLD.format(
        source="objections_objection AS d JOIN beneficiaries_person AS p ON p.id = d.filed_by_id",
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
        which="told.mobile = asked.mobile",
    )
)

_DRAFTS_AT_NUMBERS: Final = _NUMBERS.format(
    told=_DRAFTS_TOLD.format(
        source="beneficiaries_person AS p JOIN objections_objection AS d ON d.filed_by_id = p.id",
        which="p.mobile = ANY(%(numbers)s::varchar[])",
    )
)

# Who finds the reminder among their messages (docs/adr/0017), whatever number the SMS goes to.
_RESULTS_READERS: Final = """
    SELECT DISTINCT reader.person_id, reader.language
    FROM {source}
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
    WHERE r.filing_deadline = %(closes_on)s
      AND r.status = 'ineligible' AND r.superseded_on IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE o.result_id = r.id AND o.reference IS NOT NULL AND o.status <> 'withdrawn'
      )
      AND NOT (%(drafts_apart)s AND EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE o.result_id = r.id AND o.status = 'draft' AND o.filed_by_id = reader.person_id
      ))
      AND {which}
"""

_RESULTS_OF_BATCH_READERS: Final = _RESULTS_READERS.format(
    source="beneficiaries_eligibilityresult AS r"
    " JOIN beneficiaries_person AS p ON p.id = r.person_id",
    which="r.id > %(after)s AND r.id <= %(upto)s",
)

# From the people to the results of their households, or the planner walks the results of the day.
_RESULTS_OF_READERS: Final = _RESULTS_READERS.format(
    source="(SELECT DISTINCT other.* FROM beneficiaries_person AS asked"
    " JOIN beneficiaries_person AS other ON other.household_id = asked.household_id"
    " WHERE asked.id = ANY(%(people)s) OFFSET 0) AS p"
    " JOIN beneficiaries_eligibilityresult AS r ON r.person_id = p.id",
    which="reader.person_id = ANY(%(people)s)",
)

_DRAFTS_READERS: Final = """
    SELECT DISTINCT d.filed_by_id AS person_id, p.language
    FROM objections_objection AS d
    JOIN beneficiaries_person AS p ON p.id = d.filed_by_id
    LEFT JOIN beneficiaries_eligibilityresult AS r ON r.id = d.result_id
    LEFT JOIN beneficiaries_paymentline AS line ON line.id = d.payment_id
    WHERE d.status = 'draft' AND d.deadline <= %(closes_on)s
      AND coalesce(r.filing_deadline, line.filing_deadline) = %(closes_on)s
      AND coalesce(r.superseded_on, line.superseded_on) IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS o
          WHERE (o.result_id = d.result_id OR o.payment_id = d.payment_id)
            AND o.reference IS NOT NULL AND o.status <> 'withdrawn'
      )
      AND {which}
"""

_DRAFTS_OF_BATCH_READERS: Final = _DRAFTS_READERS.format(
    which="d.id > %(after)s AND d.id <= %(upto)s"
)

_DRAFTS_OF_READERS: Final = _DRAFTS_READERS.format(which="d.filed_by_id = ANY(%(people)s)")

_RESULTS_AHEAD: Final = """
    SELECT max(id), count(*) FROM (
        SELECT id FROM beneficiaries_eligibilityresult
        WHERE filing_deadline = %(closes_on)s AND id > %(after)s
          AND status = 'ineligible' AND superseded_on IS NULL
        ORDER BY id LIMIT %(batch)s
    ) AS ahead
"""

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


def queue_reminders(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Queue the reminders that are due and give the number of new SMS.

    Due is what the rules say of the first day on which an SMS of the lane may leave from now on:
    after 21:00 that is tomorrow. Each round is done once; one that another worker is at is its
    own. Ends early where `is_over` says so, and the next run goes on.
    """
    today = riyadh_date(sending_time(Lane.REMINDERS, now))
    due = closings_due(today)
    ReminderRound.objects.bulk_create(
        [ReminderRound(kind=kind, closes_on=day, began_at=now) for kind, day in due],
        ignore_conflicts=True,
    )
    unfinished = {
        Closing(ReminderKind(kind), closes_on)
        for kind, closes_on in ReminderRound.objects.filter(
            closes_on__gte=today, finished_at__isnull=True
        ).values_list("kind", "closes_on")
    }
    queued = 0
    for closing in due:
        has_more = closing in unfinished
        while has_more and not is_over():
            added, has_more = _queue_some(closing, today=today, now=now)
            queued += added
    return queued


def _queue_some(closing: Closing, *, today: date, now: datetime) -> tuple[int, bool]:
    """Queue a batch of a round and move the round on, in one transaction under its lock.

    Gives the number of new SMS, and whether there may be more for this worker.
    """
    kind, closes_on = closing
    is_result = kind == ReminderKind.RESULT
    with transaction.atomic():
        found = (
            ReminderRound.objects.select_for_update(skip_locked=True)
            .filter(kind=kind, closes_on=closes_on, finished_at__isnull=True)
            .first()
        )
        if found is None:
            return 0, False
        facts = _facts(closes_on, today=today) | {"after": found.reached, "batch": BATCH}
        with connection.cursor() as cursor, planned_for_some_rows(cursor):
            cursor.execute(_RESULTS_AHEAD if is_result else _DRAFTS_AHEAD, facts)
            upto, count = cursor.fetchone()
            added = 0 if not count else _queue_up_to(upto, closing, facts, now=now)
        if count:
            found.reached = upto
            found.queued += added
        has_more = bool(count == BATCH)
        found.finished_at = None if has_more else now
        found.save(update_fields=["reached", "queued", "finished_at"])
    return added, has_more


def _queue_up_to(upto: int, closing: Closing, facts: dict[str, Any], *, now: datetime) -> int:
    kind, closes_on = closing
    values = {language: {"last_day": format_both(closes_on, language)} for language in ("ar", "en")}
    expires_at = end_of_day(worth_reminding_until(closing))
    is_result = kind == ReminderKind.RESULT
    queue_mail_for_many(
        event=f"{_EVENT}:{kind.value}:{closes_on}",
        readers=_RESULTS_OF_BATCH_READERS if is_result else _DRAFTS_OF_BATCH_READERS,
        facts=facts | {"upto": upto},
        template=TEMPLATES[kind],
        values=values,
        now=now,
        expires_at=expires_at,
    )
    return queue_for_many(
        event=f"{_EVENT}:{kind.value}:{closes_on}",
        recipients=_RESULTS_OF_BATCH if is_result else _DRAFTS_OF_BATCH,
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
