"""Where a kept file stands between its arrival and its opening by staff."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentState(models.TextChoices):
    """What is known of a file's harmlessness.

    Where a scanner is set a file is received, then being checked until the scanner has spoken;
    without one it is fine as soon as its own content was checked (docs/adr/0024).
    """

    RECEIVED = "received", _("Arrived, waits to be checked")
    CHECKING = "checking", _("Arrived, being checked")
    FINE = "fine", _("Arrived and checked")
    REFUSED = "refused", _("Not accepted")


WAITING_STATES: Final = (DocumentState.RECEIVED, DocumentState.CHECKING)
