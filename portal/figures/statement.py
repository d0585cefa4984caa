"""The one statement over what happened to cases: the figures count its rows, the lists show them.

So a figure and the list behind it cannot differ in what they mean (docs/adr/0030).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings

from portal.figures.measures import (
    COARSE_STEP_MINUTES,
    FINE_STEP_MINUTES,
    FINE_STEPS,
    LAST_STEP,
)
from saudi.days_off import days_off
from saudi.gregorian import start_of_day
from sawtak.rules import ANSWER_WORKING_DAYS

KNOWN_DAYS: Final = 200
"""So many days before the first counted one the calendar begins: what is older has had more
working time than the last step of the figures begins with."""

# A ticket's first answer is the first word of staff that its sender reads; it is answered when it
# is first answered or closed by staff. Late is what came after the promised day, counted from the
# sender's last word before it. A rating is of the team
# that answered last. A wait for the citizen counts in the times, not in what is late.
_TICKETS: Final = """
    SELECT 'ticket' AS kind, t.id AS case_id, t.category AS matter, t.channel,
        'received' AS measure, t.received_at AS at, t.received_at AS since,
        t.received_at AS clock_from, 0 AS awaited,
        %(answer_days)s AS usual, NULL::bigint AS actor_id, t.received_at AS acted_at,
        coalesce(p.city, '') AS city, ''::text AS outcome, NULL::varchar[] AS reasons
    FROM sawtak_ticket AS t LEFT JOIN beneficiaries_person AS p ON p.id = t.person_id
    WHERE t.received_at >= %(starts)s AND t.received_at < %(ends)s
    UNION ALL
    SELECT 'ticket', t.id, t.category, t.channel, measure.name,
        e.at, t.received_at, coalesce(said.at, t.received_at), 0,
        %(answer_days)s, e.actor_id, e.at, '', '', NULL
    FROM sawtak_ticketevent AS e
    JOIN sawtak_ticket AS t ON t.id = e.ticket_id
    CROSS JOIN LATERAL (
        SELECT 'first' AS name, ARRAY['awaiting_citizen', 'answered', 'closed'] AS statuses
        UNION ALL SELECT 'answered', ARRAY['answered', 'closed']
    ) AS measure
    LEFT JOIN LATERAL (
        SELECT s.at FROM sawtak_ticketevent AS s
        WHERE s.ticket_id = e.ticket_id AND s.id < e.id AND s.actor_id IS NULL
        ORDER BY s.id DESC LIMIT 1
    ) AS said ON true
    WHERE e.at >= %(starts)s AND e.at < %(ends)s AND e.actor_id IS NOT NULL
      AND e.from_status <> e.to_status AND e.to_status = ANY (measure.statuses)
      AND NOT EXISTS (
          SELECT 1 FROM sawtak_ticketevent AS b
          WHERE b.ticket_id = e.ticket_id AND b.id < e.id AND b.actor_id IS NOT NULL
            AND b.from_status <> b.to_status AND b.to_status = ANY (measure.statuses)
      )
    UNION ALL
    SELECT 'ticket', t.id, t.category, t.channel, 'reopened',
        e.at, t.received_at, t.received_at, 0, %(answer_days)s, NULL, e.at, '', '', NULL
    FROM sawtak_ticketevent AS e JOIN sawtak_ticket AS t ON t.id = e.ticket_id
    WHERE e.at >= %(starts)s AND e.at < %(ends)s
      AND e.from_status IN ('answered', 'closed') AND e.to_status = 'in_progress'
    UNION ALL
    SELECT 'ticket', t.id, t.category, t.channel, 'rated',
        r.rated_at, t.received_at, t.received_at, 0, %(answer_days)s,
        said.actor_id, said.at, '', r.stars::text, NULL
    FROM sawtak_ticketrating AS r JOIN sawtak_ticket AS t ON t.id = r.ticket_id
    LEFT JOIN LATERAL (
        SELECT e.actor_id, e.at FROM sawtak_ticketevent AS e
        WHERE e.ticket_id = r.ticket_id AND e.actor_id IS NOT NULL
          AND e.to_status IN ('answered', 'closed')
        ORDER BY e.id DESC LIMIT 1
    ) AS said ON true
    WHERE r.rated_at >= %(starts)s AND r.rated_at < %(ends)s
"""
_DECIDED: Final = "'accepted', 'partly_accepted', 'rejected'"
_MATTER: Final = "CASE WHEN o.payment_id IS NULL THEN 'result' ELSE 'payment' END"
_CHANNEL: Final = """
    CASE o.channel WHEN 'online' THEN 'web' WHEN 'paper' THEN 'letter' ELSE o.channel END
