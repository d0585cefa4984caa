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
from beneficiaries.set_based import planned_for_some_rows, row_with, rows_where
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


_PERSON: Final = "beneficiaries_person"
_RESULT: Final = "beneficiaries_eligibilityresult"
_OBJECTION: Final = "objections_objection"
_CYCLE: Final = "beneficiaries_cycle"

# The one index that the second condition implies is of the first one's column too.
_HEAD_OF_P: Final = rows_where(_PERSON, "household_id = p.household_id AND relation = 'head'")

# What is left to object to on the round's last day: a result's own day, its cycle's where that was
# extended, or that of an exemption, whichever is the latest (docs/adr/0022).
_LEFT_TO_OBJECT: Final = f"""
    greatest(r.filing_deadline, cycle.results_open_until, r.exempted_until) = %(closes_on)s
      AND r.status = 'ineligible' AND r.superseded_on IS NULL
      AND NOT EXISTS (
          SELECT 1 FROM {rows_where(_OBJECTION, "result_id = r.id")} AS o
          WHERE o.reference IS NOT NULL AND o.status <> 'withdrawn'
      )
"""  # noqa: S608 - of constants; every value is a parameter

# Where a batch of a round looks: a result's own last day has an index, as the cycle has. Whoever
# is exempted was told their own day.
_OF_DAY: Final = "r.filing_deadline = %(closes_on)s"
_OF_EXTENSION: Final = "r.cycle_id = %(cycle)s AND r.filing_deadline < %(closes_on)s"

# Who is told of a result: the adult whose it is, at their own number; without one through the
# head, as at the announcement, but never of a reason that is theirs alone (DOMAIN 16). For a minor
# the head is told first, who alone may object for them.
_RESULTS_TOLD: Final = f"""
    SELECT told.mobile, told.language, p.relation = 'head' AS is_head
    FROM {{source}}
    CROSS JOIN {row_with(_CYCLE, "r.cycle_id")} AS cycle
    LEFT JOIN {_HEAD_OF_P} AS head ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN p.birth_date <= %(adult_born)s
                    THEN p.mobile = '' AND NOT r.reason_codes && %(sensitive)s::varchar[]
                    ELSE coalesce(head.mobile, '') <> '' END AS is_through_head
    ) AS way
    CROSS JOIN LATERAL (
        SELECT CASE WHEN is_through_head THEN coalesce(head.mobile, '') ELSE p.mobile END,
               CASE WHEN is_through_head THEN head.language ELSE p.language END
    ) AS told(mobile, language)
    WHERE {{left}}
      AND NOT (%(drafts_apart)s AND EXISTS (
          SELECT 1 FROM {rows_where(_OBJECTION, "result_id = r.id")} AS o
          CROSS JOIN {row_with(_PERSON, "o.filed_by_id")} AS writer
          WHERE o.status = 'draft' AND writer.mobile = told.mobile
      ))
      AND told.mobile <> '' AND {{which}}
"""  # noqa: S608 - of constants; every value is a parameter

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
          SELECT 1 FROM (
              SELECT reference, status FROM objections_objection WHERE result_id = d.result_id
              UNION ALL
              SELECT reference, status FROM objections_objection WHERE payment_id = d.payment_id
              OFFSET 0
          ) AS o
          WHERE o.reference IS NOT NULL
            AND o.status NOT IN ('withdrawn', 'rejected', 'partly_accepted')
      )
"""

_DRAFT_ROWS: Final = f"""
    LEFT JOIN {row_with(_RESULT, "d.result_id")} AS r ON true
    LEFT JOIN {row_with("beneficiaries_paymentline", "d.payment_id")} AS line ON true
    CROSS JOIN {row_with(_CYCLE, "coalesce(r.cycle_id, line.cycle_id)")} AS cycle
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

_RESULTS_WITH_PERSON: Final = f"{_RESULT} AS r CROSS JOIN {row_with(_PERSON, 'r.person_id')} AS p"
_DRAFTS_WITH_WRITER: Final = (
    f"{_OBJECTION} AS d CROSS JOIN {row_with(_PERSON, 'd.filed_by_id')} AS p"
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
        source=_DRAFTS_WITH_WRITER,
        rows=_DRAFT_ROWS,
        left=_DRAFT_LEFT,
        which="d.id > %(after)s AND d.id <= %(upto)s",
    )
)

