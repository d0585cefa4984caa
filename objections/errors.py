"""Why an objection was refused: one class a refusal, carrying its data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime


class ObjectionRefused(Exception):
    """Anything an objection's service refuses."""


@dataclass
class FilingWindowClosed(ObjectionRefused):
    """The last filing day has passed."""

    counted_from: date
    deadline: date


@dataclass
class ExtensionRefused(ObjectionRefused):
    """What is wrong with an extension: reason, not_announced, too_early, past or too_late.

    `day` is the one it has to lie after, or not after.
    """

    why: str
    day: date | None = None


@dataclass
class ExemptionRefused(ObjectionRefused):
    """What is wrong with an exemption: reason, past, too_early, too_late, or not_contestable.

    `day` is the one in the way.
    """

    why: str
    day: date | None = None


@dataclass
class EntryRefused(ObjectionRefused):
    """What staff entered cannot be so: future, before_window, consent or days.

    `day` is the one in the way.
    """

    why: str
    day: date | None = None


@dataclass
class AlreadyObjected(ObjectionRefused):
    """An open objection against the same result exists."""

    reference: str


@dataclass
class NotContestable(ObjectionRefused):
    """The result cannot be contested, or not by this person."""

    why: str


@dataclass
class TransitionRefused(ObjectionRefused):
    """Somebody changed the case first, or the step is not allowed from its status.

    `did` is the kind of what was done last, `by` whom and when.
    """

    status: str
    wanted: str
    by: str = ""
    at: datetime | None = None
    did: str = field(default="", compare=False)


class LastChance(ObjectionRefused):
    """Once withdrawn, this objection could not be filed again, and nobody said they knew."""


@dataclass
class IncompleteObjection(ObjectionRefused):
    """What an objection needs before it can be submitted, by the names of the form's fields."""

    missing: tuple[str, ...]


@dataclass
class GroundNotOffered(ObjectionRefused):
    """The ground is not, or is no longer, among those that can be chosen on this track."""

    code: str


@dataclass
class WrittenElsewhere(ObjectionRefused):
    """Another page of the same writer has saved another statement; `statement` is that one."""

    statement: str


@dataclass
class DraftClosed(ObjectionRefused):
    """The draft was submitted or stopped meanwhile; it cannot be written any more."""

    status: str
    reference: str = ""


@dataclass
class TooManyDocuments(ObjectionRefused):
    """An objection holds only so many documents."""

    limit: int


@dataclass
class IncompleteDecision(ObjectionRefused):
    """What a decision or a wish for documents lacks, by the name of the argument."""

    missing: str


@dataclass
class ProposalWaits(ObjectionRefused):
    """A decision on the case waits for approval; until it is closed nothing else is done."""

    by: str
    at: datetime


@dataclass
class SecondLookRefused(ObjectionRefused):
    """No second look at this decision: `why` is its standing (objections.after_decision)."""

    why: str


@dataclass
class HadFirstDecision(ObjectionRefused):
    """Who had a part in the first decision has none in the second look: `who` is their name."""

    who: str


class OwnProposal(ObjectionRefused):
    """Nobody approves or returns what they proposed themselves."""


class NotYourProposal(ObjectionRefused):
    """Only its proposer takes a proposal back."""


class NothingToTake(ObjectionRefused):
    """No case waits to be taken."""


@dataclass
class WrongBackPay(ObjectionRefused):
    """Back pay for a month that brings none, or an amount that is none: `cycle` names the month."""

    cycle: str


@dataclass
class CorrectionRefused(ObjectionRefused):
    """What is wrong with an act on a correction.

    texts: a text is missing. moved: it is in another state than its reader saw, `state`. changed:
    its set is not the one that was shown. nothing: nothing is left in the set. own: nobody
    approves or returns what they prepared. not_yours: only who prepared it does this. settled: the
    row is not in the set any more.
    """

    why: str
    state: str = ""


@dataclass
class SampleRefused(ObjectionRefused):
    """What is wrong with a sample: order, ahead, too_long, amount or nothing."""

    why: str


class NothingToReview(ObjectionRefused):
    """No case of a sample waits that this member of staff may decide again."""


class NotYourReview(ObjectionRefused):
    """The review is not, or is no longer, in the hands of whoever acts."""


class ReviewClosed(ObjectionRefused):
    """Nothing is left to do on the review: it agrees, or somebody closed it before."""
