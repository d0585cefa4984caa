"""Taking an objection back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from beneficiaries.models import User
from objections.contested import filing_open_until, lock_contested
from objections.errors import LastChance, TransitionRefused
from objections.models import Objection
from objections.services.history import append_event, end_wait, tell_filer
from objections.services.review.proposing import lapse_proposal
from objections.statuses import TRANSITIONS, ObjectionStatus
from saudi.gregorian import riyadh_date


def withdraw_objection(
    *, objection: Objection, actor: User, knows_it_is_final: bool, now: datetime
) -> Objection:
    """Withdraw an objection that is not decided; a second call changes nothing.

    A decision that waits for approval falls away. Until the last filing day it may be filed again.
    After it nobody may, and whoever withdraws has to have said that they know: `knows_it_is_final`.
    One transaction under the locks of the contested row and the objection, in this order, so that a
    new filing comes before or after it.

    Raises:
        TransitionRefused: it was decided meanwhile, also where a second look at it is open: that is
            what `withdraw_second_look` takes back.
        LastChance: the window is closed and nothing was confirmed.
    """
    with transaction.atomic():
        contested = lock_contested(objection.contested)
        locked = (
            Objection.objects.select_for_update(of=("self",))
            .select_related("filed_by")
            .get(pk=objection.pk)
        )
        if locked.status == ObjectionStatus.WITHDRAWN:
            return locked
        from_status = locked.status
        is_decided_once = locked.is_looked_at_again
        if is_decided_once or ObjectionStatus.WITHDRAWN not in TRANSITIONS[from_status]:
            raise TransitionRefused(status=from_status, wanted=ObjectionStatus.WITHDRAWN.value)
        if not knows_it_is_final and filing_open_until(contested, today=riyadh_date(now)) is None:
            raise LastChance
        locked.status = ObjectionStatus.WITHDRAWN
        locked.save(update_fields=["status", *end_wait(locked, now)])
        lapse_proposal(locked, now=now)
        append_event(
            locked,
            from_status=from_status,
            to_status=ObjectionStatus.WITHDRAWN,
            actor=actor,
            now=now,
        )
        tell_filer(
            locked,
            what="withdrawn",
            template="objection_withdrawn",
            values={"reference": locked.reference or ""},
            now=now,
        )
    return locked
