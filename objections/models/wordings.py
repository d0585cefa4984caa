"""Texts that staff begin an answer with."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.catalogue.models import TextTemplate
from objections.models.decisions import OUTCOMES

DOCUMENTS_KIND: Final = "documents"


class AnswerTemplate(TextTemplate):
    """What a caseworker puts into an answer or a wish for documents, in the filer's language."""

    kind = models.CharField(
        _("for"), max_length=16, choices=[*OUTCOMES, (DOCUMENTS_KIND, _("a wish for documents"))]
    )

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
