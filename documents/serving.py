"""How a kept file leaves the house: as an attachment of a fixed type that runs nothing (O16)."""

from __future__ import annotations

import logging
from datetime import datetime

from django.contrib.auth.models import AbstractUser
from django.http import FileResponse, Http404
from django.utils import timezone

from documents.models import Document, DocumentOpening, DocumentPage
from saudi.gregorian import riyadh_date

logger = logging.getLogger(__name__)


def attachment_response(document: Document, *, opened_by: AbstractUser | None) -> FileResponse:
    """Answer with a document's bytes; that a member of staff opened it is recorded.

    The caller has made sure that the reader may have it. Django writes the Arabic name into
    `Content-Disposition` as RFC 6266 says (O09). Raises Http404 when the bytes are missing, for
    everybody when the scanner found something in it, and for staff while it is not scanned.
    """
    is_for_staff = opened_by is not None and opened_by.is_staff
    if document.is_refused or (is_for_staff and not document.is_fine):
        raise Http404
    try:
        content = document.file.open("rb")
    except FileNotFoundError as error:
        logger.exception("The file of document %s is missing from the storage", document.pk)
        raise Http404 from error
    if opened_by is not None and opened_by.is_staff:
        DocumentOpening.objects.create(
            document=document, opened_by_id=opened_by.pk, opened_at=timezone.now()
        )
    response = FileResponse(
        content,
        as_attachment=True,
        filename=document.name,
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store, private"
    return response


def page_response(
    page: DocumentPage, *, small: bool, opened_by: AbstractUser, now: datetime
) -> FileResponse:
    """Answer with the picture of a page; that its document was looked at is kept once a day.

    The caller has made sure that the reader may have it. Raises Http404 when it is missing.
    """
    if not page.document.is_fine:
        raise Http404
    try:
        content = (page.thumbnail if small else page.file).open("rb")
    except FileNotFoundError as error:
        logger.exception("A page of document %s is missing from the storage", page.document_id)
        raise Http404 from error
    DocumentOpening.objects.bulk_create(
        [
            DocumentOpening(
                document_id=page.document_id,
                opened_by_id=opened_by.pk,
                opened_at=now,
                looked_on=riyadh_date(now),
            )
        ],
        ignore_conflicts=True,
    )
    response = FileResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "no-store, private"
    return response
