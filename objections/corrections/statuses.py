"""How far a correction of many results is, what staff did with it, and what became of its rows."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CorrectionState(models.TextChoices):
    """Where a correction is. From the approval on nothing of it is changed (docs/adr/0027)."""

    FIXING = "fixing", _("The set is being written")
    FIXED = "fixed", _("The set is fixed")
    PROPOSED = "proposed", pgettext_lazy("correction", "Waits for approval")
    RUNNING = "running", pgettext_lazy("correction", "Under way")
    DONE = "done", pgettext_lazy("correction", "Done")
    WITHDRAWN = "withdrawn", pgettext_lazy("correction", "Withdrawn")


class AmountRule(models.TextChoices):
    """What the right amount of a payment is."""

    DUE = "due", _("What was due: the deduction was wrong")
    ADDITION = "addition", _("A fixed addition to what was due")
    LISTED = "listed", _("The amount that a file names for each person")


class CorrectionAct(models.TextChoices):
    """What somebody did with a correction."""

    PREPARED = "prepared", _("Had the set written")
    FIXED = "fixed", _("The set was fixed")
    REMOVED = "removed", _("Took a row out of the set")
    REWORDED = "reworded", _("Changed what people read")
    PROPOSED = "proposed", _("Asked for approval")
    RETURNED = "returned", _("Returned it")
    APPROVED = "approved", _("Approved it")
    WITHDRAWN = "withdrawn", _("Withdrew it")
    EXPORTED = "exported", _("Downloaded the set")
    DONE = "done", _("All rows are done")


class RowState(models.TextChoices):
    """What became of a row of the set; one that is left alone keeps the result it has."""

    WAITING = "waiting", _("In the set")
    REMOVED = "removed", _("Taken out by staff")
    CORRECTED = "corrected", _("Corrected")
    REPLACED = "replaced", _("Left: something newer came meanwhile")
    DECIDED = "decided", _("Left: an objection was decided meanwhile")
    UNFOLLOWED = "unfollowed", _("Left: the main beneficiary's was left")


LEFT_STATES: Final = (RowState.REPLACED, RowState.DECIDED, RowState.UNFOLLOWED)
"""What the run found changed since the set was fixed, and left alone."""

BADGES: Final[dict[str, tuple[str, str]]] = {
    CorrectionState.FIXING: ("info", "clock"),
    CorrectionState.FIXED: ("plain", "list"),
    CorrectionState.PROPOSED: ("wait", "clock"),
    CorrectionState.RUNNING: ("info", "send"),
    CorrectionState.DONE: ("ok", "ok"),
    CorrectionState.WITHDRAWN: ("plain", "undo"),
}
