"""Which messages are worth a call, until when, and how often nobody answers. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from portal.calls.statuses import CallMatter

MATTERS: Final = {
    "objection_documents_wanted": CallMatter.DOCUMENTS,
    "objection_accepted": CallMatter.DECISION,
    "objection_partly_accepted": CallMatter.DECISION,
    "objection_rejected": CallMatter.DECISION,
    "ticket_question": CallMatter.QUESTION,
    "ticket_answered": CallMatter.ANSWER,
}
"""The messages that somebody must know of: what is asked of them, what was decided, what was
answered. That a case arrived or was taken loses nobody anything (docs/adr/0017)."""

CALL_WITHIN_DAYS: Final = 3
"""So soon somebody is called where nothing else presses."""

BEFORE_DOCUMENTS_DAYS: Final = 7
"""Whoever must find a paper is called so many days before it is due."""

MOST_CALLS: Final = 3
"""After so many calls without an answer nobody is called again."""

CALLED_WITHIN: Final = timedelta(days=30)
"""What is older is read in the file; calling about it would only puzzle."""


def call_by(*, opened_on: date, due_on: date | None) -> date:
    """Give the day by which somebody is called; `due_on` is when their documents are due."""
    soon = opened_on + timedelta(days=CALL_WITHIN_DAYS)
    if due_on is None:
        return soon
    return max(opened_on, min(soon, due_on - timedelta(days=BEFORE_DOCUMENTS_DAYS)))


def gives_up(calls: int) -> bool:
    """Tell whether this many calls without an answer were enough."""
    return calls >= MOST_CALLS
