"""Drafts that staff prepare for somebody who wrote to them; only that person sends one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from beneficiaries.models import Person, User
from objections.contested import lock_contested, objections_against
from objections.models import Contested, Objection, ObjectionEvent
from objections.services.drafts import open_draft, reach_step
from objections.services.statements import save_statement
from objections.statuses import ObjectionStatus

AFTER_STATEMENT = 4
"""Where the person goes on: the documents, and then the step in which they declare and send."""


def prepare_draft(
    *,
    contested: Contested,
    filed_by: Person,
    ground: str,
    statement: str,
    by: User,
    now: datetime,
) -> tuple[Objection, bool]:
    """Open a draft with a ground and a statement; give it, and whether it is new.

    What the person has begun already is not written over: it is given as it is. Nothing is filed
    and no day moves: the person reads it, declares and sends it in their own time. One transaction
    under the contested row's lock.

    Raises:
        AlreadyObjected, FilingWindowClosed, NotContestable: what this person may not do today.
        GroundNotOffered: the ground is not among those of the track any more.
    """
    with transaction.atomic():
        locked = lock_contested(contested)
        begun = objections_against(locked).filter(filed_by=filed_by, reference=None).exists()
        draft = open_draft(contested=contested, filed_by=filed_by, now=now, actor=by)
        if begun:
            return draft, False
        save_statement(objection=draft, ground=ground, statement=statement)
        reach_step(objection=draft, step=AFTER_STATEMENT)
    return draft, True


def was_prepared(contested: Contested, filed_by: Person) -> bool:
    """Tell whether staff opened the draft that somebody has of an objection."""
    drafts = objections_against(contested).filter(filed_by=filed_by, reference=None)
    opened = ObjectionEvent.objects.filter(
        objection__in=drafts, to_status=ObjectionStatus.DRAFT
    ).order_by("-id")
    return bool(opened.values_list("actor__is_staff", flat=True).first())
