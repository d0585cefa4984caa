"""Labels and kinds of the register's values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Relation(models.TextChoices):
    """What a person is to the head of the household."""

    HEAD = "head", _("main beneficiary")
    SPOUSE = "spouse", _("spouse")
    CHILD = "child", _("child")
    PARENT = "parent", _("parent")
    SIBLING = "sibling", _("sibling")
    WARD = "ward", _("ward")


class ResultStatus(models.TextChoices):
    """A person's eligibility in a cycle."""

    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")


class PaymentStatus(models.TextChoices):
    """Where a household's payment of a cycle is, in words that explain themselves.

    The programme's own labels («لا يوجد», «وُجهت», «مرفوضة») are known to be misread.
    """

    NONE = "none", _("No payment this month")
    PROCESSING = "processing", _("Being prepared")
    SENT = "sent", _("On its way to the bank")
    PAID = "paid", _("Paid")
    REFUSED = "refused", _("Refused by the bank")
    WAITING = "waiting", _("Waiting for a working account")


SETTLED_STATUSES: Final = frozenset({PaymentStatus.NONE, PaymentStatus.PAID})
"""Nothing more is coming: these have a deposit (or payment) day, and only they can be contested."""


class ChangeSource(models.TextChoices):
    """Who changed a value of the register."""

    REGISTER = "register", _("the register")
    OWNER = "owner", _("the person")
    STAFF = "staff", _("staff")


class ImportKind(models.TextChoices):
    """What a file brings."""

    REGISTER = "register", _("register")
    RESULTS = "results", _("results")
    PAYMENTS = "payments", _("payments")

    @property
    def pair(self) -> tuple[str, StrOrPromise]:
        """Give value and label, as a field's choices want them."""
        return self.value, self.label


class RunStatus(models.TextChoices):
    """Where an import or an announcement is."""

    WAITING = "waiting", _("Waits for a worker")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
    BROKEN_OFF = "broken_off", _("Broken off")


class Phase(models.TextChoices):
    """What an import or an announcement is at."""

    READING = "reading", _("reading rows")
    CHECKING = "checking", _("checking people and households")
    WRITING = "writing", _("writing rows")
    TELLING = "telling", _("preparing the SMS")
    REVEALING = "revealing", _("making it visible")
