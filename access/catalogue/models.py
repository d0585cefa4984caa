"""Rows of catalogues that apps have alike."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TextTemplate(models.Model):
    """A text that staff begin with and then adapt: what it says in Arabic it says in English."""

    title_ar = models.CharField(_("Arabic title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=80)
    text_ar = models.TextField(_("Arabic text"), max_length=1000)
    text_en = models.TextField(_("English text"), max_length=1000)
    place = models.PositiveSmallIntegerField(_("place in the list"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title_ar

    def title(self, language: str) -> str:
        """Give its title in a language."""
        return self.title_en if language == "en" else self.title_ar

    def text(self, language: str) -> str:
        """Give its text in a language, with its fields unfilled."""
        return self.text_en if language == "en" else self.text_ar
