"""How somebody reached a member of staff, and how it ended."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from sawtak.models import Channel


class ContactChannel(models.TextChoices):
    """How it came; the values are those of a ticket's channel."""

    PHONE = Channel.PHONE.value, _("Call")
    X = Channel.X.value, _("Post on X")
    LETTER = Channel.LETTER.value, _("Letter")


class Outcome(models.TextChoices):
    """How a contact ended."""

    TICKET = "ticket", _("A new request was filed")
    ADDED = "added", _("Added to an open request")
    OBJECTION = "objection", _("An objection was filed")
    ANSWERED = "answered", _("Answered at once")
    BROKEN_OFF = "broken_off", _("Broken off before the end")
    LEFT_OPEN = "left_open", _("Left open by whoever took it")


WITH_CASE: Final = {
    Outcome.TICKET: "ticket",
    Outcome.ADDED: "ticket",
    Outcome.OBJECTION: "objection",
}
"""What a contact of this outcome has touched."""


class ContactStep(models.TextChoices):
    """What happened in a contact."""

    STARTED = "started", _("Began")
    IDENTIFIED = "identified", _("The person was identified")
    NOT_MATCHED = "not_matched", _("What was given does not match")
    TICKET = "ticket", _("A request was filed")
    ADDED = "added", _("Words were added to a request")
    OBJECTION = "objection", _("An objection was filed")
    ENDED = "ended", _("Ended")
    ENDED_FOR = "ended_for", _("Ended for a colleague")


class KnownStep(models.TextChoices):
    """What happened to a known problem after it was written."""

    WITHDRAWN = "withdrawn", _("Taken out of use")
    PUT_BACK = "put_back", _("Put back into use")
