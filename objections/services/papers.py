"""The documents of an objection after its submission: added, replaced, refused by the scanner."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from beneficiaries.models import User
from documents.intake import CheckedFile, files_follow_transaction
from documents.statuses import DocumentState
from objections.errors import IncompleteObjection, TransitionRefused
from objections.models import Objection, ObjectionDocument, ObjectionEvent
from objections.services.drafts import keep_new_files
from objections.services.history import append_event, end_wait, tell_filer
from objections.statuses import OPEN_STATUSES, EventKind, ObjectionStatus

_TOLD_AT_ONCE: Final = 100


def add_documents(
    *,
    objection: Objection,
    checked: Sequence[CheckedFile],
    actor: User,
    now: datetime,
    replaces: uuid.UUID | None = None,
) -> list[ObjectionDocument]:
    """Add documents to an objection that is not decided, or put one in the place of another.

    What is there already is not kept twice. What was replaced stays in the case, marked so. One
    transaction under the objection's lock; each document is an event; when it fails, no file stays.

    Raises:
        TransitionRefused: it is decided or withdrawn.
        TooManyDocuments: with the limit.
    """
    with files_follow_transaction(checked):
        locked = _lock_open(objection)
        return _add(locked, checked, actor=actor, now=now, replaces=replaces)


def add_wanted_documents(
    *, objection: Objection, checked: Sequence[CheckedFile], actor: User, now: datetime
) -> Objection:
    """Add the documents that staff asked for and put the case back under review.

    What was filed in a call waits for its documents wherever it is, and stays there. They may have
    come before, one by one, since they were asked for. One transaction under the objection's lock;
    when it fails, no file stays. The same files sent again, by a double click, change nothing.

    Raises:
        TransitionRefused: nobody waits for documents.
        IncompleteObjection: no document came.
        TooManyDocuments: with the limit.
    """
    with files_follow_transaction(checked):
        locked = (
            Objection.objects.select_for_update(of=("self",))
            .select_related("filed_by")
            .get(pk=objection.pk)
        )
        if locked.documents_due_on is None or locked.status not in OPEN_STATUSES:
            sent = {file.sha256 for file in checked}
            kept = locked.documents.filter(removed_at=None, document__sha256__in=sent)
            if sent and kept.count() == len(sent):
                return locked
            raise TransitionRefused(status=locked.status, wanted=ObjectionStatus.UNDER_REVIEW.value)
        _add(locked, checked, actor=actor, now=now)
        if not checked and not arrived_since_asked(locked):
            raise IncompleteObjection(missing=("documents",))
        from_status, was_asked = locked.status, locked.status == ObjectionStatus.DOCUMENTS_WANTED
        if was_asked:
            locked.status = ObjectionStatus.UNDER_REVIEW
        locked.save(update_fields=["status", *end_wait(locked, now)])
        event = append_event(
            locked,
            from_status=from_status,
            to_status=locked.status,
            actor=actor,
            now=now,
            kind=EventKind.MOVED if was_asked else EventKind.DOCUMENTS_CAME,
        )
        tell_filer(
            locked,
            what=f"documents_received:{event.pk}",
            template="objection_documents_received",
            values={"reference": locked.reference or ""},
            now=now,
        )
    return locked


def arrived_since_asked(objection: Objection) -> int:
    """Count the documents that came since some were asked for, and that hold."""
    asked: int | None = (
        objection.events.filter(
            to_status=ObjectionStatus.DOCUMENTS_WANTED, kind=EventKind.MOVED, is_refused=False
        )
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )
    return (
        objection.events.filter(id__gt=asked or 0, kind=EventKind.DOCUMENT_ADDED)
        .filter(document__removed_at=None)
        .exclude(document__document__state=DocumentState.REFUSED)
        .count()
    )


def tell_of_refused(*, now: datetime) -> int:
    """Tell whoever filed of each document that the scanner refused, and give how many there were.

    A few at a time, each objection one transaction under its lock. A draft shows it on its own
    page; a decided case keeps it in its history alone, as nothing can be sent to it any more.
    """
    told = 0
    refused = (
        ObjectionDocument.objects.filter(
            document__state=DocumentState.REFUSED, removed_at=None, refusal_told_at=None
        )
        .exclude(objection__reference=None)
        .order_by("id")[:_TOLD_AT_ONCE]
    )
    for link in refused:
        told += _tell_of(link, now=now)
    return told


def _tell_of(link: ObjectionDocument, *, now: datetime) -> bool:
    with transaction.atomic():
        objection = (
            Objection.objects.select_for_update(of=("self",))
            .select_related("filed_by")
            .get(pk=link.objection_id)
        )
        is_first = ObjectionDocument.objects.filter(pk=link.pk, refusal_told_at=None).update(
            refusal_told_at=now
        )
        if not is_first:
            return False
        event = _note(objection, link, EventKind.DOCUMENT_REFUSED, actor=None, now=now)
        if objection.status in OPEN_STATUSES:
            tell_filer(
                objection,
                what=f"document_refused:{event.pk}",
                template="objection_document_refused",
                values={"reference": objection.reference or ""},
                now=now,
            )
    return True


def _lock_open(objection: Objection) -> Objection:
    locked = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if locked.status not in OPEN_STATUSES:
        raise TransitionRefused(status=locked.status, wanted=locked.status)
    return locked


def _add(
    locked: Objection,
    checked: Sequence[CheckedFile],
    *,
    actor: User,
    now: datetime,
    replaces: uuid.UUID | None = None,
) -> list[ObjectionDocument]:
    """Keep what is new, note each, and mark the one that was replaced."""
    if not checked:
        return []
    old = None
    if replaces is not None:
        old = (
            locked.documents.filter(document__uuid=replaces, removed_at=None)
            .exclude(document__sha256__in=[file.sha256 for file in checked])
            .first()
        )
    if old is not None:
        old.removed_at = now
        old.save(update_fields=["removed_at"])
        _note(locked, old, EventKind.DOCUMENT_REPLACED, actor=actor, now=now)
    added = keep_new_files(locked, checked, now=now)
    for link in added:
        _note(locked, link, EventKind.DOCUMENT_ADDED, actor=actor, now=now)
    return added


def _note(
    objection: Objection,
    link: ObjectionDocument,
    kind: EventKind,
    *,
    actor: User | None,
    now: datetime,
) -> ObjectionEvent:
    return append_event(
        objection,
        from_status=objection.status,
        to_status=objection.status,
        actor=actor,
        now=now,
        kind=kind,
        document=link,
    )
