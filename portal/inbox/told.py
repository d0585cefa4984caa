"""What a person was told, as one query over the rows that say so (docs/adr/0017).

Messages about a case carry their person. An announcement and a reminder go to numbers, millions at
a time, so those are read from what they tell of: the announcement of a cycle in which the person
has an announced row, a round of reminders for a last day on which something of theirs closes.
Nothing is written for them a second time.

Where a number is told for somebody else, the head of the household is: of those without a mobile,
and never of what is an adult's alone (DOMAIN 16).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from beneficiaries.reasons import REASONS
from objections.rules import ADULT_YEARS
from saudi.gregorian import riyadh_date
from saudi.hijri import HijriDate

UNREAD_FOR: Final = timedelta(days=90)
"""What is older counts as read, also for who never opened their messages."""

MOST_UNREAD: Final = 99
"""The count goes no further."""

_PEOPLE: Final = """
    SELECT viewer.id, TRUE AS is_own, FALSE AS is_silent,
           viewer.birth_date <= %(adult_born)s AS is_adult, viewer.relation = 'head' AS by_head
    FROM beneficiaries_person AS viewer WHERE viewer.id = %(person)s
    UNION ALL
    SELECT other.id, FALSE, other.mobile = '', other.birth_date <= %(adult_born)s, TRUE
    FROM beneficiaries_person AS viewer
    JOIN beneficiaries_person AS other
      ON other.household_id = viewer.household_id AND other.id <> viewer.id
    WHERE viewer.id = %(person)s AND viewer.relation = 'head'
"""

_MESSAGES: Final = """
    SELECT 'message' AS kind, m.id AS key, m.queued_at AS at, m.template AS what, m.language,
           m.body, m.event, NULL::bigint AS target
    FROM notifications_message AS m
    WHERE m.person_id = %(person)s AND m.status NOT IN ('held', 'cancelled')
"""

# By each person's own index, whatever the planner believes: on the day of an announcement its
# figures are of the day before, and it would take the new cycle's millions of rows for a few.
_ROWS: Final = """
    SELECT people.is_own, people.is_silent, people.is_adult, people.by_head, theirs.*
    FROM people CROSS JOIN LATERAL (
        SELECT id, cycle_id, announced_on, announcement, filing_deadline, status, superseded_on,
               reason_codes
        FROM {table} WHERE person_id = people.id AND announced_on IS NOT NULL OFFSET 0
    ) AS theirs
"""

# Two runs of a cycle may have one day: a row names its own. Older rows name none, and their runs of
# one day are one message, of the later.
_ANNOUNCED: Final = """
    SELECT '{kind}', max(run.id), max(run.ended_at), run.cycle_code, '', '', '',
           max(told.id) FILTER (WHERE told.is_own)
    FROM {rows} AS told
    JOIN beneficiaries_cycle AS cycle ON cycle.id = told.cycle_id
    JOIN beneficiaries_announcementrun AS run
      ON run.cycle_code = cycle.code AND (
          run.id = told.announcement
          OR told.announcement IS NULL AND run.on = told.announced_on
      )
    WHERE run.kind = '{kind}' AND run.status = 'done' AND (told.is_own OR told.is_silent)
    GROUP BY run.cycle_code, told.announcement, told.announced_on
"""

# The last day that something had when a round began: its own, or that of its cycle's extension.
_LAST_DAY_THEN: Final = """
    greatest({own}, (
        SELECT max(extension.last_day) FROM objections_windowextension AS extension
        WHERE extension.cycle_id = {cycle} AND extension.track = {track}
          AND extension.extended_at < round.began_at
    ))
"""

_OF_RESULT_THEN: Final = _LAST_DAY_THEN.format(
    own="closing.filing_deadline", cycle="cycle.id", track="'result'"
)
_OF_DRAFT_THEN: Final = _LAST_DAY_THEN.format(
    own="days.own",
    cycle="cycle.id",
    track="CASE WHEN draft.payment_id IS NULL THEN 'result' ELSE 'payment' END",
)

# For a minor the head alone may object, and is told; an adult's own reason is told to nobody else.
# The results of an extended cycle have a round of their own; a day is one message.
_RESULTS_CLOSING: Final = """
    SELECT 'result_closing', min(round.id), min(round.began_at), round.closes_on::text, '', '', '',
           max(closing.id) FILTER (WHERE closing.is_own)
    FROM results AS closing
    JOIN beneficiaries_cycle AS cycle ON cycle.id = closing.cycle_id
    JOIN objections_reminderround AS round
      ON round.kind = 'result14'
     AND round.closes_on BETWEEN closing.filing_deadline
                         AND greatest(closing.filing_deadline, cycle.results_open_until)
     AND round.closes_on = {last_day_then}
    LEFT JOIN objections_windowextension AS own ON own.id = round.extension_id
    WHERE (round.extension_id IS NULL AND round.closes_on = closing.filing_deadline
           OR own.cycle_id = closing.cycle_id AND own.last_day > closing.filing_deadline)
      AND closing.status = 'ineligible'
      AND (closing.superseded_on IS NULL OR closing.superseded_on > round.closes_on)
      AND (closing.is_own AND (closing.is_adult OR closing.by_head)
           OR NOT closing.is_own AND NOT closing.is_adult
           OR closing.is_silent AND NOT closing.reason_codes && %(sensitive)s::varchar[])
      AND NOT EXISTS (
          SELECT 1 FROM objections_objection AS filed
          WHERE filed.result_id = closing.id AND filed.submitted_at < round.began_at
            AND filed.status <> 'withdrawn'
      )
    GROUP BY round.closes_on
