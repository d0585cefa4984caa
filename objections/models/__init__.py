"""What the objections app keeps, a module a matter."""

from objections.models.grounds import Ground, NeededDocument
from objections.models.objection import Contested, Objection, ObjectionDocument, ObjectionEvent
from objections.models.reminders import ReminderRound

__all__ = [
    "Contested",
    "Ground",
    "NeededDocument",
    "Objection",
    "ObjectionDocument",
    "ObjectionEvent",
    "ReminderRound",
]
