"""Tickets and objections in every status, with their conversation and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import connection

from beneficiaries.models import User
from portal.scale.names import FAMILIES, MEN
from saudi.gregorian import riyadh_date

STAFF: Final = 200
STAFF_PREFIX: Final = "scale-staff-"
TICKETS: Final = "scale-"
"""How the submission key of every ticket of the measurement begins."""

_TEXTS: Final = (
    "لم تصل دفعة هذا الشهر إلى حسابي. راجعت البنك وأكد أن الحساب يعمل.",
    "غيّرت رقم جوالي ولا تصلني رسائل البرنامج.",
    "أضفت مولودًا إلى سجل الأسرة ولا يظهر في حسابي.",
    "رُفع عقد إيجاري في منصة إيجار وما زالت النتيجة كما هي.",
    "كيف أعرف سبب خصم مبلغ من دفعة الأسرة؟",
    "أقترح أن تصل رسالة قبل إغلاق مدة الاعتراض بأسبوع.",
)
_ANSWER: Final = "راجعنا طلبك. بياناتك محدّثة، وتصل الدفعة التالية في موعدها إن شاء الله."
_QUESTION: Final = "أي شهر تقصد؟ وهل تغيّر رقم حسابك في البنك؟"
_STATEMENT: Final = "بياناتي صحيحة وعقد الإيجار ساري المفعول. أرجو مراجعة النتيجة."

# Of a hundred tickets: six wait for staff, two for the sender, the others are done. Three
# messages each on average: the request, an answer, and what is written in between.
_TICKETS: Final = """
    WITH made AS (
        INSERT INTO sawtak_ticket (
            reference, submission_key, channel, category, subject, full_name, mobile, national_id,
            birth_date, person_id, identity_match, status, language, received_at, changed_at,
            assigned_to_id
        )
        SELECT pg_temp.reference('7', k), %(prefix)s || k,
               CASE WHEN pg_temp.dice(k, 31, 10) = 0 THEN 'contact' ELSE 'web' END,
               pg_temp.one_of(
                   '{registration,sign_in,eligibility,payments,payments,payments,objection,suspension,complaint,suggestion,other}',
                   k, 32
               ),
               '',
               CASE WHEN identity = 'none'
                    THEN pg_temp.one_of(%(men)s, k, 33) || ' '
                         || pg_temp.one_of(%(families)s, k, 34)
                    ELSE full_name END,
               CASE WHEN identity = 'full' AND p.mobile <> '' THEN p.mobile
                    ELSE pg_temp.mobile(k + 5000000) END,
               CASE WHEN identity = 'none' THEN '' ELSE p.national_id END,
               CASE WHEN identity = 'none' THEN NULL ELSE p.birth_date END,
               CASE WHEN identity = 'none' THEN NULL ELSE p.id END,
               CASE WHEN identity = 'full' AND p.mobile = '' THEN 'partial' ELSE identity END,
               status, p.language, received_at,
               CASE WHEN status = 'new' THEN received_at
                    ELSE least(%(now)s, received_at + interval '2 days') END,
               CASE WHEN status IN ('new', 'withdrawn') THEN NULL
                    ELSE (%(staff)s::bigint[])[1 + pg_temp.dice(k, 35, cardinality(%(staff)s))] END
        FROM generate_series(%(first)s, %(last)s) AS k
        JOIN scale_person AS s ON s.n = 1 + pg_temp.dice(k, 36, %(people)s)
        JOIN beneficiaries_person AS p ON p.id = s.person_id,
        LATERAL (
            SELECT %(now)s - (%(total)s - k + random()) * interval '365 days' / %(total)s
                       AS received_at,
                   CASE WHEN k <= 6 THEN (
                       '{new,in_progress,awaiting_citizen,answered,closed,withdrawn}'::text[]
                   )[k] ELSE CASE
                       WHEN pg_temp.dice(k, 37, 100) < 3 THEN 'new'
                       WHEN pg_temp.dice(k, 37, 100) < 6 THEN 'in_progress'
                       WHEN pg_temp.dice(k, 37, 100) < 8 THEN 'awaiting_citizen'
                       WHEN pg_temp.dice(k, 37, 100) < 38 THEN 'answered'
                       WHEN pg_temp.dice(k, 37, 100) < 96 THEN 'closed'
                       ELSE 'withdrawn'
                   END END AS status,
                   CASE WHEN pg_temp.dice(k, 38, 100) < 70 THEN 'full'
                        WHEN pg_temp.dice(k, 38, 100) < 85 THEN 'partial'
                        ELSE 'none' END AS identity
        ) AS t
        ORDER BY k
        ON CONFLICT DO NOTHING
        RETURNING id, status, received_at, changed_at, assigned_to_id
    ), asked AS (
        INSERT INTO sawtak_ticketmessage (ticket_id, author_id, text, written_at)
        SELECT id, NULL::bigint, pg_temp.one_of(%(texts)s, id, 39), received_at
        FROM made ORDER BY id
    ), answered AS (
        INSERT INTO sawtak_ticketmessage (ticket_id, author_id, text, written_at)
        SELECT id, assigned_to_id, %(answer)s, changed_at
        FROM made WHERE status IN ('awaiting_citizen', 'answered', 'closed') ORDER BY id
    ), between AS (
        INSERT INTO sawtak_ticketmessage (ticket_id, author_id, text, written_at)
        SELECT id, CASE WHEN number = 2 THEN assigned_to_id END,
               CASE WHEN number = 2 THEN %(question)s ELSE pg_temp.one_of(%(texts)s, id, 40) END,
               received_at + (changed_at - received_at) * number / 3
        FROM made, generate_series(1, 2) AS number
        WHERE status IN ('awaiting_citizen', 'answered', 'closed')
          AND (number = 1 OR pg_temp.dice(id::integer, 45, 100) < 22)
        ORDER BY id, number
    )
    INSERT INTO sawtak_ticketevent (ticket_id, at, actor_id, from_status, to_status, reason)
    SELECT id, at, actor, from_status, to_status, ''
    FROM made, LATERAL (
        VALUES (1, received_at, NULL::bigint, '', 'new'),
               (2, changed_at, assigned_to_id, 'new', status)
    ) AS step (number, at, actor, from_status, to_status)
    WHERE number = 1 OR status <> 'new'
    ORDER BY id, number
