"""The record of what was exported: who, when, of which list, how narrowed, how much (O08)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.imports.models import Run
from beneficiaries.statuses import RunStatus


class ExportFormat(models.TextChoices):
    """What the file is."""

    XLSX = "xlsx", _("Excel (XLSX)")
    CSV = "csv", _("CSV")


class Export(Run):
    """One file of a list. The row is kept: the database refuses to change what it says or drop it.

    `query` has the list's filters and nothing that anybody typed. How it was narrowed is kept in
    words of both languages; of a search only what was searched by. `stored_name` is the file in
    the storage of exports while its owner may still fetch it; empty for one that went out at once.
    """

    LOCK_SPACE = 0x455850  # EXP

    list_key = models.CharField(_("list"), max_length=20)
    format = models.CharField(_("format"), max_length=4, choices=ExportFormat.choices)
    language = models.CharField(max_length=2)
    query = models.CharField(max_length=500, blank=True)
    narrowed_ar = models.CharField(max_length=500, blank=True)
    narrowed_en = models.CharField(max_length=500, blank=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    size_bytes = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    stored_name = models.CharField(max_length=50, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        default_permissions = ("view",)
        permissions = [
            ("export_ticket", "Can export tickets"),
            ("export_objection", "Can export objections"),
            ("export_workitem", "Can export the queue of work"),
            ("export_calltask", "Can export the calls"),
            ("export_message", "Can export the list of SMS"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=RunStatus.DONE) | Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="export_done_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=False), name="export_asked_by_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "id"], name="export_own"),
            models.Index(
                fields=["asked_at"],
                name="export_not_over",
                condition=Q(status__in=["waiting", "running"]),
            ),
            models.Index(fields=["ended_at"], name="export_kept", condition=~Q(stored_name="")),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    def narrowed(self, language: str) -> str:
        """Say in a language how the list was narrowed; nothing where it was not."""
        return self.narrowed_en if language == "en" else self.narrowed_ar


class ExportDownload(models.Model):
    """Its owner fetched a file that a worker made. Never changed, never deleted."""

    export = models.ForeignKey(Export, on_delete=models.PROTECT, related_name="downloads")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("download of an export")
        verbose_name_plural = _("downloads of exports")
        default_permissions = ()

    def __str__(self) -> str:
        return f"download {self.pk} of export {self.export_id}"
