"""Notes and flags of a person, and the log of who opened their file (docs/adr/0036)."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from portal.people.statuses import FlagKind, ViewWhy

NOTE_CHARACTERS: Final = 1000
REASON_CHARACTERS: Final = 200


def _staff(**kwargs: object) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        **kwargs,  # type: ignore[arg-type]
    )


class EndedOnce(models.Model):
    """What stands as it was written until somebody ends it; a trigger lets nothing else change."""

    ended_by = _staff(null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("why"), max_length=REASON_CHARACTERS, blank=True)

    class Meta:
        abstract = True
        default_permissions = ("view",)


class PersonNote(EndedOnce):
    """What colleagues should know of a person; no citizen ever reads it.

    It is never changed: a wrong one is struck out, with a reason, and stays readable as such.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"))
    written_by = _staff()
    written_at = models.DateTimeField(_("written"))

    class Meta(EndedOnce.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        permissions = [("write_personnote", "Can write notes and strike them out")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="note_struck_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"note {self.pk} of person {self.person_id}"


class PersonFlag(EndedOnce):
    """What stands beside a person's name until a day, so that nobody overlooks it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(_("flag"), max_length=11, choices=FlagKind.choices)
    reason = models.CharField(_("reason"), max_length=REASON_CHARACTERS)
    until = models.DateField(_("until"))
    set_by = _staff()
    set_at = models.DateTimeField(_("set"))

    class Meta(EndedOnce.Meta):
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        permissions = [("set_personflag", "Can set flags and take them away")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(ended_at__isnull=True),
                name="one_open_flag_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="flag_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of person {self.person_id}"


class PersonView(models.Model):
    """That somebody of the staff opened a person's file, and why. Never changed, never deleted."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="views", db_index=False
    )
    user = _staff(db_index=False, verbose_name=_("opened by"))
    at = models.DateTimeField(_("when"))
    why = models.CharField(_("why"), max_length=9, choices=ViewWhy.choices)
    reason = models.CharField(_("in words"), max_length=REASON_CHARACTERS, blank=True)

    class Meta:
        verbose_name = _("opened file")
        verbose_name_plural = _("opened files")
        default_permissions = ("view",)
        permissions = [("open_person_freely", "Can open a person's file without saying why")]
        indexes = [
            models.Index(fields=["at", "id"], name="view_at"),
            models.Index(fields=["user", "at", "id"], name="view_by"),
            models.Index(fields=["why", "at", "id"], name="view_why"),
            models.Index(fields=["person", "at", "id"], name="view_of"),
        ]

    def __str__(self) -> str:
        return f"view {self.pk} of person {self.person_id}"
