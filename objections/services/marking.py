"""What each document of a draft is, as its sender says it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from objections.models import NeededDocument, Objection
from objections.services.drafts import lock_draft


def mark_documents(
    *, objection: Objection, marks: Mapping[uuid.UUID, NeededDocument | None]
) -> None:
    """Note which needed document each file is, or that its sender does not say.

    One transaction under the draft's lock where something is new; a file that is not there any more
    is passed over.

    Raises:
        DraftClosed: it was submitted or stopped meanwhile.
    """
    if not marks:
        return
    kept = objection.documents.filter(document__uuid__in=marks, removed_at=None)
    changed = []
    for link in kept.select_related("document"):
        need = marks[link.document.uuid]
        if link.need_id != (need.pk if need else None):
            link.need = need
            changed.append(link)
    if changed:
        with transaction.atomic():
            lock_draft(objection).documents.filter(removed_at=None).bulk_update(changed, ["need"])
