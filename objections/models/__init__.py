"""What the objections app keeps, a module a matter."""

from objections.models.grounds import Ground, NeededDocument
from objections.models.objection import Contested, Objection, ObjectionDocument, ObjectionEvent
from objections.models.reminders import ReminderRound
from objections.models.windows import WindowExtension

__all__ = [
    "Contested",
    "Ground",
    "NeededDocument",
    "Objection",
    "ObjectionDocument",
    "ObjectionEvent",
    "ReminderRound",
    "WindowExtension",
]
