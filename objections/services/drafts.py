"""Drafts: opened by the first step, written by the next ones, stopped after the last day."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from beneficiaries.models import Person, PersonChange, User
from documents.intake import CheckedFile, files_follow_transaction, store_documents
from objections.contested import (
    Window,
    lock_contested,
    objections_against,
    standing_of,
    track_of,
    window_of,
)
from objections.errors import (
    AlreadyObjected,
    DraftClosed,
    FilingWindowClosed,
    NotContestable,
    TooManyDocuments,
)
from objections.grounds import Track
from objections.models import Contested, Objection, ObjectionDocument
from objections.rules import contestability, ensure_filing_open
from objections.services.history import append_event, tell_filer, user_of_filer
from objections.statuses import REFILED_STATUSES, ObjectionStatus
from saudi.gregorian import format_both, riyadh_date

_STOPPED_AT_ONCE: Final = 200


def ensure_contestable(contested: Contested, filer: Person, *, today: date) -> Window:
    """Give the window of a row that this person may contest today. The caller holds its lock.

    Raises:
        AlreadyObjected, FilingWindowClosed, NotContestable.
    """
    if contested.announced_on is None:
        raise NotContestable("not_announced")
    filed = (
        objections_against(contested)
        .exclude(reference=None)
        .exclude(status__in=REFILED_STATUSES)
        .first()
    )
    kind = contestability(
        standing_of(contested, filer, today=today, is_objected=filed is not None), today=today
    )
    if filed is not None and kind == "objected":
        raise AlreadyObjected(reference=filed.reference or "")
    window = window_of(contested)
    if kind == "closed" and window is not None:
        raise FilingWindowClosed(counted_from=window.counted_from, deadline=window.deadline)
    if kind not in {"open", "again"} or window is None:
        raise NotContestable(kind)
    return window


def lock_draft(objection: Objection) -> Objection:
    """Lock an objection and make sure that it is still a draft.

    Raises:
        DraftClosed: it was submitted or stopped meanwhile.
    """
    locked = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if locked.status != ObjectionStatus.DRAFT:
        raise DraftClosed(status=locked.status, reference=locked.reference or "")
    return locked


def open_draft(
    *, contested: Contested, filed_by: Person, now: datetime, actor: User | None = None
) -> Objection:
    """Open a draft against a result or a payment line, or give the one this person began already.

    One that was stopped goes on where there is time again. One transaction under the row's lock,
    so that a double click opens one draft. `actor` is who prepares it for them, if not they do.

    Raises:
        AlreadyObjected, FilingWindowClosed, NotContestable: what this person may not do today.
    """
    with transaction.atomic():
        locked = lock_contested(contested)
        window = ensure_contestable(locked, filed_by, today=riyadh_date(now))
        draft = (
            objections_against(locked)
            .select_for_update(of=("self",))
            .filter(filed_by=filed_by, reference=None)
            .order_by("status", "-id")
            .first()
        )
        if draft is not None and draft.status == ObjectionStatus.STOPPED:
            revive_draft(draft, window=window, actor=actor or user_of_filer(filed_by), now=now)
        if draft is None:
            draft = Objection.objects.create(
                **{track_of(locked): locked},
                person=locked.person,
                filed_by=filed_by,
                counted_from=window.counted_from,
                deadline=window.regular,
                opened_at=now,
                step=2,
                left_at=2,
            )
            append_event(
                draft,
                from_status="",
                to_status=ObjectionStatus.DRAFT,
                actor=actor or user_of_filer(filed_by),
                now=now,
            )
    return draft


def revive_draft(draft: Objection, *, window: Window, actor: User | None, now: datetime) -> None:
    """Make a stopped draft one to be written again. The caller holds the row's lock and its own."""
    draft.status = ObjectionStatus.DRAFT
    draft.deadline = max(draft.deadline, window.regular)
    draft.save(update_fields=["status", "deadline"])
    append_event(
        draft,
        from_status=ObjectionStatus.STOPPED,
        to_status=ObjectionStatus.DRAFT,
        actor=actor,
        now=now,
    )


def ensure_draft_open(objection: Objection, *, contested: Contested, now: datetime) -> None:
    """Refuse to go on with what is no draft any more, or whose last day has passed.

    The contested row's own days are asked, because an extension may have moved them.

    Raises:
        DraftClosed: it was submitted or stopped.
        NotContestable: a corrected row took the place of the contested one.
        FilingWindowClosed: with the day counted and the day it closed.
    """
    if objection.status != ObjectionStatus.DRAFT:
        raise DraftClosed(status=objection.status, reference=objection.reference or "")
    if contested.superseded_on is not None:
        raise NotContestable("superseded")
    days = Window(objection.counted_from, objection.deadline, objection.deadline)
    window = window_of(contested) or days
    ensure_filing_open(
        counted_from=window.counted_from, deadline=window.deadline, today=riyadh_date(now)
    )


def reach_step(*, objection: Objection, step: int) -> None:
    """Remember where a draft's writer goes on, and how far they came at most."""
    Objection.objects.filter(pk=objection.pk, status=ObjectionStatus.DRAFT).update(
        step=Greatest("step", step), left_at=step
    )