"""

# What may be contested and is not yet: results, and every fifth a payment, in an order that
# mixes people. `is_fresh` is of cycles whose windows are open.
_CONTESTABLE: Final = """
    DROP TABLE IF EXISTS pg_temp.scale_contestable;
    CREATE TEMPORARY TABLE scale_contestable AS
    WITH contestable AS (
        SELECT row.person_id, row.id AS result_id, NULL::bigint AS payment_id,
               row.announced_on AS counted_from, row.filing_deadline
        FROM scale_person JOIN beneficiaries_eligibilityresult AS row USING (person_id)
        WHERE row.status = 'ineligible' AND row.superseded_on IS NULL
          AND row.filing_deadline IS NOT NULL
          AND NOT EXISTS (SELECT FROM objections_objection AS o WHERE o.result_id = row.id)
        UNION ALL
        SELECT row.person_id, NULL, row.id, row.counted_from, row.filing_deadline
        FROM scale_person JOIN beneficiaries_paymentline AS row USING (person_id)
        WHERE row.paid_sar < row.entitled_sar AND row.superseded_on IS NULL
          AND row.filing_deadline IS NOT NULL AND row.counted_from <= %(today)s
          AND NOT EXISTS (SELECT FROM objections_objection AS o WHERE o.payment_id = row.id)
    ), placed AS (
        SELECT *, filing_deadline >= %(today)s AS is_fresh,
               row_number() OVER (
                   PARTITION BY filing_deadline >= %(today)s
                   ORDER BY hashint8extended(coalesce(result_id, -payment_id), 41)
               ) AS place
        FROM contestable
    )
    SELECT * FROM placed WHERE place <= %(most)s;
    CREATE INDEX ON scale_contestable (is_fresh, place);
    ANALYZE scale_contestable
