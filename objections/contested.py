"""What an objection can be against, seen alike: an eligibility result or a line of a payment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Q, QuerySet

from beneficiaries.models import EligibilityResult, PaymentLine, Person
from beneficiaries.reasons import has_sensitive
from beneficiaries.statuses import ResultStatus
from objections.grounds import Track
from objections.models import Contested, Objection
from objections.rules import ContestKind, Standing, is_filing_open


class ContestedKey(NamedTuple):
    """Names a contested row among those of both tracks."""

    track: Track
    pk: int


class Window(NamedTuple):
    """Day 0 and the last filing day of somebody. Civil days in Riyadh.

    `deadline` is later than `regular` where an exemption gives more time than everybody has.
    """

    counted_from: date
    deadline: date
    regular: date


def track_of(contested: Contested) -> Track:
    """Tell on which track a row is contested. It is also the name of its field and parameter."""
    return "payment" if isinstance(contested, PaymentLine) else "result"


def key_of(contested: Contested) -> ContestedKey:
    """Give the key of a contested row."""
    return ContestedKey(track_of(contested), contested.pk)


def window_of(contested: Contested) -> Window | None:
    """Give the window of an announced row, or nothing where none was opened.

    A result counts from the day it was announced, a payment from the deposit day (DOMAIN 1). Its
    cycle is read for the day that an extension set (docs/adr/0022).
    """
    if isinstance(contested, PaymentLine):
        counted_from = contested.counted_from
    else:
        counted_from = contested.announced_on
    regular, last = contested.regular_last_day, contested.last_filing_day
    if counted_from is None or contested.filing_deadline is None or not regular or not last:
        return None
    return Window(counted_from, last, regular)


def filing_open_until(contested: Contested, *, today: date) -> date | None:
    """Give the last day on which somebody may still object to a row; None where nobody may."""
    window = window_of(contested)
    if window is None or contested.superseded_on is not None:
        return None
    return window.deadline if is_filing_open(window.deadline, today=today) else None


def objections_against(contested: Contested) -> QuerySet[Objection]:
    """Give the objections and drafts against one row."""
    return Objection.objects.filter(**{track_of(contested): contested.pk})


def against_any(contested: Iterable[Contested]) -> Q:
    """Give the condition that finds the objections against some rows of both tracks."""
    keys = [key_of(row) for row in contested]
    return Q(result_id__in=[pk for track, pk in keys if track == "result"]) | Q(
        payment_id__in=[pk for track, pk in keys if track == "payment"]
    )


def key_of_objection(objection: Objection) -> ContestedKey:
    """Give the key of what an objection is against, without reading it."""
    pk = objection.result_id if objection.track == "result" else objection.payment_id
    assert pk is not None  # noqa: S101  # the constraint objection_on_one_track
    return ContestedKey(objection.track, pk)


def lock_contested(contested: Contested) -> Contested:
    """Lock what is contested, so that two filings against it come one after the other."""
    rows: QuerySet[EligibilityResult] | QuerySet[PaymentLine]
    rows = (
        PaymentLine.objects.all()
        if isinstance(contested, PaymentLine)
        else EligibilityResult.objects.all()
    )
    return (
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("person", "cycle")
        .get(pk=contested.pk)
    )


def standing_of(
    contested: Contested,
    viewer: Person,
    *,
    today: date,
    is_objected: bool = False,
    was_refused: bool = False,
    has_draft: bool = False,
) -> Standing:
    """Gather what decides whether a viewer may contest an announced row."""
    window = window_of(contested)
    return Standing(
        obstacle=_obstacle(contested),
        is_superseded=contested.superseded_on is not None,
        is_own=contested.person_id == viewer.pk,
        viewer_is_head=viewer.is_head and viewer.household_id == contested.person.household_id,
        viewer_age=viewer.birth_date.age_on(today),
        subject_age=contested.person.birth_date.age_on(today),
        has_sensitive_reason=has_sensitive(contested.reason_codes),
        counted_from=window.counted_from if window else date.min,
        deadline=window.deadline if window else date.min,
        is_objected=is_objected,
        was_refused=was_refused,
        has_draft=has_draft,
    )


def _obstacle(contested: Contested) -> ContestKind | None:
    """Tell what in the row itself leaves nothing to contest; None where it can be contested."""
    if isinstance(contested, PaymentLine):
        if not contested.is_settled:
            return "pending"
        return None if contested.is_short else "paid_in_full"
    return None if contested.status == ResultStatus.INELIGIBLE else "eligible"
