"""Rows of the one-time codes and of the limits that protect people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CodePurpose(models.TextChoices):
    """What a code proves. A code for one purpose is worthless for another."""

    SIGN_IN = "sign_in", _("sign in")
    TICKET = "ticket", _("read a ticket")
    MOBILE = "mobile", _("prove a mobile number")


class OneTimeCode(models.Model):
    """A code that was asked for.

    `subject_hash` is a keyed hash of whom it is for, so that the table holds no identity and a
    code asked for an unknown person leaves exactly the same row as one for a known person.
    """

    purpose = models.CharField(max_length=12, choices=CodePurpose.choices)
    subject_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")), name="code_expires_after_issue"
            ),
        ]
        indexes = [
            models.Index(fields=["purpose", "subject_hash", "-issued_at"], name="code_subject"),
            models.Index(fields=["expires_at"], name="code_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} code {self.pk}"


class LimitCounter(models.Model):
    """How often something happened in one window: one row a limit, key and window."""

    limit = models.CharField(max_length=40)
    key_hash = models.CharField(max_length=64)
    window_starts_at = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("limit counter")
        verbose_name_plural = _("limit counters")
        constraints = [
            models.UniqueConstraint(
                fields=["limit", "key_hash", "window_starts_at"], name="limit_counter_unique"
            )
        ]
        indexes = [models.Index(fields=["window_starts_at"], name="limit_window")]

    def __str__(self) -> str:
        return f"{self.limit}: {self.count}"
