"""Acts on many cases at once: who did which act, and what became of each case."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from objections.models.objection import Objection
from objections.statuses import BulkKind


class BulkAct(models.Model):
    """One act of a member of staff on a set of cases that they had looked at (docs/adr/0023).

    What was done stands in the history of each case; this is the list of them for whoever did it.
    Without `ended_at` it is under way, or its process died: then cases are left that were not
    reached. The same `submission` is never run twice.
    """

    submission = models.UUIDField(unique=True)
    kind = models.CharField(_("act"), max_length=16, choices=BulkKind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("act on many cases")
        verbose_name_plural = _("acts on many cases")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BulkActCase(models.Model):
    """A case of a set: `is_done` is None until it is reached, `why` says why it was refused."""

    bulk = models.ForeignKey(BulkAct, on_delete=models.PROTECT, related_name="cases")
    objection = models.ForeignKey(
        Objection, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_done = models.BooleanField(null=True)
    why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("case of an act on many")
        verbose_name_plural = _("cases of an act on many")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["bulk", "objection"], name="a_case_once_in_a_bulk_act"),
        ]

    def __str__(self) -> str:
        return f"objection {self.objection_id} of act {self.bulk_id}"
