"""The statement of a draft: the ground and the text, kept as they are written."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from objections.errors import GroundNotOffered, WrittenElsewhere
from objections.models import Ground, Objection
from objections.rules import WritingPage, would_lose_text
from objections.services.drafts import lock_draft

_WRITTEN_FIELDS: Final = ("ground", "ground_ar", "ground_en", "statement", "written_in")


def save_statement(
    *, objection: Objection, ground: str, statement: str, page: WritingPage | None = None
) -> None:
    """Keep what was written so far. One transaction under the draft's lock.

    A ground is kept with what it says now in both languages; without one the draft's own stays.
    Where the page is named, a text that it never showed is not overwritten (docs/adr/0025).

    Raises:
        DraftClosed: it was submitted or stopped meanwhile.
        GroundNotOffered: it is not among those of the track any more.
        WrittenElsewhere: another page has saved another text; nothing is changed.
    """
    with transaction.atomic():
        draft = lock_draft(objection)
        if page is not None and would_lose_text(
            stored=draft.statement, typed=statement, page=page, stamp=draft.written_in
        ):
            raise WrittenElsewhere(statement=draft.statement)
        if ground:
            _keep_ground(draft, ground)
        draft.statement = statement
        draft.written_in = page.stamp if page is not None else ""
        draft.save(update_fields=_WRITTEN_FIELDS)
    for name in _WRITTEN_FIELDS:
        setattr(objection, name, getattr(draft, name))


def _keep_ground(draft: Objection, code: str) -> None:
    ground = Ground.objects.offered(draft.track).filter(code=code).first()
    if ground is None:
        raise GroundNotOffered(code=code)
    draft.ground, draft.ground_ar, draft.ground_en = code, ground.label_ar, ground.label_en
