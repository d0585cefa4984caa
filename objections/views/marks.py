"""What a sender says of each file of a draft: the choice beside it in the list of files."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest

from objections.models import NeededDocument, Objection
from objections.presenting.files import NEED_FIELD
from objections.services.marking import mark_documents


def keep_marks(request: HttpRequest, draft: Objection, needs: Sequence[NeededDocument]) -> None:
    """Keep what was chosen of each file. What names no file or no offered document is no choice.

    Raises DraftClosed.
    """
    offered = {str(need.pk): need for need in needs}
    marks = {}
    for name in request.POST:
        chosen = request.POST.get(name, "")
        if not name.startswith(NEED_FIELD) or (chosen and chosen not in offered):
            continue
        try:
            marks[UUID(name.removeprefix(NEED_FIELD))] = offered.get(chosen)
        except ValueError:
            continue
    mark_documents(objection=draft, marks=marks)
