"""Who may see which objection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from objections.statuses import OPEN_STATUSES

if TYPE_CHECKING:
    from beneficiaries.models import User
    from objections.models import Objection  # noqa: F401


class ObjectionQuerySet(models.QuerySet["Objection"]):
    """Objections."""

    def visible_to(self, user: User) -> Self:
        """Give the objections a signed-in person filed or that are about them.

        A draft, or one that was stopped, is seen by whoever wrote it, and by nobody else.
        """
        person = user.person
        if person is None:
            return self.none()
        return self.filter(Q(filed_by=person) | Q(person=person, reference__isnull=False))

    def open(self) -> Self:
        """Give what waits for a decision."""
        return self.filter(status__in=OPEN_STATUSES)
