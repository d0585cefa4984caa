"""What the demonstration phone received."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.models.messages import Message


class PhoneMessage(models.Model):
    """What the demonstration phone received. Written by the `phone` gateway only."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="on_phone")
    recipient = models.CharField(max_length=16)
    body = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message on the demonstration phone")
        verbose_name_plural = _("messages on the demonstration phone")
        indexes = [models.Index(fields=["recipient", "-id"], name="phone_recipient")]

    def __str__(self) -> str:
        return f"phone message {self.pk}"
