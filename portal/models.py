"""What the portal keeps of its own: calls to make, marks of reading, feedback, schedulers."""

from __future__ import annotations

from django.db import models

from portal.calls.models import CallEvent, CallTask
from portal.contacts.models import Contact, ContactEvent, KnownProblem, KnownProblemEvent
from portal.exports.models import Export, ExportDownload
from portal.figures.models import CaseFigure, CountedDay, OutcomeFigure, PublicFigure
from portal.inbox.models import InboxMark
from portal.people.models import PersonFlag, PersonNote, PersonView
from portal.work.models import RoutingRule, WorkEvent, WorkItem, WorkLook


class PageFeedback(models.Model):
    """How many readers found a page useful, by day and language: counts, nothing of a person."""

    page = models.CharField(max_length=64)
    language = models.CharField(max_length=2)
    day = models.DateField()
    is_useful = models.BooleanField()
    answers = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["page", "language", "day", "is_useful"], name="one_count_a_page_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.language} {self.day}: {self.answers}"


class SchedulerTurn(models.Model):
    """Whose turn it is to send the scheduled work, until when, and when each last went out.

    One row. Only portal/scheduler.py writes it, by the database's clock.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()
    last_runs = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_scheduler_turn")]

    def __str__(self) -> str:
        return f"{self.holder} until {self.until}"


__all__ = [
    "CallEvent",
    "CallTask",
    "CaseFigure",
    "Contact",
    "ContactEvent",
    "CountedDay",
    "Export",
    "ExportDownload",
    "InboxMark",
    "KnownProblem",
    "KnownProblemEvent",
    "OutcomeFigure",
    "PageFeedback",
    "PersonFlag",
    "PersonNote",
    "PersonView",
    "PublicFigure",
    "RoutingRule",
    "SchedulerTurn",
    "WorkEvent",
    "WorkItem",
    "WorkLook",
]
