"""Drawing a sample of decisions, so that rare ones are seen and the draw can be repeated."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from beneficiaries.models import User
from objections.errors import SampleRefused
from objections.models import QualityReview, QualitySample
from objections.models.quality import LARGEST_SAMPLE, LARGEST_SEED
from saudi.gregorian import riyadh_date, start_of_day

LONGEST_PERIOD_DAYS: Final = 366
MADE_UP_DAYS: Final = 7
"""So many missed days a standing share is drawn for afterwards."""

_LOCK: Final = 0x7175616C
_UNCOMPILED: Final = "SET LOCAL jit = off"
"""To compile these statements takes longer than to run them."""

# Who was in force at the draw follows from instants that never change, and a lot from the seed:
# so the same statement gives the same cases whenever it is asked (docs/adr/0028).
_POPULATION: Final = """
    population AS MATERIALIZED (
        SELECT d.id, d.outcome, d.reason_codes, md5(%(seed)s || ':' || d.id) AS lot
        FROM objections_decision AS d
        WHERE d.state IN ('approved', 'superseded')
          AND d.closed_at >= %(starts)s AND d.closed_at < %(ends)s AND d.closed_at <= %(at)s
          AND NOT EXISTS (
              SELECT 1 FROM objections_decision AS later
              WHERE later.supersedes_id = d.id AND later.state IN ('approved', 'superseded')
                AND later.closed_at <= %(at)s
          )
          AND NOT EXISTS (
              SELECT 1 FROM objections_qualityreview AS earlier
              WHERE earlier.decision_id = d.id AND earlier.sample_id < %(sample)s
          )
    )"""
# A decision stands in the stratum of its outcome and its rarest reason. The first of each stratum
# comes before all others; those come in proportion to the strata.
_CHOSEN: Final = f"""
    WITH {_POPULATION},
    sizes AS MATERIALIZED (
        SELECT p.outcome, code, count(*) AS size
        FROM population AS p, unnest(p.reason_codes) AS code GROUP BY p.outcome, code
    ),
    placed AS (
        SELECT p.id, p.outcome, p.lot, rarest.code
        FROM population AS p CROSS JOIN LATERAL (
            SELECT sizes.code FROM sizes
            WHERE sizes.outcome = p.outcome AND sizes.code = ANY (p.reason_codes)
            ORDER BY sizes.size, sizes.code LIMIT 1
        ) AS rarest
    ),
    ranked AS (
        SELECT id, code, lot,
            row_number() OVER (PARTITION BY outcome, code ORDER BY lot) AS rank,
            count(*) OVER (PARTITION BY outcome, code) AS size
        FROM placed
    ),
    chosen AS (
        SELECT id, code, row_number() OVER (
            ORDER BY CASE rank WHEN 1 THEN 0 ELSE (rank - 0.5) / size END, lot
        ) AS place
        FROM ranked
        ORDER BY place
        LIMIT (
            SELECT coalesce(%(size)s, ceil(count(*) * %(share)s / 100.0)::bigint)
            FROM population
        )
    )
"""  # noqa: S608  # constants
_COUNT: Final = f"WITH {_POPULATION} SELECT count(*) FROM population"  # noqa: S608  # constants
_REPEAT: Final = f"{_CHOSEN} SELECT id FROM chosen ORDER BY place"  # noqa: S608  # constants
_STORE: Final = f"""
    {_CHOSEN}
    INSERT INTO objections_qualityreview
        (sample_id, decision_id, place, drawn_for, outcome, reason_codes, note, follow_note)
    SELECT %(sample)s, id, place, code, '', '{{}}', '', '' FROM chosen ORDER BY place
