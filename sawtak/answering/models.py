"""What staff answer tickets with, what they note for each other, and which tickets belong together.

Named by `sawtak.models`, which the rest of the code imports them from.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from access.catalogue.models import TextTemplate

LONGEST_NOTE: Final = 2000


class ReplyTemplate(TextTemplate):
    """What an agent puts into an answer or a question, in the sender's language.

    Fields in {braces} are filled from the ticket (`sawtak.answering.fields`). `category` is the
    code of a type of tickets; empty, it is for every type.
    """

    category = models.CharField(_("type"), max_length=14, blank=True)

    class Meta:
        verbose_name = _("template of replies")
        verbose_name_plural = _("templates of replies")
        ordering = ["category", "place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title_ar="") & ~Q(title_en="") & ~Q(text_ar="") & ~Q(text_en=""),
                name="reply_template_in_two_languages",
            ),
        ]


class TicketNote(models.Model):
    """What staff note for each other on a ticket. No citizen ever reads it; never changed."""

    ticket = models.ForeignKey("sawtak.Ticket", on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    text = models.TextField(_("note"), max_length=LONGEST_NOTE)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"note {self.pk} on ticket {self.ticket_id}"


class TicketLink(models.Model):
    """Two tickets that belong together: related, or the second split from the first."""

    first = models.ForeignKey("sawtak.Ticket", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("sawtak.Ticket", on_delete=models.PROTECT, related_name="+")
    is_split = models.BooleanField(default=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("link of tickets")
        verbose_name_plural = _("links of tickets")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="ticket_link_lower_first"
            ),
            models.UniqueConstraint(fields=["first", "second"], name="ticket_link_once"),
        ]

    def __str__(self) -> str:
        return f"tickets {self.first_id} and {self.second_id}"
