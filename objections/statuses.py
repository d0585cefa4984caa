"""The one table of an objection's statuses and of what may follow what (DOMAIN 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ObjectionStatus(models.TextChoices):
    """Labels as citizens read them. «منتهية» is never used: it is known to be misread."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    UNDER_REVIEW = "under_review", _("Under review")
    DOCUMENTS_WANTED = "documents_wanted", _("Documents wanted")
    ACCEPTED = "accepted", _("Accepted")
    PARTLY_ACCEPTED = "partly_accepted", _("Partly accepted")
    REJECTED = "rejected", _("Rejected")
    STOPPED = "stopped", _("Stopped: the period is over")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class EventKind(models.TextChoices):
    """What a row of an objection's history tells. `CITIZENS_KINDS` says which the citizen reads."""

    MOVED = "moved", _("The status changed")
    TAKEN = "taken", _("Taken over")
    DOCUMENTS_CAME = "documents", _("The documents arrived")
    HANDED_OVER = "handed_over", _("Handed over")
    PUT_BACK = "put_back", _("Put back into the queue")
    PROPOSED = "proposed", _("A decision was proposed")
    PROPOSAL_WITHDRAWN = "unproposed", _("The proposal was taken back")
    RETURNED = "returned", _("The proposal was returned")
    APPROVED = "approved", _("The decision was approved")
    SUPERSEDED = "superseded", _("The decision was replaced")
    CONFIRMED = "confirmed", _("The decision was confirmed")
    LOOK_ASKED = "look_asked", _("A second look was asked for")
    LOOK_WITHDRAWN = "look_withdrawn", _("The second look was withdrawn")
    DOCUMENT_ADDED = "paper_added", _("Document added")
    DOCUMENT_REPLACED = "paper_replaced", _("Document replaced")
    DOCUMENT_REFUSED = "paper_refused", _("Document not accepted")


CITIZENS_KINDS: Final = (
    EventKind.MOVED,
    EventKind.APPROVED,
    EventKind.SUPERSEDED,
    EventKind.CONFIRMED,
    EventKind.LOOK_ASKED,
    EventKind.LOOK_WITHDRAWN,
)
"""What the citizen reads of the history; all else is the staff's own work."""

DOCUMENT_KINDS: Final = (
    EventKind.DOCUMENT_ADDED,
    EventKind.DOCUMENT_REPLACED,
    EventKind.DOCUMENT_REFUSED,
)
"""What happened to a document and left the status as it was; the citizen reads it too."""


class DecisionState(models.TextChoices):
    """What became of a proposed decision."""

    PROPOSED = "proposed", _("Waits for approval")
    RETURNED = "returned", _("Returned")
    APPROVED = "approved", _("In force")
    SUPERSEDED = "superseded", _("Replaced by a later decision")
    WITHDRAWN = "withdrawn", _("Taken back by its proposer")
    LAPSED = "lapsed", _("Fell away: the case ended before")


class BulkKind(models.TextChoices):
    """What staff do with many cases at once."""

    TAKE = "take", _("Take the cases")
    HAND_OVER = "hand_over", _("Hand the cases over")
    PUT_BACK = "put_back", _("Put the cases back into the queue")
    DOCUMENTS = "documents", _("Ask for documents")
    APPROVE = "approve", _("Approve the decisions")


class FilingChannel(models.TextChoices):
    """How an objection came."""

    ONLINE = "online", _("online")
    PAPER = "paper", _("on paper")
    PHONE = "phone", _("by phone")


class LookState(models.TextChoices):
    """What became of a second look."""

    OPEN = "open", _("Being studied")
    CONFIRMED = "confirmed", _("The first decision was confirmed")
    CHANGED = "changed", _("The first decision was replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn by the citizen")


LOOK_KINDS: Final = (EventKind.LOOK_ASKED, EventKind.LOOK_WITHDRAWN)
"""What is called by what happened and not by the status that it led to."""


class ReminderKind(models.TextChoices):
    """What a reminder is about, and how long before the last day. The value is in its event."""

    RESULT = "result14", _("a result, 14 days before")
    DRAFT_3 = "draft3", _("a draft, 3 days before")
    DRAFT_1 = "draft1", _("a draft, 1 day before")