"""

_DRAFTS_CLOSING: Final = """
    SELECT 'draft_closing', round.id, round.began_at, round.closes_on::text, '', '', '',
           max(draft.id)
    FROM objections_objection AS draft
    LEFT JOIN beneficiaries_eligibilityresult AS result ON result.id = draft.result_id
    LEFT JOIN beneficiaries_paymentline AS line ON line.id = draft.payment_id
    JOIN beneficiaries_cycle AS cycle ON cycle.id = coalesce(result.cycle_id, line.cycle_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(result.filing_deadline, line.filing_deadline) AS own,
               coalesce(result.exempted_until, line.exempted_until) AS exempted,
               CASE WHEN draft.payment_id IS NULL THEN cycle.results_open_until
                    ELSE cycle.payments_open_until END AS extended
    ) AS days
    JOIN objections_reminderround AS round
      ON round.kind IN ('draft3', 'draft1')
     AND round.closes_on BETWEEN days.own AND greatest(days.own, days.extended, days.exempted)
     AND (round.closes_on = days.exempted OR round.closes_on = {last_day_then})
    WHERE draft.filed_by_id = %(person)s AND draft.opened_at < round.began_at
      AND (draft.submitted_at IS NULL OR draft.submitted_at > round.began_at)
    GROUP BY round.id
"""

# A correction of many tells of a row that it replaced: the reasons are those of before.
_CORRECTED: Final = """
    SELECT '{track}_corrected', row.correction_id, max(row.settled_at), cycle.code, '', '', '',
           max(made.id) FILTER (WHERE made.is_own)
    FROM {track}s AS made
    JOIN objections_correctionrow AS row ON row.new_{track}_id = made.id
    JOIN {table} AS before ON before.id = row.{track}_id
    JOIN beneficiaries_cycle AS cycle ON cycle.id = made.cycle_id
    WHERE made.announcement < 0
      AND (made.is_own AND (made.is_adult OR made.by_head)
           OR NOT made.is_own AND NOT made.is_adult
           OR made.is_silent AND NOT before.reason_codes && %(sensitive)s::varchar[]
           OR EXISTS (
               SELECT FROM objections_objection AS filed
               WHERE filed.{track}_id = before.id AND filed.filed_by_id = %(person)s
           ))
    GROUP BY row.correction_id, cycle.code
"""

WITH_TOLD: Final = f"""
    WITH people AS MATERIALIZED ({_PEOPLE}),
    results AS MATERIALIZED ({_ROWS.format(table="beneficiaries_eligibilityresult")}),
    payments AS MATERIALIZED ({_ROWS.format(table="beneficiaries_paymentline")}),
    told AS (
        {_MESSAGES}
        UNION ALL
        {_ANNOUNCED.format(kind="results", rows="results")}
        UNION ALL
        {_ANNOUNCED.format(kind="payments", rows="payments")}
        UNION ALL
        {_CORRECTED.format(track="result", table="beneficiaries_eligibilityresult")}
        UNION ALL
        {_CORRECTED.format(track="payment", table="beneficiaries_paymentline")}
        UNION ALL
        {_RESULTS_CLOSING.format(last_day_then=_OF_RESULT_THEN)}
        UNION ALL
        {_DRAFTS_CLOSING.format(last_day_then=_OF_DRAFT_THEN)}
    )
"""

SINCE: Final = """
    greatest(%(horizon)s, (
        SELECT read_up_to FROM portal_inboxmark WHERE person_id = %(person)s
    ))
"""
"""From when on a message is unread."""


def facts_of(person_id: int, *, now: datetime) -> dict[str, Any]:
    """Give the parameters of the query for a person."""
    return {
        "person": person_id,
        "adult_born": _adult_born(riyadh_date(now)),
        "sensitive": [code for code, reason in REASONS.items() if reason.is_sensitive],
        "horizon": now - UNREAD_FOR,
        "most": MOST_UNREAD + 1,
    }


def _adult_born(today: date) -> str:
    """Stored as text that sorts as dates do: whoever was born then or before is of age."""
    present = HijriDate.from_gregorian(today)
    return f"{present.year - ADULT_YEARS:04}-{present.month:02}-{present.day:02}"
