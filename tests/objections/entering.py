"""Papers and calls of tests, as staff enter them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from beneficiaries.models import Person
from objections.models import Contested, NeededDocument, Objection
from objections.services.entered import Entry, enter_call, enter_paper
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import (
    NOW,
    STATEMENT,
    pdf,
    riyadh,
)
from tests.personas import staff

LONG_AFTER = riyadh("2027-02-10 11:20:33")
LAST_DAY = date(2027, 1, 27)


def entry_of(contested: Contested, person: Person, **fields: Any) -> Entry:
    facts = {
        "contested": contested,
        "filed_by": person,
        "ground": "documents",
        "statement": STATEMENT,
        "submission": uuid.uuid4(),
    }
    return Entry(**{**facts, **fields})


def paper(
    contested: Contested,
    person: Person,
    *,
    received_on: date = LAST_DAY,
    now: datetime = LONG_AFTER,
    **fields: Any,
) -> Objection:
    return enter_paper(
        entry=entry_of(contested, person, **fields),
        received_on=received_on,
        checked=[pdf()],
        by=staff("agent"),
        now=now,
    )


def needed(**fields: Any) -> NeededDocument:
    facts = {
        "code": f"own_{uuid.uuid4().hex[:8]}",
        "name_ar": "عقد الإيجار",
        "name_en": "The lease",
        "visible_ar": "الاسم",
        "visible_en": "The name",
    }
    document: NeededDocument = NeededDocument.objects.create(**{**facts, **fields})
    return document


def call(contested: Contested, person: Person, *, now: datetime = NOW, **fields: Any) -> Objection:
    facts = {"documents": [needed()], "days": 14, "has_consent": True, "by": staff("agent")}
    mine = {name: fields.pop(name) for name in list(fields) if name in facts}
    return enter_call(entry=entry_of(contested, person, **fields), now=now, **{**facts, **mine})


ENTER = "/admin/objections/objection/enter/"


def entry_url(channel: str, contested: Contested, person: Person) -> str:
    args = [channel, "result", contested.pk, person.pk]
    return reverse("admin:objections_objection_entry", args=args)


def paper_fields(**fields: Any) -> dict[str, Any]:
    return {
        "received_on": "٢٠٢٧-٠١-٢٧",
        "ground": "documents",
        "statement": STATEMENT,
        "documents": [upload("ورقة.pdf", pdf_bytes())],
        "is_compared": "on",
        "submission": str(uuid.uuid4()),
        "action": "file",
    } | fields
