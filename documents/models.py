"""Uploaded files."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ContentType(models.TextChoices):
    """The only types kept, each recognised by content and never by name."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class Document(models.Model):
    """One accepted file. Its bytes lie outside the web root under a server-made name."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=20, choices=ContentType.choices)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=100)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("open_document", "Can open the documents of a case")]
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="document_not_empty"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class DocumentOpening(models.Model):
    """That a member of staff opened a document."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="openings")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("document opening")
        verbose_name_plural = _("document openings")

    def __str__(self) -> str:
        return f"{self.document_id} by {self.opened_by_id}"
