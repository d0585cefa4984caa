"""What the objections app keeps, a module a matter."""

from objections.models.bulk import BulkAct, BulkActCase
from objections.models.corrections import (
    Correction,
    CorrectionAmount,
    CorrectionEvent,
    CorrectionRow,
)
from objections.models.decisions import BackPayLine, Decision, DecisionReason
from objections.models.exports import DecisionExport
from objections.models.grounds import Ground, NeededDocument
from objections.models.history import ObjectionEvent
from objections.models.objection import Contested, Objection, ObjectionDocument
from objections.models.quality import QualityReview, QualitySample, QualitySkip, SkipReason
from objections.models.reminders import ReminderRound
from objections.models.second_looks import SecondLook
from objections.models.teams import Team, TeamMembership
from objections.models.windows import FilingExemption, LateAttempt, WindowExtension
from objections.models.wordings import AnswerTemplate

__all__ = [
    "AnswerTemplate",
    "BackPayLine",
    "BulkAct",
    "BulkActCase",
    "Contested",
    "Correction",
    "CorrectionAmount",
    "CorrectionEvent",
    "CorrectionRow",
    "Decision",
    "DecisionExport",
    "DecisionReason",
    "FilingExemption",
    "Ground",
    "LateAttempt",
    "NeededDocument",
    "Objection",
    "ObjectionDocument",
    "ObjectionEvent",
    "QualityReview",
    "QualitySample",
    "QualitySkip",
    "ReminderRound",
    "SecondLook",
    "SkipReason",
    "Team",
    "TeamMembership",
    "WindowExtension",
]
