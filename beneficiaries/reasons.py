"""The catalogue of reasons: what each says, what it means, what its reader can do.

The codes are those of the programme's files. A sensitive reason is shown to the person it is
about and to staff who need it; everybody else reads that there is one (DOMAIN 16). No SMS
carries a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils import translation
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ReasonText:
    """A reason's words in one language."""

    label: str
    meaning: str
    action: str


@dataclass(frozen=True)
class Reason:
    """A reason; its words follow the reader's language."""

    code: str
    label: StrOrPromise
    meaning: StrOrPromise
    action: StrOrPromise
    is_sensitive: bool = False

    def text(self, language: str) -> ReasonText:
        """Give the words in one language, whatever the reader's is."""
        with translation.override(language):
            return ReasonText(str(self.label), str(self.meaning), str(self.action))


_CATALOGUE: Final = (
    Reason(
        "NATIONALITY",
        _("Nationality"),
        _("The programme is for citizens and for some of their relatives who are not."),
        _(
            "If you are married to a citizen, a child of a citizen woman or hold a mobility card, "
            "object and attach the proof."
        ),
    ),
    Reason(
        "ABSENCE_90",
        _("Outside the kingdom for more than 90 days"),
        _("The travel record shows more than 90 days abroad within 12 months."),
        _(
            "If the dates are wrong, or you were abroad for study, treatment or work, "
            "object and attach the proof."
        ),
    ),
    Reason(
        "PRISON",
        _("In prison"),
        _("The official record shows a stay in prison in this period."),
        _("If you have left, or the record is wrong, object and attach the release paper."),
        is_sensitive=True,
    ),
    Reason(
        "SHELTER",
        _("Living in a government shelter"),
        _("The official record shows that the state provides your housing and care in a shelter."),
        _("If you have left the shelter, object and attach a paper that says when."),
        is_sensitive=True,
    ),
    Reason(
        "DATA_MISMATCH",
        _("Data differs from the official records"),
        _("Something in your file is not what the official records say."),
        _(
            "Compare your file with your card and the family record, correct what differs, "
            "then object."
        ),
    ),
    Reason(
        "ASSETS",
        _("Financial capacity"),
        _("The property, vehicles, savings or shares registered in your name are above the limit."),
        _("If something is no longer yours, object and attach the proof of sale or transfer."),
    ),
    Reason(
        "LEASE_NOT_PROVEN",
        _("The lease is not proven"),
        _("We did not find a valid unified lease in your name."),
        _("Register the lease in Ejar or renew it in your name alone, then object and attach it."),
    ),
    Reason(
        "INDEPENDENCE_NOT_PROVEN",
        _("Living on your own is not proven"),
        _("You asked to be counted as living on your own, and we did not find the proof."),
        _("Attach one paper in your name: a title deed, a unified lease or an electricity bill."),
    ),
    Reason(
        "ATTACHMENTS_MISSING",
        _("A document is missing"),
        _("A document that your registration needs was not attached or cannot be read."),
        _("Object and attach the whole document, clear and valid."),
    ),
    Reason(
        "HEAD_INELIGIBLE",
        _("The main beneficiary is not eligible"),
        _("The household follows its main beneficiary, who is not eligible this month."),
        _("The main beneficiary reads their own reason and can object to it."),
    ),
    Reason(
        "INCOME_OVER_CUTOFF",
        _("Income above the limit"),
        _("The household's income this month is above the limit for support."),
        _("If the income is wrong or has stopped, correct it, object and attach the proof."),
    ),
    Reason(
        "HOUSEHOLD_CHANGED",
        _("The household has changed"),
        _("Somebody joined the household or left it, so the amount was counted again."),
        _("If the change is wrong, object and attach the family record."),
    ),
    Reason(
        "ABSENCE_DEDUCTION",
        _("Days abroad were deducted"),
        _("We take off the daily rate for each day outside the kingdom."),
        _("If the travel dates are wrong, object and attach the travel record."),
    ),
    Reason(
        "INCOME_CHANGED",
        _("The income has changed"),
        _("The household's income went up, so the support went down."),
        _("If the income is wrong, correct it, object and attach a salary statement."),
    ),
    Reason(
        "DEPENDANT_INELIGIBLE",
        _("A dependant is not eligible"),
        _("One of the household is not eligible, so no amount was counted for them."),
        _("Open that person's result to read the reason and object to it."),
    ),
    Reason(
        "ACCOUNT_INACTIVE",
        _("The bank account is not active"),
        _("The bank sent the payment back because the account is closed or not active."),
        _("Activate the account at your bank or write another IBAN in your file, then object."),
    ),
)

REASONS: Final[dict[str, Reason]] = {reason.code: reason for reason in _CATALOGUE}

HIDDEN: Final = Reason(
    "HIDDEN",
    _("A reason shown to its owner only"),
    _("This reason is private. The person it is about reads it in their own file."),
    _("The person signs in with their own national ID and can object."),
    is_sensitive=True,
)


def has_sensitive(codes: Iterable[str]) -> bool:
    """Tell whether one of the reasons is sensitive, so that only its owner may object."""
    return any(REASONS[code].is_sensitive for code in codes)


def shown_reasons(
    codes: Iterable[str], *, is_own: bool, may_see_sensitive: bool = False
) -> list[Reason]:
    """Give the reasons in the order of the file, each sensitive one replaced for other eyes.

    Several hidden reasons are shown as one, so that even their number is not told.
    """
    shown: list[Reason] = []
    for code in codes:
        reason = REASONS[code]
        if reason.is_sensitive and not (is_own or may_see_sensitive):
            reason = HIDDEN
        if reason not in shown:
            shown.append(reason)
    return shown