def record_profile_step(*, objection: Objection, changes: Iterable[PersonChange]) -> None:
    """Link what was updated in the file with the draft. One transaction under its lock.

    Raises:
        DraftClosed: it was submitted or stopped meanwhile.
    """
    with transaction.atomic():
        lock_draft(objection).profile_changes.add(*changes)


def attach_documents(
    *,
    objection: Objection,
    checked: Sequence[CheckedFile],
    now: datetime,
    replaces: uuid.UUID | None = None,
) -> list[ObjectionDocument]:
    """Keep files with a draft; a file that is there already is not kept twice (O13).

    `replaces` is the document in whose place they come: it goes when they are kept, unless it is
    the same file. One transaction under the draft's lock; when it fails, no file stays.

    Raises:
        DraftClosed: it was submitted or stopped meanwhile.
        TooManyDocuments: with the limit.
    """
    if not checked:
        return []
    with files_follow_transaction(checked):
        draft = lock_draft(objection)
        if replaces is not None:
            draft.documents.filter(document__uuid=replaces, removed_at=None).exclude(
                document__sha256__in=[file.sha256 for file in checked]
            ).update(removed_at=now)
        return keep_new_files(draft, checked, now=now)


def keep_new_files(
    objection: Objection, checked: Sequence[CheckedFile], *, now: datetime
) -> list[ObjectionDocument]:
    """Store the files an objection does not have yet. The caller holds its lock, in
    `files_follow_transaction`.

    Raises:
        TooManyDocuments: with the limit.
    """
    kept = set(
        objection.documents.filter(removed_at=None).values_list("document__sha256", flat=True)
    )
    new: list[CheckedFile] = []
    for file in checked:
        if file.sha256 not in kept:
            kept.add(file.sha256)
            new.append(file)
    limit = settings.LIMITS["files"]
    if new and len(kept) > limit:
        raise TooManyDocuments(limit=limit)
    documents = store_documents(new, now=now)
    return ObjectionDocument.objects.bulk_create(
        ObjectionDocument(objection=objection, document=each) for each in documents
    )


def remove_document(*, objection: Objection, document: uuid.UUID, now: datetime) -> None:
    """Take a document off a draft; a second click changes nothing. One transaction.

    Raises:
        DraftClosed: it was submitted or stopped meanwhile.
    """
    with transaction.atomic():
        draft = lock_draft(objection)
        draft.documents.filter(document__uuid=document, removed_at=None).update(removed_at=now)


def stop_overdue_drafts(*, now: datetime) -> int:
    """Stop every draft whose last filing day has passed in Riyadh, tell its writer, and give the
    number stopped.

    A few at a time, each batch one transaction; rows another worker holds are its own. Running it
    early stops nothing (DOMAIN 4).
    """
    stopped = 0
    while True:
        batch = _stop_some(now=now)
        stopped += batch
        if batch < _STOPPED_AT_ONCE:
            return stopped


def _stop_some(*, now: datetime) -> int:
    today = riyadh_date(now)
    with transaction.atomic():
        drafts = list(
            Objection.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(status=ObjectionStatus.DRAFT, deadline__lt=today)
            .filter(_closed(today, track="result") | _closed(today, track="payment"))
            .select_related("filed_by", "result__cycle", "payment__cycle")
            .order_by("deadline", "id")[:_STOPPED_AT_ONCE]
        )
        objected = set(
            Objection.objects.filter(Exists(_filed("result")) | Exists(_filed("payment")))
            .filter(pk__in=[draft.pk for draft in drafts])
            .values_list("pk", flat=True)
        )
        for draft in drafts:
            draft.status, draft.deadline = ObjectionStatus.STOPPED, draft.last_day
            draft.save(update_fields=["status", "deadline"])
            append_event(
                draft,
                from_status=ObjectionStatus.DRAFT,
                to_status=ObjectionStatus.STOPPED,
                actor=None,
                now=now,
            )
            if draft.pk in objected:
                continue  # somebody of the household, or staff on paper, filed it otherwise
            tell_filer(
                draft,
                what="stopped",
                template="draft_stopped",
                values={"closed_on": format_both(draft.deadline, draft.filed_by.language)},
                now=now,
            )
    return len(drafts)


def _filed(track: Track) -> QuerySet[Objection]:
    filed = Objection.objects.exclude(reference=None).exclude(status=ObjectionStatus.WITHDRAWN)
    return filed.filter(**{track: OuterRef(track)})


def _closed(today: date, *, track: Track) -> Q:
    """Give the condition that a draft's row gives no time any more: its own days, its cycle's, and
    an exemption's are asked (docs/adr/0022)."""
    extended = f"{track}__cycle__{track}s_open_until"
    exempted = f"{track}__exempted_until"
    return (
        Q(**{f"{track}__filing_deadline__lt": today})
        & (Q(**{f"{extended}__isnull": True}) | Q(**{f"{extended}__lt": today}))
        & (Q(**{f"{exempted}__isnull": True}) | Q(**{f"{exempted}__lt": today}))
    )
