"""A second look at a decision: asked for once, withdrawn, ended by a decision (docs/adr/0026).

Nothing else moves a case from a decision back to where one is to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from beneficiaries.models import Person, User
from documents.intake import CheckedFile, files_follow_transaction
from objections.contested import lock_contested
from objections.errors import IncompleteObjection, SecondLookRefused, TransitionRefused
from objections.models import Decision, Objection, SecondLook
from objections.rules import STATEMENT_CHARACTERS, second_look_last_day
from objections.second_looks import decision_in_force, first_people, look_of, look_standing
from objections.services.drafts import keep_new_files
from objections.services.history import append_event, end_look, end_wait, tell, tell_filer
from objections.services.review.changing import locked_objection
from objections.services.review.proposing import lapse_proposal
from objections.statuses import EventKind, LookState, ObjectionStatus
from saudi.digits import is_blank
from saudi.gregorian import riyadh_date

_ASKED_FIELDS: Final = ("status", "second_asked_at", "assigned_to", "awaited_days")


def ask_second_look(
    *,
    objection: Objection,
    asked_by: Person,
    actor: User,
    statement: str,
    checked: Sequence[CheckedFile],
    now: datetime,
) -> SecondLook:
    """Open a case again, for others than those who decided it; the decision stays in force.

    One transaction under the locks of the contested row and the objection, in this order; when it
    fails, no file stays. The same wish sent twice gives the first. A decision that waits for
    approval falls away: whoever looks at the case now decides anew.

    Raises:
        SecondLookRefused: why there is none, or no longer.
        IncompleteObjection: without a statement, or with one that is too long.
        TooManyDocuments: with the limit.
    """
    if is_blank(statement) or len(statement) > STATEMENT_CHARACTERS:
        raise IncompleteObjection(missing=("statement",))
    with files_follow_transaction(checked):
        lock_contested(objection.contested)
        locked = locked_objection(objection.pk)
        earlier = look_of(locked)
        if earlier is not None and earlier.is_open and _is_same(earlier, asked_by, statement):
            return earlier
        first = _ensure_allowed(locked, asked_by, now)
        lapse_proposal(locked, now=now)
        look = SecondLook.objects.create(
            objection=locked,
            first=first,
            asked_by=asked_by,
            asked_at=now,
            last_day=second_look_last_day(riyadh_date(first.closed_at or now)),
            statement=statement,
            earlier_staff=first_people(locked),
        )
        keep_new_files(locked, checked, now=now)
        from_status = locked.status
        locked.status = ObjectionStatus.SUBMITTED
        locked.second_asked_at = now
        locked.assigned_to = None
        locked.awaited_days = 0
        locked.save(update_fields=_ASKED_FIELDS)
        append_event(
            locked,
            kind=EventKind.LOOK_ASKED,
            decision=first,
            from_status=from_status,
            to_status=ObjectionStatus.SUBMITTED,
            actor=actor,
            now=now,
        )
        for person in {asked_by, locked.filed_by}:
            tell(
                locked,
                person,
                what=f"look_asked:{person.pk}",
                template="second_look_asked",
                values={"reference": locked.reference or ""},
                now=now,
            )
    return look


def withdraw_second_look(
    *, objection: Objection, asked_by: Person, actor: User, now: datetime
) -> Objection:
    """Take the wish for a second look back: the first decision counts as it did, for good.

    Only who asked for it may; a second call changes nothing. A decision that waits for approval
    falls away. One transaction under the locks of the contested row and the objection.

    Raises:
        TransitionRefused: it was decided meanwhile, or somebody else asked for it.
    """
    with transaction.atomic():
        lock_contested(objection.contested)
        locked = locked_objection(objection.pk)
        look = look_of(locked)
        if look is not None and look.state == LookState.WITHDRAWN:
            return locked
        if look is None or not look.is_open or look.asked_by_id != asked_by.pk:
            raise TransitionRefused(status=locked.status, wanted=ObjectionStatus.WITHDRAWN.value)
        lapse_proposal(locked, now=now)
        end_look(look, LookState.WITHDRAWN, now=now)
        from_status = locked.status
        locked.status = look.first.outcome
        locked.assigned_to_id = look.first.proposed_by_id
        locked.save(update_fields=["status", "assigned_to", *end_wait(locked, now)])
        append_event(
            locked,
            kind=EventKind.LOOK_WITHDRAWN,
            decision=look.first,
            from_status=from_status,
            to_status=locked.status,
            actor=actor,
            now=now,
        )
        tell_filer(
            locked,
            what="look_withdrawn",
            template="second_look_withdrawn",
            values={"reference": locked.reference or ""},
            now=now,
        )
    return locked


def _is_same(look: SecondLook, asked_by: Person, statement: str) -> bool:
    return look.asked_by_id == asked_by.pk and look.statement == statement


def _ensure_allowed(objection: Objection, asked_by: Person, now: datetime) -> Decision:
    """Give the decision that is looked at again. The caller holds the locks."""
    if asked_by.pk not in {objection.filed_by_id, objection.person_id}:
        raise SecondLookRefused(why="outsider")
    standing = look_standing(objection, asked_by, today=riyadh_date(now))
    first = decision_in_force(objection)
    if standing.kind != "open" or first is None:
        raise SecondLookRefused(why=standing.kind)
    return first
