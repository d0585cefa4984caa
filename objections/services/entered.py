"""Objections that staff enter for somebody: what came on paper, and what was said in a call.

The receipt is that of the paper or of the call, and the window is judged by it (docs/adr/0022).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from beneficiaries.models import Person, User
from documents.intake import CheckedFile, files_follow_transaction
from objections.clock import wait_of
from objections.contested import lock_contested, objections_against, track_of, window_of
from objections.errors import EntryRefused, FilingWindowClosed, IncompleteObjection
from objections.models import Contested, Ground, NeededDocument, Objection
from objections.rules import ensure_receipt
from objections.selectors import examined_documents
from objections.services.drafts import ensure_contestable, keep_new_files
from objections.services.filing import exemption_needed, save_with_new_reference
from objections.services.history import append_event, tell_filer
from objections.services.late import record_late_attempt
from objections.statuses import DECIDED_STATUSES, FilingChannel, ObjectionStatus
from saudi.digits import is_blank
from saudi.gregorian import format_gregorian, riyadh_date, start_of_day

DOCUMENT_DAYS: Final = (7, 14, 30)
"""How long a caller may be given for their documents."""

NAMED_CHARACTERS: Final = 50
"""So long a list of documents stands in an SMS; a longer one stands in the file only."""


@dataclass(frozen=True)
class Entry:
    """What somebody objects to, who they are, and what they say.

    `submission` is the form's own number: the same form sent twice is one objection.
    """

    contested: Contested
    filed_by: Person
    ground: str
    statement: str
    submission: uuid.UUID


def enter_paper(
    *,
    entry: Entry,
    received_on: date,
    checked: Sequence[CheckedFile],
    by: User,
    now: datetime,
    new_documents: Sequence[CheckedFile] = (),
) -> Objection:
    """Enter a signed objection on paper with the day it was received, a civil day in Riyadh.

    One transaction under the contested row's lock; when it fails, no file stays. The day decides:
    a paper that lay on a desk is not late, and one that came late is kept as a late attempt. After
    a refusal of the same one of `new_documents` has to be new: the scan of a new letter always is,
    and proves nothing (docs/adr/0026).

    Raises:
        EntryRefused: a day that is to come, or before the time to object began.
        FilingWindowClosed, AlreadyObjected, NotContestable: by the day of receipt.
        IncompleteObjection: without ground, statement, the scanned paper, or a new document.
        TooManyDocuments: with the limit.
    """
    received_at = start_of_day(received_on)
    if not checked:
        raise IncompleteObjection(missing=("documents",))
    try:
        with files_follow_transaction([*checked, *new_documents]):
            letter = {file.sha256 for file in checked}
            brings_new = {file.sha256 for file in new_documents} - letter
            objection, is_new = _enter(
                entry,
                channel=FilingChannel.PAPER,
                received_at=received_at,
                by=by,
                now=now,
                brings_new=brings_new,
            )
            if is_new:
                keep_new_files(objection, [*checked, *new_documents], now=now)
    except FilingWindowClosed:
        _keep_late(entry, FilingChannel.PAPER, received_at)
        raise
    return objection


def enter_call(
    *,
    entry: Entry,
    documents: Sequence[NeededDocument],
    days: int,
    has_consent: bool,
    by: User,
    now: datetime,
    promised: str = "",
) -> Objection:
    """File for a caller who heard it read back and agreed. The receipt is this minute.

    The documents come later: an SMS names them and the day until which they are sent from the file
    or brought on paper. After a refusal of the same the caller says which new document is among
    them, `promised`, and whoever studies the case reads it beside what came (docs/adr/0026). One
    transaction under the contested row's lock.

    Raises:
        EntryRefused: without consent, or with a number of days that is not offered.
        FilingWindowClosed, AlreadyObjected, NotContestable: what the caller may not do.
        IncompleteObjection: without ground, statement, a document to send, or a new one.
    """
    if not has_consent:
        raise EntryRefused("consent")
    if days not in DOCUMENT_DAYS:
        raise EntryRefused("days")
    if not documents:
        raise IncompleteObjection(missing=("documents",))
    try:
        with transaction.atomic():
            objection, is_new = _enter(
                entry,
                channel=FilingChannel.PHONE,
                received_at=now.replace(second=0, microsecond=0),
                by=by,
                now=now,
                documents=documents,
                days=days,
                promised=promised,
            )
            if is_new:
                _tell_of_documents(objection, documents, now=now)
    except FilingWindowClosed:
        _keep_late(entry, FilingChannel.PHONE, now)
        raise
    return objection


def _keep_late(entry: Entry, channel: FilingChannel, at: datetime) -> None:
    record_late_attempt(contested=entry.contested, person=entry.filed_by, channel=channel, now=at)


def _enter(
    entry: Entry,
    *,
    channel: FilingChannel,
    received_at: datetime,
    by: User,
    now: datetime,
    documents: Sequence[NeededDocument] = (),
    days: int = 0,
    brings_new: Set[str] = frozenset(),
    promised: str = "",
) -> tuple[Objection, bool]:
    """Write the objection in its first status; tell whether this call did. In a transaction."""
    row = lock_contested(entry.contested)
    asked_on = riyadh_date(now)
    due_on = asked_on + timedelta(days=days)
    earlier = Objection.objects.filter(uuid=entry.submission).first()
    if earlier is not None:
        return earlier, False
    received_on = riyadh_date(received_at)
    window = window_of(row)
    if window is not None:
        ensure_receipt(
            counted_from=window.counted_from, received_on=received_on, today=riyadh_date(now)
        )
    window = ensure_contestable(row, entry.filed_by, today=received_on)
    ground = _ground_of(entry, row)
    is_again = was_refused_before(row)
    if is_again:
        _ensure_new(row, channel, brings_new=brings_new, promised=promised)
    objection = Objection(
        **{track_of(row): row},
        uuid=entry.submission,
        person=row.person,
        filed_by=entry.filed_by,
        status=ObjectionStatus.SUBMITTED,
        ground=ground.code,
        ground_ar=ground.label_ar,
        ground_en=ground.label_en,
        statement=entry.statement,
        has_declared=True,
        counted_from=window.counted_from,
        deadline=window.regular,
        exemption=exemption_needed(row, window, received_on=received_on),
        opened_at=received_at,
        submitted_at=received_at,
        channel=channel,
        entered_by=by,
        entered_at=now,
        wanted_on=asked_on if days else None,
        documents_due_on=due_on if days else None,
        wait_days=wait_of(asked_on, due_on),
        promised_document=promised if is_again else "",
    )
    save_with_new_reference(objection, fields=None)
    append_event(
        objection,
        from_status="",
        to_status=ObjectionStatus.SUBMITTED,
        actor=by,
        now=now,
        note="\n".join(document.name(entry.filed_by.language) for document in documents),
    )
    tell_filer(
        objection,
        what="submitted",
        template="objection_submitted",
        values={"reference": objection.reference or ""},
        now=now,
    )
    return objection, True


def was_refused_before(row: Contested) -> bool:
    """Tell whether an objection to a row was decided, so that another one needs a new document."""
    return objections_against(row).filter(status__in=DECIDED_STATUSES).exists()


def _ensure_new(
    row: Contested, channel: FilingChannel, *, brings_new: Set[str], promised: str
) -> None:
    """Refuse the same again without a new document. Raises IncompleteObjection.

    `brings_new` are the SHA-256 of what came on paper beside the letter.
    """
    if channel == FilingChannel.PHONE:
        if is_blank(promised):
            raise IncompleteObjection(missing=("promised_document",))
    elif not brings_new - examined_documents(row).keys():
        raise IncompleteObjection(missing=("new_documents",))


def _ground_of(entry: Entry, row: Contested) -> Ground:
    ground = Ground.objects.offered(track_of(row)).filter(code=entry.ground).first()
    missing = [
        name
        for name, is_there in (
            ("ground", ground is not None),
            ("statement", not is_blank(entry.statement)),
        )
        if not is_there
    ]
    if missing or ground is None:
        raise IncompleteObjection(missing=tuple(missing))
    return ground


def _tell_of_documents(
    objection: Objection, documents: Sequence[NeededDocument], *, now: datetime
) -> None:
    """Say by SMS which documents are due and until when.

    They are not named where one of them would tell a sensitive reason, or the list is too long:
    the file names them then (DOMAIN 16).
    """
    assert objection.documents_due_on is not None  # noqa: S101  # a call always sets it
    language = objection.filed_by.language
    due = format_gregorian(objection.documents_due_on, language)
    names = ("، " if language != "en" else ", ").join(each.name(language) for each in documents)
    is_named = len(names) <= NAMED_CHARACTERS and not any(each.tells_reason for each in documents)
    tell_filer(
        objection,
        what="documents_due",
        template="objection_documents_due" if is_named else "objection_documents_listed",
        values={"due": due} | ({"documents": names} if is_named else {}),
        now=now,
    )
