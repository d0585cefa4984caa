"""Who may see which ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from beneficiaries.models import User
    from sawtak.models import Ticket  # noqa: F401


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Tickets."""

    def visible_to(self, user: User) -> Self:
        """Give the tickets that a signed-in person may read without another code.

        Theirs are those whose sender named exactly them, and from the mobile that is now in
        their file: they proved that mobile when they signed in. Everybody else proves the
        ticket's own mobile.
        """
        person = user.person
        if person is None or not person.mobile:
            return self.none()
        return self.filter(person=person, identity_match="full", mobile=person.mobile)
