"""The catalogue of grounds and of the documents that prove them, which staff edit (ADR 0025)."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.reasons import REASONS
from objections.grounds import CODE_CHARACTERS, LABEL_CHARACTERS, Track
from saudi.languages import page_language

HINT_CHARACTERS = 200


class GroundQuerySet(models.QuerySet["Ground"]):
    """Grounds."""

    def offered(self, track: Track) -> GroundQuerySet:
        """Give what can be chosen on a track, in its order."""
        return self.filter(track=track, is_active=True).order_by("order", "id")


class Ground(models.Model):
    """Why somebody objects, on one track, as they would say it.

    An objection keeps the code and the words that its writer read, so that a row may be worded
    anew. Code and track never change, and what an objection names is never deleted: a trigger
    holds both. Switched off, it is read where it was chosen and offered no more.
    """

    track = models.CharField(
        _("track"),
        max_length=8,
        choices=[("result", _("Objection to a result")), ("payment", _("Objection to a payment"))],
    )
    code = models.CharField(max_length=CODE_CHARACTERS, editable=False)
    label_ar = models.CharField(_("label in Arabic"), max_length=LABEL_CHARACTERS)
    label_en = models.CharField(_("label in English"), max_length=LABEL_CHARACTERS)
    hint_ar = models.CharField(_("hint in Arabic"), max_length=HINT_CHARACTERS, blank=True)
    hint_en = models.CharField(_("hint in English"), max_length=HINT_CHARACTERS, blank=True)
    order = models.PositiveSmallIntegerField(_("place in the list"), default=50)
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)

    objects = GroundQuerySet.as_manager()

    class Meta:
        verbose_name = _("ground")
        verbose_name_plural = _("grounds")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["track", "code"], name="one_ground_a_track_and_code"),
            models.CheckConstraint(
                condition=Q(track__in=["result", "payment"], code__regex=r"^[a-z][a-z0-9_]*$"),
                name="ground_has_track_and_code",
            ),
            models.CheckConstraint(
                condition=~Q(label_ar="") & ~Q(label_en=""), name="ground_says_both_languages"
            ),
            models.CheckConstraint(
                condition=Q(hint_ar="", hint_en="") | ~Q(hint_ar="") & ~Q(hint_en=""),
                name="ground_hint_in_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.label(page_language())

    def label(self, language: str) -> str:
        """Give the ground in Arabic unless English is asked for."""
        return self.label_en if language.startswith("en") else self.label_ar

    def hint(self, language: str) -> str:
        """Say what to write about it, in Arabic unless English is asked for; may be empty."""
        return self.hint_en if language.startswith("en") else self.hint_ar


class NeededDocument(models.Model):
    """A document that proves something: its name, and what must be visible in it.

    It is suggested by grounds, and by reason codes of what is contested. `tells_reason` is true
    where one of those is sensitive: the document then tells the reason, and is shown to whoever
    may read that (DOMAIN 16).
    """

    code = models.CharField(max_length=CODE_CHARACTERS, unique=True, editable=False)
    name_ar = models.CharField(_("name in Arabic"), max_length=LABEL_CHARACTERS)
    name_en = models.CharField(_("name in English"), max_length=LABEL_CHARACTERS)
    visible_ar = models.TextField(
        _("what must be visible, in Arabic"), validators=[MaxLengthValidator(HINT_CHARACTERS)]
    )
    visible_en = models.TextField(
        _("what must be visible, in English"), validators=[MaxLengthValidator(HINT_CHARACTERS)]
    )
    grounds = models.ManyToManyField(
        Ground, verbose_name=_("grounds"), blank=True, related_name="documents"
    )
    reason_codes = ArrayField(
        models.CharField(max_length=40), verbose_name=_("reasons"), default=list, blank=True
    )
    order = models.PositiveSmallIntegerField(_("place in the list"), default=50)
    is_active = models.BooleanField(_("offered"), default=True, db_default=True)

    class Meta:
        verbose_name = _("needed document")
        verbose_name_plural = _("needed documents")
        ordering = ["order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_ar="") & ~Q(name_en="") & ~Q(visible_ar="") & ~Q(visible_en=""),
                name="needed_document_says_both_languages",
            ),
        ]

    def __str__(self) -> str:
        return self.name(page_language())

    def name(self, language: str) -> str:
        """Name the document in Arabic unless English is asked for."""
        return self.name_en if language.startswith("en") else self.name_ar

    def visible(self, language: str) -> str:
        """Say what must be visible in it, in Arabic unless English is asked for."""
        return self.visible_en if language.startswith("en") else self.visible_ar

    @property
    def tells_reason(self) -> bool:
        """Whether who sees the document named learns a sensitive reason."""
        known: list[Any] = [REASONS[code] for code in self.reason_codes if code in REASONS]
        return any(reason.is_sensitive for reason in known)