"""  # noqa: S608  # constants


def draw_sample(
    *,
    first_day: date,
    last_day: date,
    size: int | None,
    share_percent: int | None,
    drawn_by: User | None,
    submission: uuid.UUID,
    now: datetime,
    seed: int | None = None,
) -> QualitySample:
    """Draw from the decisions that were approved on some days and are in force.

    Days are civil days in Riyadh, both counted. What an earlier sample drew is not drawn again.
    The same `submission` twice gives the sample that there is. Draws follow one another.

    Raises:
        SampleRefused: the days are in the wrong order, ahead or too many; neither a size nor a
            share, or one out of range; nothing is there to be drawn.
    """
    _ensure_possible(first_day, last_day, size, share_percent, today=riyadh_date(now))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        known = QualitySample.objects.filter(submission=submission).first()
        if known is not None:
            return known
        sample = QualitySample.objects.create(
            first_day=first_day,
            last_day=last_day,
            size=size,
            share_percent=share_percent,
            seed=secrets.randbelow(LARGEST_SEED) if seed is None else seed,
            drawn_by=drawn_by,
            drawn_at=now,
            submission=submission,
        )
        facts = _facts(sample)
        with connection.cursor() as cursor:
            cursor.execute(_UNCOMPILED)
            cursor.execute(_COUNT, facts)
            [sample.found] = cursor.fetchone()
            cursor.execute(_STORE, facts)
            sample.drawn = cursor.rowcount
        if not sample.drawn:
            raise SampleRefused("nothing")
        sample.save(update_fields=["found", "drawn"])
    return sample


def repeat_draw(sample: QualitySample) -> bool:
    """Tell whether the stored seed and days give the cases of a sample again, in their order."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UNCOMPILED)
        cursor.execute(_REPEAT, _facts(sample))
        again = [pk for (pk,) in cursor.fetchall()]
    stored = QualityReview.objects.filter(sample=sample).order_by("place")
    return again == list(stored.values_list("decision_id", flat=True))


def draw_standing_samples(*, now: datetime) -> int:
    """Draw the standing share of each of the last days that has none; give the cases drawn.

    The share is the setting PROGRAMME_QUALITY_SHARE_PERCENT; 0 is none. Twice, or beside another
    run, it draws nothing more.
    """
    share = settings.PROGRAMME.quality_share_percent
    today = riyadh_date(now)
    days = [today - timedelta(days=ago) for ago in range(MADE_UP_DAYS, 0, -1)]
    done = set(
        QualitySample.objects.filter(drawn_by=None, first_day__in=days).values_list(
            "first_day", flat=True
        )
    )
    drawn = 0
    for day in days if share else []:
        if day not in done:
            drawn += _draw_of_day(day, share, now=now)
    return drawn


def _draw_of_day(day: date, share: int, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            return draw_sample(
                first_day=day,
                last_day=day,
                size=None,
                share_percent=share,
                drawn_by=None,
                submission=uuid.uuid4(),
                now=now,
            ).drawn
    except SampleRefused as refused:
        if refused.why != "nothing":  # a wrong share in the settings
            raise
        return 0
    except IntegrityError as error:  # another run was faster
        if "one_standing_sample_a_day" not in str(error):
            raise
        return 0


def _ensure_possible(
    first_day: date, last_day: date, size: int | None, share: int | None, *, today: date
) -> None:
    if first_day > last_day:
        raise SampleRefused("order")
    if last_day > today:
        raise SampleRefused("ahead")
    if (last_day - first_day).days >= LONGEST_PERIOD_DAYS:
        raise SampleRefused("too_long")
    amount, most = (share, 100) if size is None else (size, LARGEST_SAMPLE)
    is_both = size is not None and share is not None
    if is_both or amount is None or not 1 <= amount <= most:
        raise SampleRefused("amount")


def _facts(sample: QualitySample) -> dict[str, Any]:
    return {
        "sample": sample.pk,
        "seed": str(sample.seed),
        "starts": start_of_day(sample.first_day),
        "ends": start_of_day(sample.last_day + timedelta(days=1)),
        "at": sample.drawn_at,
        "size": sample.size,
        "share": sample.share_percent,
    }