"""

# Twenty places: the first six are of open windows (drafts among them), the others of any age.
STATUSES: Final = (
    *("draft", "submitted", "submitted", "under_review", "under_review", "documents_wanted"),
    *("accepted",) * 5,
    *("partly_accepted",) * 2,
    *("rejected",) * 5,
    *("stopped", "withdrawn"),
)
FRESH: Final = 6

_OBJECTIONS: Final = """
    WITH numbered AS (
        SELECT k, (%(statuses)s::text[])[slot + 1] AS status, slot < %(fresh)s AS is_fresh,
               CASE WHEN slot < %(fresh)s
                    THEN (k - %(from)s) / 20 * %(fresh)s + slot + 1
                    ELSE (k - %(from)s) / 20 * (20 - %(fresh)s) + slot - %(fresh)s + 1
               END AS place
        FROM generate_series(%(first)s, %(last)s) AS k,
             LATERAL (SELECT mod(k - %(from)s, 20)::integer AS slot) AS s
    ), dated AS (
        SELECT n.k, n.status, c.*, head.id AS head_id,
               c.counted_from::timestamp AT TIME ZONE 'Asia/Riyadh'
               + pg_temp.dice(n.k, 42, 1000) / 1000.0 * (
                   least(%(now)s, (c.filing_deadline + 1)::timestamp AT TIME ZONE 'Asia/Riyadh')
                   - c.counted_from::timestamp AT TIME ZONE 'Asia/Riyadh'
               ) AS filed_at,
               n.status NOT IN ('draft', 'stopped') AS is_submitted,
               n.status IN ('accepted', 'partly_accepted', 'rejected') AS is_decided,
               (%(staff)s::bigint[])[
                   1 + mod(1 + pg_temp.dice(n.k, 43, cardinality(%(staff)s)),
                           cardinality(%(staff)s))
               ] AS approver,
               (%(staff)s::bigint[])[1 + pg_temp.dice(n.k, 43, cardinality(%(staff)s))] AS staff
        FROM numbered AS n
        JOIN scale_contestable AS c ON c.is_fresh = n.is_fresh AND c.place = n.place
        JOIN beneficiaries_person AS p ON p.id = c.person_id
        JOIN beneficiaries_person AS head
          ON head.household_id = p.household_id AND head.relation = 'head'
    ), made AS (
        INSERT INTO objections_objection (
            uuid, reference, result_id, payment_id, person_id, filed_by_id, status, step, left_at,
            ground, ground_ar, ground_en, statement, has_declared, counted_from, deadline,
            opened_at, submitted_at, assigned_to_id, documents_due_on, decided_at, decided_by_id,
            answer, effective_cycle
        )
        SELECT gen_random_uuid(),
               CASE WHEN is_submitted THEN pg_temp.reference('4', k) END,
               result_id, payment_id, person_id, head_id, status, 4, 4,
               g.code, g.label_ar, g.label_en, %(statement)s, is_submitted, counted_from,
               filing_deadline, filed_at,
               CASE WHEN is_submitted THEN filed_at END,
               CASE WHEN status NOT IN ('draft', 'submitted', 'stopped', 'withdrawn')
                    THEN staff END,
               CASE WHEN status = 'documents_wanted' THEN %(today)s::date + 7 END,
               CASE WHEN is_decided THEN least(%(now)s, filed_at + interval '9 days') END,
               CASE WHEN is_decided THEN approver END,
               CASE WHEN is_decided THEN %(answer)s ELSE '' END,
               CASE WHEN status IN ('accepted', 'partly_accepted') THEN %(effective)s ELSE '' END
        FROM dated
        JOIN objections_ground AS g
          ON g.track = CASE WHEN payment_id IS NULL THEN 'result' ELSE 'payment' END
         AND g.code = pg_temp.one_of('{reason_wrong,documents,corrected,other}', k, 44)
        ORDER BY filed_at
        ON CONFLICT DO NOTHING
        RETURNING id, status, opened_at, submitted_at, decided_at, assigned_to_id, decided_by_id,
                  answer, effective_cycle
    ), decided AS (
        INSERT INTO objections_decision (
            objection_id, outcome, reason_codes, answer, state, proposed_by_id, proposed_at,
            closed_by_id, closed_at, return_note, effective_cycle, supersede_reason, back_pay_sar
        )
        SELECT id, status, ARRAY['PROOF_ACCEPTED'], answer, 'approved', assigned_to_id,
               least(decided_at, submitted_at + interval '8 days'), decided_by_id, decided_at, '',
               effective_cycle, '', 0
        FROM made WHERE decided_at IS NOT NULL
    )
    INSERT INTO objections_objectionevent (
        objection_id, at, actor_id, kind, from_status, to_status, note, is_refused
    )
    SELECT id, at, actor, CASE WHEN number = 3 AND decided_at IS NOT NULL
                               THEN 'approved' ELSE 'moved' END,
           from_status, to_status, '', false
    FROM made, LATERAL (
        VALUES
            (1, submitted_at, NULL::bigint, 'draft', 'submitted', submitted_at IS NOT NULL),
            (2, least(%(now)s, submitted_at + interval '1 day'), assigned_to_id, 'submitted',
             'under_review', assigned_to_id IS NOT NULL),
            (3, coalesce(decided_at, least(%(now)s, opened_at + interval '2 days')),
             coalesce(decided_by_id, assigned_to_id),
             CASE WHEN status = 'stopped' THEN 'draft'
                  WHEN assigned_to_id IS NULL THEN 'submitted' ELSE 'under_review' END,
             status, status NOT IN ('draft', 'submitted', 'under_review'))
    ) AS step (number, at, actor, from_status, to_status, is_there)
    WHERE is_there
    ORDER BY id, number
