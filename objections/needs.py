"""Which documents help an objection: what its reasons and its ground ask for."""

from __future__ import annotations

from django.db.models import Q

from beneficiaries.models import Person
from beneficiaries.reasons import shown_reasons
from objections.models import NeededDocument, Objection


def needed_documents(objection: Objection, viewer: Person) -> list[NeededDocument]:
    """Give what helps an objection, in one statement: what its reasons ask for, then its ground.

    A reason that the viewer may not read asks for nothing (DOMAIN 16).
    """
    contested = objection.contested
    is_own = contested.person_id == viewer.pk
    codes = [reason.code for reason in shown_reasons(contested.reason_codes, is_own=is_own)]
    of_ground = Q(grounds__track=objection.track, grounds__code=objection.ground)
    found = NeededDocument.objects.filter(
        Q(reason_codes__overlap=codes) | of_ground, is_active=True
    ).distinct()
    return sorted(
        found, key=lambda need: (set(codes).isdisjoint(need.reason_codes), need.order, need.pk)
    )
