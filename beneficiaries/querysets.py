"""Who may see which rows of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from beneficiaries.models import EligibilityResult, PaymentLine, Person, User  # noqa: F401

_Row = TypeVar("_Row", "EligibilityResult", "PaymentLine")


class PersonQuerySet(models.QuerySet["Person"]):
    """People of the register."""

    def visible_to(self, user: User) -> Self:
        """Give the people whose file a signed-in person may open: the head everyone of the
        household, everybody else themselves."""
        person = user.person
        if person is None:
            return self.none()
        if person.is_head:
            return self.filter(household_id=person.household_id)
        return self.filter(pk=person.pk)


class _AnnouncedQuerySet(models.QuerySet[_Row]):
    """Rows that wait unseen until they are announced, and may be replaced by a correction."""

    def announced(self) -> Self:
        """Give what people may know of, superseded rows among it."""
        return self.filter(announced_on__isnull=False)

    def current(self) -> Self:
        """Give what was announced and no correction has replaced."""
        return self.announced().filter(superseded_on__isnull=True)

    def visible_to(self, user: User) -> Self:
        """Give what was announced of the people whose file the user may open."""
        person = user.person
        if person is None:
            return self.none()
        whose = (
            Q(person__household_id=person.household_id)
            if person.is_head
            else Q(person_id=person.pk)
        )
        return self.announced().filter(whose)


class ResultQuerySet(_AnnouncedQuerySet["EligibilityResult"]):
    """Eligibility results."""


class PaymentLineQuerySet(_AnnouncedQuerySet["PaymentLine"]):
    """Lines of payments."""
