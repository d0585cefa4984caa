"""The first of the two people of a decision: proposing it, and taking the proposal back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from beneficiaries.models import User
from objections.back_pay import back_pay_months
from objections.errors import IncompleteDecision, NotYourProposal, WrongBackPay
from objections.models import BackPayLine, Decision, DecisionReason, Objection
from objections.second_looks import ensure_others, open_look
from objections.services.history import append_act
from objections.services.review.changing import (
    Seen,
    changing,
    ensure_no_proposal,
    refusal,
    waiting_proposal,
)
from objections.statuses import (
    DECIDED_STATUSES,
    GRANTED_STATUSES,
    IN_REVIEW_STATUSES,
    DecisionState,
    EventKind,
)
from saudi.digits import is_blank
from saudi.gregorian import riyadh_date

LARGEST_AMOUNT_SAR: Final = Decimal("99999.99")
"""More than any household gets in a month: a larger one was mistyped."""


@dataclass(frozen=True)
class Proposal:
    """What is proposed. `back_pay` has riyals by cycle; months without money may be left out.

    `supersede_reason` says why a decision in force is replaced, and is empty otherwise.
    """

    outcome: str
    reason_codes: tuple[str, ...]
    answer: str
    back_pay: Mapping[str, Decimal] = field(default_factory=dict)
    supersede_reason: str = ""

    @property
    def total_sar(self) -> Decimal:
        return sum(self.back_pay.values(), Decimal(0))


def propose_decision(
    *, objection_id: int, proposer: User, proposal: Proposal, seen: Seen, now: datetime
) -> Decision:
    """Propose a decision, for somebody else to approve. The citizen is told nothing yet.

    An open case is decided by whoever has it; a decided one by anybody who may decide, with the
    reason for which the decision in force is to be replaced. In a second look it replaces the first
    one, because the citizen asked for it.

    Raises:
        TransitionRefused: somebody was faster, or the case is not theirs to decide.
        ProposalWaits: another decision on it waits for approval.
        IncompleteDecision: without an answer, or with reasons that are not those of the outcome.
        WrongBackPay: money for a month that brings none.
        HadFirstDecision: it is a second look, and they had a part in the first.
    """
    _ensure_whole(proposal)
    with changing(
        objection_id,
        act=EventKind.PROPOSED,
        wanted=proposal.outcome,
        seen=seen,
        actor=proposer,
        now=now,
    ) as objection:
        replaces = _ensure_may_propose(objection, proposer, proposal)
        estimates = _estimates(objection, proposal, now=now)
        decision = Decision.objects.create(
            objection=objection,
            outcome=proposal.outcome,
            reason_codes=list(proposal.reason_codes),
            answer=proposal.answer,
            proposed_by=proposer,
            proposed_at=now,
            supersedes=replaces,
            second_look=open_look(objection),
            supersede_reason=proposal.supersede_reason,
            back_pay_sar=proposal.total_sar,
        )
        BackPayLine.objects.bulk_create(
            BackPayLine(
                decision=decision, cycle=cycle, amount_sar=amount, estimate_sar=estimates[cycle]
            )
            for cycle, amount in sorted(proposal.back_pay.items())
            if amount
        )
        append_act(
            objection,
            EventKind.PROPOSED,
            decision=decision,
            actor=proposer,
            now=now,
            note=proposal.supersede_reason,
        )
    return decision


def withdraw_proposal(
    *, objection_id: int, decision_id: int, proposer: User, seen: Seen, now: datetime
) -> Decision:
    """Take one's own proposal back before anybody closed it.

    Raises:
        TransitionRefused: it was approved or returned meanwhile.
        NotYourProposal: somebody else proposed it.
    """
    with changing(
        objection_id,
        act=EventKind.PROPOSAL_WITHDRAWN,
        wanted=seen.status,
        seen=seen,
        actor=proposer,
        now=now,
    ) as objection:
        decision = waiting_proposal(objection)
        if decision is None or decision.pk != decision_id:
            raise refusal(objection, wanted=objection.status)
        if decision.proposed_by_id != proposer.pk:
            raise NotYourProposal
        close(decision, DecisionState.WITHDRAWN, by=proposer, now=now)
        append_act(
            objection, EventKind.PROPOSAL_WITHDRAWN, decision=decision, actor=proposer, now=now
        )
    return decision


def lapse_proposal(objection: Objection, *, now: datetime) -> Decision | None:
    """Let the decision that waits fall away with its case. The caller holds the case's lock."""
    decision = waiting_proposal(objection)
    if decision is not None:
        close(decision, DecisionState.LAPSED, by=None, now=now)
    return decision


def close(decision: Decision, state: DecisionState, *, by: User | None, now: datetime) -> None:
    """Write what became of a proposal. The caller holds its case's lock."""
    decision.state = state
    decision.closed_by = by
    decision.closed_at = now
    decision.save(
        update_fields=["state", "closed_by", "closed_at", "return_note", "effective_cycle"]
    )


def _ensure_whole(proposal: Proposal) -> None:
    if proposal.outcome not in DECIDED_STATUSES:
        raise IncompleteDecision(missing="outcome")
    if is_blank(proposal.answer):
        raise IncompleteDecision(missing="answer")
    codes = set(proposal.reason_codes)
    known = DecisionReason.objects.filter(
        outcome=proposal.outcome, is_active=True, code__in=codes
    ).count()
    if not codes or known != len(proposal.reason_codes):
        raise IncompleteDecision(missing="reason_codes")


def _ensure_may_propose(
    objection: Objection, proposer: User, proposal: Proposal
) -> Decision | None:
    """Give the decision that the new one would replace; None for a first one."""
    is_decided = objection.status in DECIDED_STATUSES
    is_theirs = objection.assigned_to_id == proposer.pk and objection.status in IN_REVIEW_STATUSES
    if not (is_decided or is_theirs):
        raise refusal(objection, wanted=proposal.outcome)
    ensure_others(objection, proposer)
    ensure_no_proposal(objection)
    if is_decided == is_blank(proposal.supersede_reason):
        raise IncompleteDecision(missing="supersede_reason")
    in_force: Decision | None = objection.decisions.filter(state=DecisionState.APPROVED).first()
    return in_force


def _estimates(
    objection: Objection, proposal: Proposal, *, now: datetime
) -> dict[str, Decimal | None]:
    """Give the estimates of the months that may bring money. Raises WrongBackPay for any other."""
    if not proposal.back_pay:
        return {}
    months = back_pay_months(objection, accepted_on=riyadh_date(now))
    estimates = {month.cycle: month.estimate_sar for month in months}
    for cycle, amount in proposal.back_pay.items():
        is_amount = 0 <= amount <= LARGEST_AMOUNT_SAR and amount == round(amount, 2)
        may_have = proposal.outcome in GRANTED_STATUSES and cycle in estimates
        if not is_amount or (amount and not may_have):
            raise WrongBackPay(cycle)
    return estimates