@dataclass(frozen=True)
class Badge:
    """How a status is shown: never by colour alone."""

    kind: str
    icon: str


BADGES: Final[dict[str, Badge]] = {
    ObjectionStatus.DRAFT: Badge("plain", "pen"),
    ObjectionStatus.SUBMITTED: Badge("info", "send"),
    ObjectionStatus.UNDER_REVIEW: Badge("info", "eye"),
    ObjectionStatus.DOCUMENTS_WANTED: Badge("wait", "file-add"),
    ObjectionStatus.ACCEPTED: Badge("ok", "ok"),
    ObjectionStatus.PARTLY_ACCEPTED: Badge("ok", "half"),
    ObjectionStatus.REJECTED: Badge("bad", "no"),
    ObjectionStatus.STOPPED: Badge("off", "stop"),
    ObjectionStatus.WITHDRAWN: Badge("plain", "undo"),
}

TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    ObjectionStatus.DRAFT: frozenset({ObjectionStatus.SUBMITTED, ObjectionStatus.STOPPED}),
    ObjectionStatus.SUBMITTED: frozenset(
        {
            ObjectionStatus.UNDER_REVIEW,
            ObjectionStatus.WITHDRAWN,
            # Nobody has to take what a correction of its result settles (docs/adr/0027).
            ObjectionStatus.ACCEPTED,
            ObjectionStatus.PARTLY_ACCEPTED,
        }
    ),
    ObjectionStatus.UNDER_REVIEW: frozenset(
        {
            ObjectionStatus.DOCUMENTS_WANTED,
            ObjectionStatus.ACCEPTED,
            ObjectionStatus.PARTLY_ACCEPTED,
            ObjectionStatus.REJECTED,
            ObjectionStatus.WITHDRAWN,
        }
    ),
    ObjectionStatus.DOCUMENTS_WANTED: frozenset(
        {
            ObjectionStatus.UNDER_REVIEW,
            ObjectionStatus.ACCEPTED,
            ObjectionStatus.PARTLY_ACCEPTED,
            ObjectionStatus.REJECTED,
            ObjectionStatus.WITHDRAWN,
        }
    ),
    ObjectionStatus.ACCEPTED: frozenset(),
    ObjectionStatus.PARTLY_ACCEPTED: frozenset(),
    ObjectionStatus.REJECTED: frozenset(),
    ObjectionStatus.STOPPED: frozenset({ObjectionStatus.DRAFT}),
    ObjectionStatus.WITHDRAWN: frozenset(),
}

OPEN_STATUSES: Final = (
    ObjectionStatus.SUBMITTED,
    ObjectionStatus.UNDER_REVIEW,
    ObjectionStatus.DOCUMENTS_WANTED,
)
"""What is not decided yet; the index of the staff's queue names the same ones."""

IN_REVIEW_STATUSES: Final = (ObjectionStatus.UNDER_REVIEW, ObjectionStatus.DOCUMENTS_WANTED)
"""A caseworker has it, or had it; a decision can be proposed."""

DECIDED_STATUSES: Final = (
    ObjectionStatus.ACCEPTED,
    ObjectionStatus.PARTLY_ACCEPTED,
    ObjectionStatus.REJECTED,
)


REFUSED_STATUSES: Final = (ObjectionStatus.PARTLY_ACCEPTED, ObjectionStatus.REJECTED)
"""The decisions that did not give all: a second look can be asked for, or more documents sent.

Only `objections.services.second_looks` moves a case from one of them to submitted, and back.
"""

REFILED_STATUSES: Final = (*REFUSED_STATUSES, ObjectionStatus.WITHDRAWN)
"""After these somebody may file again against the same result or payment while there is time."""

GRANTED_STATUSES: Final = (ObjectionStatus.ACCEPTED, ObjectionStatus.PARTLY_ACCEPTED)
"""The decisions that count in a coming cycle and may bring back pay."""


def label(status: str) -> str | Promise:
    """Give the label citizens read."""
    return ObjectionStatus(status).label
