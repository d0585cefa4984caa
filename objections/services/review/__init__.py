"""What staff do with an objection, an act a module."""

from objections.services.review.approving import approve_decision, put_in_force, return_proposal
from objections.services.review.asking import request_documents
from objections.services.review.changing import Seen, seen_of, waiting_proposal
from objections.services.review.many import (
    DoneMany,
    approve_many,
    ask_many,
    hand_over_many,
    put_back_many,
    take_many,
)
from objections.services.review.proposing import (
    Proposal,
    lapse_proposal,
    propose_decision,
    withdraw_proposal,
)
from objections.services.review.taking import (
    hand_over_objection,
    put_back_objection,
    take_next,
    take_objection,
)

__all__ = [
    "DoneMany",
    "Proposal",
    "Seen",
    "approve_decision",
    "approve_many",
    "ask_many",
    "hand_over_many",
    "hand_over_objection",
    "lapse_proposal",
    "propose_decision",
    "put_back_many",
    "put_back_objection",
    "put_in_force",
    "request_documents",
    "return_proposal",
    "seen_of",
    "take_many",
    "take_next",
    "take_objection",
    "waiting_proposal",
    "withdraw_proposal",
]
