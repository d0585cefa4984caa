"""What a case of the queue is, how urgent it is, and what staff do with it besides deciding."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkKind(models.TextChoices):
    """Which kind of case it is."""

    OBJECTION = "objection", _("Objection")
    TICKET = "ticket", _("Ticket")


class Priority(models.IntegerChoices):
    """How urgent a case is; within a day the urgent ones come first."""

    URGENT = 1, _("Urgent")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")


ESCALATED_RANK: Final = 0
"""An escalated case comes before the urgent ones of its day."""


class Warned(models.IntegerChoices):
    """Of which of a due day's two warnings a case had, since the day was counted."""

    NOT_YET = 0, _("not yet")
    SOON = 1, _("due in a few hours")
    LATE = 2, _("not answered in time")


class WorkStep(models.TextChoices):
    """What happened to a case's place in the queue. Those of the portal have no actor."""

    SNOOZED = "snoozed", _("Put off")
    WOKEN = "woken", _("Taken up again")
    ESCALATED = "escalated", _("Escalated")
    SETTLED = "settled", _("Escalation ended")
    DUE_SOON = "due_soon", _("Due in a few hours")
    OVERDUE = "overdue", _("Not answered in time")
    MOVED = "moved", _("Given to a team")


class WorkChannel(models.TextChoices):
    """How a case came, over both kinds: an objection on paper came by letter."""

    WEB = "web", _("the portal")
    CONTACT = "contact", _("the contact form")
    PHONE = "phone", _("by phone")
    LETTER = "letter", _("by letter")
    X = "x", _("on X")