# A number's own people, and where it is a head's, those of the household.
_RESULTS_AT_NUMBERS: Final = _NUMBERS.format(
    told=_RESULTS_TOLD.format(
        source="unnest(%(numbers)s::varchar[]) AS asked(mobile)"
        f" CROSS JOIN {rows_where(_PERSON, 'mobile = asked.mobile')} AS owner"
        f" CROSS JOIN {rows_where(_PERSON, 'household_id = owner.household_id')} AS p"
        f" CROSS JOIN {rows_where(_RESULT, 'person_id = p.id')} AS r",
        left=_LEFT_TO_OBJECT,
        which="(p.id = owner.id OR owner.relation = 'head') AND told.mobile = asked.mobile",
    )
)

_DRAFTS_AT_NUMBERS: Final = _NUMBERS.format(
    told=_DRAFTS_TOLD.format(
        source="unnest(%(numbers)s::varchar[]) AS asked(mobile)"
        f" CROSS JOIN {rows_where(_PERSON, 'mobile = asked.mobile')} AS p"
        f" CROSS JOIN {rows_where(_OBJECTION, 'filed_by_id = p.id')} AS d",
        rows=_DRAFT_ROWS,
        left=_DRAFT_LEFT,
        which="true",
    )
)

# Who finds the reminder among their messages (docs/adr/0017), whatever number the SMS goes to.
_RESULTS_READERS: Final = f"""
    SELECT DISTINCT reader.person_id, reader.language
    FROM {{source}}
    CROSS JOIN {row_with(_CYCLE, "r.cycle_id")} AS cycle
    LEFT JOIN {_HEAD_OF_P} AS head ON head.id <> p.id
    CROSS JOIN LATERAL (SELECT p.birth_date <= %(adult_born)s AS is_adult) AS age
    CROSS JOIN LATERAL (
        SELECT p.id, p.language WHERE is_adult OR p.relation = 'head'
        UNION ALL
        SELECT head.id, head.language
        WHERE head.id IS NOT NULL AND (
            NOT is_adult OR p.mobile = '' AND NOT r.reason_codes && %(sensitive)s::varchar[]
        )
    ) AS reader(person_id, language)
    WHERE {{left}}
      AND NOT (%(drafts_apart)s AND EXISTS (
          SELECT 1 FROM {rows_where(_OBJECTION, "result_id = r.id")} AS o
          WHERE o.status = 'draft' AND o.filed_by_id = reader.person_id
      ))
      AND {{which}}
"""  # noqa: S608 - of constants; every value is a parameter


def _readers_of_batch(where: str) -> str:
    return _RESULTS_READERS.format(
        source=_RESULTS_WITH_PERSON,
        left=_LEFT_TO_OBJECT,
        which=f"{where} AND r.id > %(after)s AND r.id <= %(upto)s",
    )


_RESULTS_OF_BATCH_READERS: Final = _readers_of_batch(_OF_DAY)
_RESULTS_OF_EXTENSION_READERS: Final = _readers_of_batch(_OF_EXTENSION)

_RESULTS_OF_READERS: Final = _RESULTS_READERS.format(
    source="unnest(%(people)s::bigint[]) AS asked(id)"
    f" CROSS JOIN {row_with(_PERSON, 'asked.id')} AS one"
    f" CROSS JOIN {rows_where(_PERSON, 'household_id = one.household_id')} AS p"
    f" CROSS JOIN {rows_where(_RESULT, 'person_id = p.id')} AS r",
    left=_LEFT_TO_OBJECT,
    which="reader.person_id = asked.id",
)

_DRAFTS_READERS: Final = """
    SELECT DISTINCT d.filed_by_id AS person_id, p.language
    FROM {source}
    {rows}
    WHERE {left}
      AND {which}
"""

_DRAFTS_OF_BATCH_READERS: Final = _DRAFTS_READERS.format(
    source=_DRAFTS_WITH_WRITER,
    rows=_DRAFT_ROWS,
    left=_DRAFT_LEFT,
    which="d.id > %(after)s AND d.id <= %(upto)s",
)

_DRAFTS_OF_READERS: Final = _DRAFTS_READERS.format(
    source="unnest(%(people)s::bigint[]) AS asked(id)"
    f" CROSS JOIN {row_with(_PERSON, 'asked.id')} AS p"
    f" CROSS JOIN {rows_where(_OBJECTION, 'filed_by_id = p.id')} AS d",
    rows=_DRAFT_ROWS,
    left=_DRAFT_LEFT,
    which="true",
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
