"""Telling people of what was corrected, each number once, whose objection it closed apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from beneficiaries.cycles import cycle_name
from beneficiaries.reasons import REASONS
from notifications.mail.outbox import queue_mail_for_many
from notifications.outbox import queue_for_many
from objections.models import Correction
from objections.rules import ADULT_YEARS
from saudi.gregorian import riyadh_date
from saudi.hijri import HijriDate

_FILED: Final = """
    SELECT filer.id AS person_id, filer.mobile, filer.language, filer.relation = 'head' AS is_head
    FROM objections_objection AS o
    JOIN beneficiaries_person AS filer ON filer.id = o.filed_by_id
    WHERE o.id = ANY(%({ids})s)
"""

# As a reminder is: the adult whose it is; without a mobile through the head, but never of a reason
# that is theirs alone (DOMAIN 16); for a minor the head, who alone may object. And who wrote a
# draft that it stops.
_TOLD: Final = f"""
    SELECT told.person_id, told.mobile, told.language, told.is_head
    FROM objections_correctionrow AS row
    JOIN {{table}} AS r ON r.id = row.{{track}}_id
    JOIN beneficiaries_person AS p ON p.id = r.person_id
    LEFT JOIN beneficiaries_person AS head
           ON head.household_id = p.household_id AND head.relation = 'head'
    CROSS JOIN LATERAL (
        SELECT p.birth_date <= %(adult_born)s AS is_adult,
               r.reason_codes && %(sensitive)s::varchar[] AS is_sensitive
    ) AS way
    CROSS JOIN LATERAL (
        SELECT p.id, p.mobile, p.language, p.relation = 'head'
        WHERE way.is_adult OR p.relation = 'head' OR coalesce(head.mobile, '') = ''
        UNION ALL
        SELECT head.id, head.mobile, head.language, TRUE
        WHERE head.id <> p.id AND (NOT way.is_adult OR p.mobile = '' AND NOT way.is_sensitive)
    ) AS told(person_id, mobile, language, is_head)
    WHERE row.id = ANY(%(rows)s)
    UNION ALL
    {_FILED.format(ids="drafts")}
"""  # noqa: S608 - of constants; every value is a parameter

# Whoever is told, or will be in a later batch, that their objection is closed gets no second SMS.
_OBJECTED: Final = """
    EXISTS (
        SELECT FROM beneficiaries_person AS same
        JOIN objections_objection AS o ON o.filed_by_id = same.id
        JOIN objections_correctionrow AS row
          ON row.{{track}}_id = o.{{track}}_id AND row.correction_id = %(correction)s
        WHERE {same} AND (
            row.objection_id = o.id OR row.state = 'waiting'
            AND o.status IN ('submitted', 'under_review', 'documents_wanted')
        )
    )
"""

_NUMBERS: Final = f"""
    SELECT DISTINCT ON (told.mobile) told.mobile, told.language FROM ({_TOLD}) AS told
    WHERE told.mobile <> '' AND NOT {_OBJECTED.format(same="same.mobile = told.mobile")}
    ORDER BY told.mobile, told.is_head DESC, told.language
"""  # noqa: S608 - of constants; every value is a parameter

_READERS: Final = f"""
    SELECT DISTINCT told.person_id, told.language FROM ({_TOLD}) AS told
    WHERE NOT {_OBJECTED.format(same="same.id = told.person_id")}
"""  # noqa: S608

_NUMBERS_OF_FILERS: Final = f"""
    SELECT DISTINCT ON (filed.mobile) filed.mobile, filed.language
    FROM ({_FILED.format(ids="closed")}) AS filed
    WHERE filed.mobile <> ''
    ORDER BY filed.mobile, filed.is_head DESC, filed.language
"""  # noqa: S608

_FILERS: Final = f"""
    SELECT DISTINCT filed.person_id, filed.language FROM ({_FILED.format(ids="closed")}) AS filed
"""  # noqa: S608

_TABLES: Final = {
    "result": "beneficiaries_eligibilityresult",
    "payment": "beneficiaries_paymentline",
}
_TEMPLATES: Final = {
    "result": ("objection_corrected", "result_corrected"),
    "payment": ("payment_objection_corrected", "payment_corrected"),
}
"""By track: what whoever filed an objection that it closed is told, and everybody else."""


def tell_corrected(
    correction: Correction,
    *,
    rows: list[int],
    closed: list[int],
    drafts: list[int],
    now: datetime,
) -> int:
    """Queue the SMS and mails of a batch in the caller's transaction; give the number of SMS.

    `rows`, `closed` and `drafts` are keys of rows that were corrected, of objections that this
    closed and of drafts that it stopped. Four statements for any number. Nobody is told the reason.
    """
    present = HijriDate.from_gregorian(riyadh_date(now))
    facts: dict[str, Any] = {
        "correction": correction.pk,
        "rows": rows,
        "closed": closed,
        "drafts": drafts,
        # Stored as text that sorts as dates do: whoever was born then or before is of age.
        "adult_born": f"{present.year - ADULT_YEARS:04}-{present.month:02}-{present.day:02}",
        "sensitive": [code for code, reason in REASONS.items() if reason.is_sensitive],
    }
    of_filers, of_others = _TEMPLATES[correction.track]
    of_track = {"track": correction.track, "table": _TABLES[correction.track]}
    told = _queue(correction, of_filers, _NUMBERS_OF_FILERS, _FILERS, facts=facts, now=now)
    return told + _queue(
        correction,
        of_others,
        _NUMBERS.format_map(of_track),
        _READERS.format_map(of_track),
        facts=facts,
        now=now,
    )


def _queue(
    correction: Correction,
    template: str,
    numbers: str,
    readers: str,
    *,
    facts: Mapping[str, Any],
    now: datetime,
) -> int:
    code = correction.cycle.code
    common: dict[str, Any] = {
        "event": f"correction:{correction.pk}:{template}",
        "facts": facts,
        "template": template,
        "values": {language: {"cycle": cycle_name(code, language)} for language in ("ar", "en")},
        "now": now,
    }
    queue_mail_for_many(readers=readers, **common)
    return queue_for_many(recipients=numbers, **common)
