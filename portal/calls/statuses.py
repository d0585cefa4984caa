"""What a call is about, how it stands and how it ended."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallMatter(models.TextChoices):
    """What waits for the person."""

    DOCUMENTS = "documents", _("Documents wanted")
    DECISION = "decision", _("Decision on an objection")
    QUESTION = "question", _("Question about a request")
    ANSWER = "answer", _("Answer to a request")


class CallStatus(models.TextChoices):
    """The life of a call."""

    OPEN = "open", _("To be called")
    DONE = "done", pgettext_lazy("call", "Told")
    GAVE_UP = "gave_up", pgettext_lazy("call", "Given up")


WAITING: Final = (CallStatus.OPEN,)
"""What is to be done; the indexes of the list name the same."""


class CallStep(models.TextChoices):
    """What happened in a call's history. The last four are written by the portal itself."""

    TAKEN = "taken", _("Taken")
    REACHED = "reached", _("Reached and told")
    NO_ANSWER = "no_answer", _("No answer")
    WRONG_NUMBER = "wrong_number", _("The number is somebody else's")
    OPENED = "opened", _("The message did not arrive")
    READ = "read", _("The person read it in the portal")
    DELIVERED = "delivered", _("The message arrived after all")
    OVERTAKEN = "overtaken", _("Nothing waits for the person any more")


OUTCOMES: Final = (CallStep.REACHED, CallStep.NO_ANSWER, CallStep.WRONG_NUMBER)
"""What somebody who called may say."""
