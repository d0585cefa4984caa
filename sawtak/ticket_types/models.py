"""The catalogue of the types of request (docs/adr/0034)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from saudi.languages import page_language

CODE_CHARACTERS: Final = 14
LABEL_CHARACTERS: Final = 50
HINT_CHARACTERS: Final = 120


class Category(StrEnum):
    """The types that code names; the rows of `TicketType` say which there are and their names."""

    REGISTRATION = "registration"
    SIGN_IN = "sign_in"
    ELIGIBILITY = "eligibility"
    PAYMENTS = "payments"
    OBJECTION = "objection"
    SUSPENSION = "suspension"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    OTHER = "other"


class TicketType(models.Model):
    """What a request may be about, as its sender would say it.

    A ticket, a rule of the queue, a figure and a help article keep the code, which never changes;
    what a ticket has is never deleted: a trigger holds both. Switched off, it is read where it was
    chosen and offered no more. The name of a sensitive one is shown to whoever proved the ticket's
    mobile, and stands in no message.
    """

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True, editable=False)
    label_ar = models.CharField(_("name in Arabic"), max_length=LABEL_CHARACTERS)
    label_en = models.CharField(_("name in English"), max_length=LABEL_CHARACTERS)
    hint_ar = models.CharField(_("hint in Arabic"), max_length=HINT_CHARACTERS, blank=True)
    hint_en = models.CharField(_("hint in English"), max_length=HINT_CHARACTERS, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the list"), default=50)
    is_sensitive = models.BooleanField(_("sensitive"), default=False, db_default=False)
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)

    class Meta:
        verbose_name = _("type of request")
        verbose_name_plural = _("types of request")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9_]*$"), name="ticket_type_has_code"
            ),
            models.CheckConstraint(
                condition=~Q(label_ar="") & ~Q(label_en=""), name="ticket_type_says_both_languages"
            ),
            models.CheckConstraint(
                condition=Q(hint_ar="", hint_en="") | ~Q(hint_ar="") & ~Q(hint_en=""),
                name="ticket_type_hint_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.label_en if page_language() == "en" else self.label_ar

    @property
    def hint(self) -> str:
        """What belongs to it, in the language of the page; may be empty."""
        return self.hint_en if page_language() == "en" else self.hint_ar
