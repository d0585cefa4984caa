"""How a kept file leaves the house: as an attachment of a fixed type that runs nothing (O16)."""

from __future__ import annotations

import logging

from django.contrib.auth.models import AbstractUser
from django.http import FileResponse, Http404
from django.utils import timezone

from documents.models import Document, DocumentOpening

logger = logging.getLogger(__name__)


def attachment_response(document: Document, *, opened_by: AbstractUser | None) -> FileResponse:
    """Answer with a document's bytes; that a member of staff opened it is recorded.

    The caller has made sure that the reader may have it. Django writes the Arabic name into
    `Content-Disposition` as RFC 6266 says (O09). Raises Http404 when the bytes are missing.
    """
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
