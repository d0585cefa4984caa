"""Uploaded files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.statuses import WAITING_STATES, DocumentState


class ContentType(models.TextChoices):
    """The only types kept, each recognised by content and never by name."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class Document(models.Model):
    """One accepted file. Its bytes lie outside the web root under a server-made name.

    `finding` is the scanner's name for what it found. `scan_due_at` and `draw_due_at` are when the
    next try of a scan, or of drawing its pages, is due; `page_count` is of the whole file, of which
    `documents.drawing` draws the first.
    """

    FINDING_CHARACTERS = 120

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=20, choices=ContentType.choices)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=100)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(
        _("state of the check"),
        max_length=8,
        choices=DocumentState.choices,
        default=DocumentState.FINE,
        db_default=DocumentState.FINE.value,
    )
    finding = models.CharField(max_length=FINDING_CHARACTERS, blank=True, db_default="")
    scanned_at = models.DateTimeField(null=True, blank=True)
    scan_due_at = models.DateTimeField(null=True, blank=True)
    scan_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    draw_due_at = models.DateTimeField(null=True, blank=True)
    draw_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    page_count = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("open_document", "Can open the documents of a case")]
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="document_not_empty"),
            models.CheckConstraint(
                condition=Q(state=DocumentState.REFUSED, scanned_at__isnull=False) & ~Q(finding="")
                | ~Q(state=DocumentState.REFUSED) & Q(finding=""),
                name="document_refused_for_a_finding",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WAITING_STATES, scan_due_at__isnull=False)
                | ~Q(state__in=WAITING_STATES) & Q(scan_due_at__isnull=True),
                name="document_scan_is_due_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(draw_due_at__isnull=True) | Q(state=DocumentState.FINE),
                name="document_drawn_when_fine",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scan_due_at", "id"],
                name="document_scan_due",
                condition=Q(scan_due_at__isnull=False),
            ),
            models.Index(
                fields=["draw_due_at", "id"],
                name="document_draw_due",
                condition=Q(draw_due_at__isnull=False),
            ),
            models.Index(fields=["id"], name="document_refused", condition=Q(state="refused")),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_refused(self) -> bool:
        return self.state == DocumentState.REFUSED

    @property
    def is_fine(self) -> bool:
        return self.state == DocumentState.FINE


class DocumentPage(models.Model):
    """A page of a document, or a picture, drawn for staff: one large image and one small."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    file = models.FileField(max_length=100)
    thumbnail = models.FileField(max_length=100)

    class Meta:
        verbose_name = _("page of a document")
        verbose_name_plural = _("pages of documents")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_page_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0, width__gt=0, height__gt=0), name="document_page_is_drawn"
            ),
        ]

    def __str__(self) -> str:
        return f"page {self.number} of document {self.document_id}"


class DocumentOpening(models.Model):
    """That a member of staff opened a document: each download, and its pages once a day.

    `looked_on` is the civil day in Riyadh on which its pages were looked at; a download has none.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="openings")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    looked_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("document opening")
        verbose_name_plural = _("document openings")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "opened_by", "looked_on"], name="document_looked_at_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} by {self.opened_by_id}"
