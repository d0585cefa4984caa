"""What a flag says of a person, and why somebody opened a file."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class FlagKind(models.TextChoices):
    """What whoever deals with a person has to know before anything else."""

    INTERPRETER = "interpreter", _("Needs an interpreter")
    CALL = "call", _("Call, do not write")
    SPEAKER = "speaker", _("Somebody else speaks for them")
    VULNERABLE = "vulnerable", _("Needs special care")
    THREAT = "threat", _("Has threatened staff")


SENSITIVE_FLAGS: Final = frozenset({FlagKind.VULNERABLE, FlagKind.THREAT})
"""Their reasons are for those who may see sensitive reasons, and for who wrote them."""


class ViewWhy(models.TextChoices):
    """Why a file was opened. The first three are known without asking."""

    CASE = "case", _("A case of this person that is with them")
    CONTACT = "contact", _("A call, post or letter of this person")
    WORK = "work", _("Their daily work")
    AUDIT = "audit", _("An audit")
    COMPLAINT = "complaint", _("A complaint about our work")
    FAULT = "fault", _("A fault of the portal")
    OTHER = "other", _("Something else")


ASKED_WHYS: Final = (ViewWhy.AUDIT, ViewWhy.COMPLAINT, ViewWhy.FAULT, ViewWhy.OTHER)
"""What somebody may name who needs a reason."""
