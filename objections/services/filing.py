"""Filing: the submission of a draft, and the documents that staff ask for later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from access.references import ReferenceKind, new_reference
from documents.statuses import DocumentState
from objections.contested import Window, lock_contested, track_of
from objections.errors import IncompleteObjection
from objections.models import Contested, FilingExemption, Objection
from objections.rules import STATEMENT_CHARACTERS
from objections.selectors import examined_documents, with_ground_standing
from objections.services.drafts import ensure_contestable, revive_draft
from objections.services.history import append_event, tell_filer, user_of_filer
from objections.statuses import ObjectionStatus
from saudi.gregorian import riyadh_date

_REFERENCE_DRAWS: Final = 5
_REFERENCE_CONSTRAINT: Final = "reference"
_SUBMITTED_FIELDS: Final = (
    "reference",
    "status",
    "has_declared",
    "submitted_at",
    "deadline",
    "exemption",
)


def submit_objection(*, objection: Objection, has_declared: bool, now: datetime) -> Objection:
    """Submit a draft and give it with its reference; a second call gives the submitted one.

    `now` is the instant at which the last step arrived: the receipt. One transaction under the
    locks of the contested row and the draft, in this order. The window is judged here, by the
    civil day in Riyadh, whatever a page said before (docs/adr/0002).

    Raises:
        FilingWindowClosed, AlreadyObjected, NotContestable: what the filer may not do any more.
        IncompleteObjection: what is missing.
    """
    with transaction.atomic():
        contested = lock_contested(objection.contested)
        draft: Objection = (
            with_ground_standing(Objection.objects.all())
            .select_for_update(of=("self",))
            .select_related("filed_by__user")
            .get(pk=objection.pk)
        )
        setattr(draft, track_of(contested), contested)
        if draft.reference is not None:
            return draft
        window = ensure_contestable(contested, draft.filed_by, today=riyadh_date(now))
        _ensure_complete(draft, has_declared=has_declared)
        if draft.status == ObjectionStatus.STOPPED:  # the window was opened again
            revive_draft(draft, window=window, actor=user_of_filer(draft.filed_by), now=now)
        draft.deadline = window.regular
        draft.exemption = exemption_needed(contested, window, received_on=riyadh_date(now))
        draft.status = ObjectionStatus.SUBMITTED
        draft.has_declared = True
        draft.submitted_at = now
        save_with_new_reference(draft, fields=_SUBMITTED_FIELDS)
        append_event(
            draft,
            from_status=ObjectionStatus.DRAFT,
            to_status=ObjectionStatus.SUBMITTED,
            actor=user_of_filer(draft.filed_by),
            now=now,
        )
        tell_filer(
            draft,
            what="submitted",
            template="objection_submitted",
            values={"reference": draft.reference or ""},
            now=now,
        )
    return draft


def exemption_needed(
    contested: Contested, window: Window, *, received_on: date
) -> FilingExemption | None:
    """Give the exemption thanks to which a filing is in time; nothing where everybody has it."""
    if received_on <= window.regular:
        return None
    return (
        FilingExemption.objects.filter(**{track_of(contested): contested.pk})
        .filter(last_day__gte=received_on)
        .order_by("-id")
        .first()
    )


def missing_parts(objection: Any) -> tuple[str, ...]:
    """Give the form fields that an objection still needs before its review, none when complete.

    It was read by `with_ground_standing`. A ground that staff switched off meanwhile is to be
    chosen again, and a text that is too long to be shortened. After a decision on the same matter
    one document has to be new (docs/adr/0026).
    """
    missing = []
    if not objection.ground or not objection.is_ground_offered:
        missing.append("ground")
    if not 0 < len(objection.statement) <= STATEMENT_CHARACTERS:
        missing.append("statement")
    kept = objection.documents.filter(removed_at=None)
    usable = kept.exclude(document__state=DocumentState.REFUSED)
    sent = set(usable.values_list("document__sha256", flat=True))
    if not sent:
        missing.append("documents")
    elif sent <= examined_documents(objection.contested).keys():
        missing.append("new_documents")
    return tuple(missing)


def _ensure_complete(draft: Objection, *, has_declared: bool) -> None:
    missing = missing_parts(draft)
    if not has_declared:
        missing = (*missing, "declaration")
    if missing:
        raise IncompleteObjection(missing=missing)


def save_with_new_reference(draft: Objection, *, fields: Sequence[str] | None) -> None:
    """Save a submission under a reference that nobody has; a collision draws another one.

    `fields` are those of a row that is there already; None for a new one.
    """
    draws = 0
    while True:
        draws += 1
        draft.reference = new_reference(ReferenceKind.OBJECTION)
        try:
            with transaction.atomic():
                draft.save(update_fields=fields)
        except IntegrityError as error:
            if draws == _REFERENCE_DRAWS or _REFERENCE_CONSTRAINT not in str(error):
                raise
        else:
            return
