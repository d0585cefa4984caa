"""Texts that staff begin an answer with."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.decisions import OUTCOMES

DOCUMENTS_KIND: Final = "documents"


class AnswerTemplate(models.Model):
    """A text that a caseworker puts into an answer or a wish for documents, and then adapts.

    What it says in Arabic it says in English; the citizen gets the one of their language.
    """

    kind = models.CharField(
        _("for"), max_length=16, choices=[*OUTCOMES, (DOCUMENTS_KIND, _("a wish for documents"))]
    )
    title_ar = models.CharField(_("Arabic title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80)
    text_ar = models.TextField(_("Arabic text"), max_length=1000)
    text_en = models.TextField(_("English text"), max_length=1000)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("template of answers")
        verbose_name_plural = _("templates of answers")
        ordering = ["kind", "place", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["accepted", "partly_accepted", "rejected", "documents"]),
                name="answer_template_kind",
            ),
            models.CheckConstraint(
                condition=~Q(title_ar="") & ~Q(title_en="") & ~Q(text_ar="") & ~Q(text_en=""),
                name="answer_template_in_two_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.title_ar

    def title(self, language: str) -> str:
        """Give its title in a language."""
        return self.title_en if language == "en" else self.title_ar

    def text(self, language: str) -> str:
        """Give its text in a language."""
        return self.text_en if language == "en" else self.text_ar