"""


def make_staff() -> list[int]:
    """Make the staff who have the cases, without a password or a right, and give their rows."""
    names = [f"{STAFF_PREFIX}{number:03}" for number in range(1, STAFF + 1)]
    unusable = make_password(None)
    User.objects.bulk_create(
        [
            User(
                username=name,
                display_name=f"موظف القياس {number}",
                password=unusable,
                is_staff=True,
                is_active=False,
            )
            for number, name in enumerate(names, start=1)
        ],
        ignore_conflicts=True,
    )
    found = User.objects.filter(username__in=names).order_by("username")
    return list(found.values_list("pk", flat=True))


def add_tickets(
    *, first: int, last: int, total: int, people: int, staff: list[int], now: datetime
) -> None:
    """Add the tickets of two numbers and all between, spread over the year before now."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TICKETS,
            {
                "prefix": TICKETS,
                "first": first,
                "last": last,
                "total": total,
                "people": people,
                "staff": staff,
                "now": now,
                "men": list(MEN),
                "families": list(FAMILIES),
                "texts": list(_TEXTS),
                "answer": _ANSWER,
                "question": _QUESTION,
            },
        )


def find_contestable(*, objections: int, now: datetime) -> tuple[int, int]:
    """Lay a table of this session with what so many objections need, and give its two counts.

    First of what is still open to objection, then of what is not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CONTESTABLE, {"today": riyadh_date(now), "most": objections})
        cursor.execute(
            "SELECT count(*) FILTER (WHERE is_fresh), count(*) FILTER (WHERE NOT is_fresh)"
            " FROM scale_contestable"
        )
        fresh, old = cursor.fetchone()
    return fresh, old


def add_objections(
    *, first: int, last: int, after: int, staff: list[int], effective: str, now: datetime
) -> None:
    """Add the objections of two numbers and all between; `after` is the last that was there."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OBJECTIONS,
            {
                "from": after + 1,
                "first": first,
                "last": last,
                "statuses": list(STATUSES),
                "fresh": FRESH,
                "staff": staff,
                "today": riyadh_date(now),
                "now": now,
                "statement": _STATEMENT,
                "answer": _ANSWER,
                "effective": effective,
            },
        )