"""
_OBJECTIONS: Final = f"""
    SELECT 'objection', o.id, {_MATTER}, {_CHANNEL}, 'received',
        o.submitted_at, o.submitted_at, o.submitted_at, 0,
        %(decision_days)s, NULL, o.submitted_at, o.city, '', NULL
    FROM objections_objection AS o
    WHERE o.reference IS NOT NULL AND o.submitted_at >= %(starts)s AND o.submitted_at < %(ends)s
    UNION ALL
    SELECT 'objection', o.id, {_MATTER}, {_CHANNEL}, measure.name,
        e.at, o.submitted_at, o.submitted_at, o.awaited_days,
        %(decision_days)s, coalesce(d.proposed_by_id, e.actor_id), coalesce(d.proposed_at, e.at),
        '', e.to_status, o.reason_codes
    FROM objections_objectionevent AS e
    JOIN objections_objection AS o ON o.id = e.objection_id
    LEFT JOIN objections_decision AS d ON d.id = e.decision_id
    CROSS JOIN LATERAL (
        SELECT 'first' AS name, ARRAY['documents_wanted', {_DECIDED}] AS statuses
        UNION ALL SELECT 'answered', ARRAY[{_DECIDED}]
    ) AS measure
    WHERE e.at >= %(starts)s AND e.at < %(ends)s AND NOT e.is_refused
      AND e.kind IN ('moved', 'approved')
      AND e.from_status <> e.to_status AND e.to_status = ANY (measure.statuses)
      AND NOT EXISTS (
          SELECT 1 FROM objections_objectionevent AS b
          WHERE b.objection_id = e.objection_id AND b.id < e.id AND NOT b.is_refused
            AND b.kind IN ('moved', 'approved')
            AND b.from_status <> b.to_status AND b.to_status = ANY (measure.statuses)
      )
    UNION ALL
    SELECT 'objection', o.id, {_MATTER}, {_CHANNEL}, 'reopened',
        e.at, o.submitted_at, o.submitted_at, 0, %(decision_days)s, NULL, e.at, '', '', NULL
    FROM objections_objectionevent AS e JOIN objections_objection AS o ON o.id = e.objection_id
    WHERE e.at >= %(starts)s AND e.at < %(ends)s AND e.kind = 'look_asked' AND NOT e.is_refused
"""  # noqa: S608  # constants


def _worked(instant: str, row: str) -> str:
    """Write the working minutes from the calendar's beginning to an instant of one of its days."""
    passed = (
        f"extract(epoch FROM ({instant} AT TIME ZONE 'Asia/Riyadh')::time - %(opens)s::time) / 60"
    )
    return f"({row}.minutes_before + least(greatest({passed}, 0), {row}.minutes))"


_MINUTES: Final = f"({_worked('e.at', 'done')} - {_worked('e.counted_since', 'came')})"

CASES: Final = f"""
    WITH calendar AS MATERIALIZED (
        SELECT * FROM unnest(
            %(days)s::date[], %(before)s::int[], %(minutes)s::int[], %(worked)s::int[]
        ) AS c(day, minutes_before, minutes, days_worked)
    ),
    happened AS MATERIALIZED (
        {_TICKETS} UNION ALL {_OBJECTIONS}
    ),
    placed AS (
        SELECT *, (at AT TIME ZONE 'Asia/Riyadh')::date AS day,
            greatest(since, %(known_from)s) AS counted_since,
            (greatest(clock_from, %(known_from)s) AT TIME ZONE 'Asia/Riyadh')::date AS clock_day
        FROM happened
    ),
    timed AS MATERIALIZED (
        SELECT e.*,
            CASE WHEN e.measure = 'received' THEN route.team_id ELSE membership.team_id END
                AS team_id,
            {_MINUTES} AS minutes,
            e.measure = 'answered'
                AND done.days_worked - began.days_worked - e.awaited > e.usual AS is_late
        FROM placed AS e
        JOIN calendar AS done ON done.day = e.day
        JOIN calendar AS came
            ON came.day = (e.counted_since AT TIME ZONE 'Asia/Riyadh')::date
        JOIN calendar AS began ON began.day = e.clock_day
        LEFT JOIN LATERAL portal_route(e.kind, e.matter, e.channel, e.city) AS route
            ON e.measure = 'received'
        LEFT JOIN objections_teammembership AS membership
            ON membership.member_id = e.actor_id AND membership.joined_at <= e.acted_at
           AND (membership.left_at IS NULL OR membership.left_at > e.acted_at)
    ),
    cases AS (
        SELECT * FROM timed
        UNION ALL
        SELECT kind, case_id, matter, channel, 'late', at, since, clock_from, awaited, usual,
            actor_id, acted_at, city, outcome, reasons, day, counted_since, clock_day,
            team_id, minutes, is_late
        FROM timed WHERE is_late
    )
"""  # noqa: S608  # constants

STEP: Final = f"""
    CASE WHEN measure = 'rated' THEN outcome::int WHEN measure NOT IN ('first', 'answered') THEN 0
        WHEN minutes < {FINE_STEP_MINUTES * FINE_STEPS}
            THEN floor(greatest(minutes, 0) / {FINE_STEP_MINUTES})
        ELSE least({LAST_STEP}, {FINE_STEPS}
            + floor((minutes - {FINE_STEP_MINUTES * FINE_STEPS}) / {COARSE_STEP_MINUTES}))
    END
"""


def facts_of(first_day: date, last_day: date) -> dict[str, Any]:
    """Give what `CASES` is told of civil days in Riyadh, both counted: their calendar and rules."""
    hours, holidays = settings.PROGRAMME.working_hours, days_off()
    known_from = first_day - timedelta(days=KNOWN_DAYS)
    opening = datetime.combine(first_day, hours.opens)
    length = int((datetime.combine(first_day, hours.closes) - opening).total_seconds() // 60)
    days = [known_from + timedelta(days=n) for n in range((last_day - known_from).days + 1)]
    minutes = [length * hours.is_working_day(day, holidays) for day in days]
    before, worked, count = [], [], 0
    for of_day in minutes:
        before.append(count * length)
        count += bool(of_day)
        worked.append(count)
    return {
        "starts": start_of_day(first_day),
        "ends": start_of_day(last_day + timedelta(days=1)),
        "known_from": start_of_day(known_from),
        "opens": hours.opens,
        "answer_days": ANSWER_WORKING_DAYS,
        "decision_days": settings.PROGRAMME.decision_working_days,
        "days": days,
        "before": before,
        "minutes": minutes,
        "worked": worked,
    }
