"""What every step of an objection shows around its own form."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from django.shortcuts import get_object_or_404

from objections import presenting
from objections.contested import Window, track_of, window_of
from objections.models import Contested, Objection
from objections.selectors import with_ground_standing
from objections.views.citizens import Citizen

REASONS: Final = 1
PROFILE: Final = 2
STATEMENT: Final = 3
DOCUMENTS: Final = 4
REVIEW: Final = 5


def step_frame(
    contested: Contested, draft: Objection | None, *, number: int, today: date
) -> dict[str, Any]:
    """Give what every step shows: what is contested, the steps, the days left."""
    window = window_of(contested) or Window(today, today, today)
    return {
        "contested": contested,
        "subject": draft.person if draft is not None else contested.person,
        "track": track_of(contested),
        "window": window,
        "draft": draft,
        "title": presenting.title_of(contested),
        "steps": presenting.steps_of(contested, draft, number=number),
        "today": today,
        "last_day": presenting.deadline_text(window.deadline),
    }


def own_draft(citizen: Citizen, uuid: UUID) -> Objection:
    """Give the objection that this person writes or wrote. Raises Http404 to anybody else."""
    draft = get_object_or_404(
        with_ground_standing(Objection.objects.visible_to(citizen.user))
        .filter(filed_by=citizen.person)
        .select_related("result__cycle", "payment__cycle", "person"),
        uuid=uuid,
    )
    draft.filed_by = citizen.person
    return cast(Objection, draft)
