"""What each status of a payment says, what it means and what its reader can do.

The programme's own labels are known to be misread («لا يوجد», «وُجهت», «مرفوضة»): each has a plain
label in `PaymentStatus` and its meaning here.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from beneficiaries.statuses import PaymentStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class PaymentWords:
    """A status of a payment in words; they follow the reader's language.

    `action` is what helps the payment on its way, empty where nothing does; whether it can be
    contested is another matter. `kind` and `icon` are those of its tag.
    """

    label: StrOrPromise
    meaning: StrOrPromise
    kind: str
    icon: str
    action: StrOrPromise = ""


_MEANINGS: Final[dict[str, tuple[StrOrPromise, str, str, StrOrPromise]]] = {
    PaymentStatus.NONE: (
        _("Nothing was deposited for this cycle."),
        "info",
        "info",
        "",
    ),
    PaymentStatus.PROCESSING: (
        _("We are preparing the amount. It has not gone to the bank yet."),
        "wait",
        "clock",
        _("You do not need to do anything now."),
    ),
    PaymentStatus.SENT: (
        _("We sent the amount to your bank. It reaches the account within days."),
        "wait",
        "send",
        _("You do not need to do anything now."),
    ),
    PaymentStatus.PAID: (_("The amount is in the account."), "ok", "ok", ""),
    PaymentStatus.REFUSED: (
        _("Your bank did not take the amount: the account is closed or not active."),
        "bad",
        "no",
        _("Write the IBAN of an active account in your file. We send the amount again."),
    ),
    PaymentStatus.WAITING: (
        _("An earlier payment came back from the bank, so this one waits."),
        "wait",
        "pause",
        _("Write the IBAN of an active account in your file. We then send both payments."),
    ),
}


def words_of(status: str, *, due_sar: Decimal, paid_sar: Decimal) -> PaymentWords:
    """Give the words of a status and its amounts. Raises ValueError for what is no status."""
    meaning, kind, icon, action = _MEANINGS[PaymentStatus(status)]
    if status == PaymentStatus.PAID and paid_sar < due_sar:
        meaning = _("Less was paid than was due.") if paid_sar else _("None of it was paid.")
    return PaymentWords(PaymentStatus(status).label, meaning, kind, icon, action)
