"""What was imported and announced, by whom, and how far it is: the record of each run.

A run's row is written before its transaction begins and is told its progress over a second
connection, so that everybody sees it while the transaction is open. Only `done` is written inside
the transaction: it is true exactly when the rows are there.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.statuses import ImportKind, Phase, RunStatus

MOST_ATTEMPTS: Final = 3
"""A run of a worker that died is taken up again so often without anybody asking."""


class Run(models.Model):
    """Work on a whole file or a whole cycle: asked for, under way, ended in one of five ways."""

    LOCK_SPACE: int
    """First half of the advisory lock that the working process holds; the row's id is the other."""

    status = models.CharField(
        _("status"), max_length=10, choices=RunStatus.choices, default=RunStatus.RUNNING
    )
    phase = models.CharField(_("phase"), max_length=10, choices=Phase.choices, blank=True)
    phase_rows = models.PositiveBigIntegerField(default=0)
    phase_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    refusal = models.CharField(_("refused because"), max_length=20, blank=True)
    refusal_detail = models.CharField(max_length=200, blank=True)
    submission = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    """Of the form that asked: the same form sent twice asks once."""

    status_seen: RunStatus | None = None
    """No column: the status of now, once `recording.see_statuses` has looked for the process."""

    class Meta:
        abstract = True

    @property
    def is_over(self) -> bool:
        """True where nothing more will happen by itself."""
        return self.status not in {RunStatus.WAITING, RunStatus.RUNNING}


class ImportRun(Run):
    """One run of an import: whose file it was, what came in and what was refused.

    `rejections` has a `{"kind", "count", "lines"}` for each kind of fault, the most frequent
    first, `lines` being its first ones (`beneficiaries.imports.faults`). `stored_name` is the
    uploaded file in the storage of imports, empty for a file of the command line's and once it
    has been removed.
    """

    LOCK_SPACE = 0x494D50  # IMP

    kind = models.CharField(_("kind"), max_length=12, choices=ImportKind.choices)
    cycle_code = models.CharField(_("cycle"), max_length=7, blank=True)
    as_of = models.DateField(_("written on"), null=True, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    stored_name = models.CharField(max_length=100, blank=True)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    rows_rejected = models.PositiveIntegerField(_("rows rejected"), default=0)
    rows_created = models.PositiveIntegerField(_("new rows"), default=0)
    rows_changed = models.PositiveIntegerField(_("changed rows"), default=0)
    rows_left = models.PositiveIntegerField(_("rows left alone"), default=0)
    rows_withdrawn = models.PositiveIntegerField(_("corrections withdrawn"), default=0)
    rejections = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="import_not_over",
                condition=models.Q(status__in=["waiting", "running"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def reasons_language(self) -> str:
        """The language of the rejected rows' reasons: an upload's are read by staff in Arabic."""
        return "ar" if self.stored_name else "en"

    @property
    def rows_written(self) -> int:
        return self.rows_created + self.rows_changed


class ImportEventKind(models.TextChoices):
    """What somebody did with an import."""

    UPLOADED = "uploaded", _("Uploaded the file")
    RUN_AGAIN = "run_again", _("Had it run again")
    DOWNLOADED = "downloaded", _("Downloaded the rejected rows")


class ImportEvent(models.Model):
    """Who did what with an import, and when: never changed and never deleted."""

    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=ImportEventKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("event of an import")
        verbose_name_plural = _("events of imports")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} of {self.run_id}"


class AnnouncementRun(Run):
    """One announcement: what became visible of a cycle, who asked, and the campaign it made."""

    LOCK_SPACE = 0x414E4E  # ANN

    kind = models.CharField(
        _("what"), max_length=12, choices=[ImportKind.RESULTS.pair, ImportKind.PAYMENTS.pair]
    )
    cycle_code = models.CharField(_("cycle"), max_length=7)
    on = models.DateField(_("announced on"))
    announced = models.PositiveIntegerField(_("announced"), default=0)
    corrected = models.PositiveIntegerField(_("corrections"), default=0)
    campaign = models.ForeignKey(
        "notifications.Campaign",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("campaign"),
    )

    class Meta:
        verbose_name = _("announcement of a cycle")
        verbose_name_plural = _("announcements of cycles")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.cycle_code} {self.kind}"
