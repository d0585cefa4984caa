"""More time for one person, with its reason (docs/adr/0022)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction

from beneficiaries.models import Person, User
from beneficiaries.reasons import has_sensitive
from beneficiaries.statuses import Relation
from notifications.outbox import queue_message
from objections.contested import (
    lock_contested,
    objections_against,
    standing_of,
    track_of,
    window_of,
)
from objections.errors import ExemptionRefused
from objections.models import Contested, FilingExemption
from objections.rules import ADULT_YEARS, contestability, ensure_exemption
from objections.services.drafts import revive_draft
from objections.statuses import ObjectionStatus
from saudi.digits import is_blank
from saudi.gregorian import format_both, riyadh_date


def grant_exemption(
    *,
    contested: Contested,
    last_day: date,
    reason: str,
    submission: uuid.UUID,
    by: User,
    now: datetime,
) -> FilingExemption:
    """Let the person of one row object until the end of a day, a civil day in Riyadh.

    One transaction under the row's lock. Stopped drafts against it open again, and whoever may
    object is told once. The same form sent twice gives the first exemption.

    Raises:
        ExemptionRefused: with what is wrong and the day in the way.
    """
    today = riyadh_date(now)
    with transaction.atomic():
        row = lock_contested(contested)
        earlier = FilingExemption.objects.filter(submission=submission).first()
        if earlier is not None:
            return earlier
        if is_blank(reason):
            raise ExemptionRefused("reason")
        window = window_of(row)
        if window is None or not is_exemptible(row, today=today):
            raise ExemptionRefused("not_contestable")
        ensure_exemption(regular=window.deadline, last_day=last_day, today=today)
        exemption = FilingExemption.objects.create(
            **{track_of(row): row},
            person=row.person,
            last_day=last_day,
            reason=reason,
            granted_by=by,
            granted_at=now,
            submission=submission,
        )
        row.exempted_until = last_day
        row.save(update_fields=["exempted_until"])
        _open_drafts(row, now=now)
        _tell(row, exemption, now=now)
    return exemption


def is_exemptible(contested: Contested, *, today: date) -> bool:
    """Tell whether more time would let somebody object: the row itself leaves nothing in the way.

    An objection that was filed, a correction, and a result that is eligible are in the way.
    """
    filed = objections_against(contested).exclude(reference=None)
    standing = standing_of(
        contested,
        contested.person,
        today=today,
        is_objected=filed.exclude(status=ObjectionStatus.WITHDRAWN).exists(),
    )
    return contestability(standing, today=today) in {"open", "closed", "own_only", "head_only"}


def reader_of(contested: Contested, *, today: date) -> Person:
    """Give who is told of a row: the adult whose it is, or the head who objects for them.

    An adult without a mobile is told through the head, but never of a reason that is theirs alone
    (DOMAIN 16).
    """
    person = contested.person
    is_adult = person.birth_date.age_on(today) >= ADULT_YEARS
    if is_adult and (person.mobile or has_sensitive(contested.reason_codes)):
        return person
    head = Person.objects.filter(household_id=person.household_id, relation=Relation.HEAD).first()
    return head or person


def _open_drafts(row: Contested, *, now: datetime) -> None:
    window = window_of(row)
    assert window is not None  # noqa: S101  # the caller looked
    stopped = (
        objections_against(row)
        .select_for_update(of=("self",))
        .filter(status=ObjectionStatus.STOPPED, reference=None)
    )
    for draft in stopped.order_by("id"):
        revive_draft(draft, window=window, actor=None, now=now)


def _tell(row: Contested, exemption: FilingExemption, *, now: datetime) -> None:
    reader = reader_of(row, today=riyadh_date(now))
    queue_message(
        event=f"exemption:{exemption.pk}",
        to=reader.mobile,
        template="exemption_granted",
        values={"last_day": format_both(exemption.last_day, reader.language)},
        language=reader.language,
        now=now,
        person_id=reader.pk,
    )
