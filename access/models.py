"""Rows of the one-time codes, of the limits that protect people, and of staff signing in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CodePurpose(models.TextChoices):
    """What a code proves. A code for one purpose is worthless for another."""

    SIGN_IN = "sign_in", _("sign in")
    TICKET = "ticket", _("read a ticket")
    MOBILE = "mobile", _("prove a mobile number")
    EMAIL = "email", _("prove an e-mail address")


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


class StaffSignInOutcome(models.TextChoices):
    """What became of a try to sign in to the staff site, or of a lock."""

    SIGNED_IN = "signed_in", _("Signed in")
    WRONG = "wrong", _("Wrong password")
    HELD = "held", _("Wrong password; no more tries from there for now")
    LOCKED = "locked", _("Wrong password; the account was locked")
    UNLOCKED = "unlocked", _("Unlocked by a colleague")


class StaffSignInEvent(models.Model):
    """Who tried to sign in to the staff site, when and from which address; never changed.

    `user` is empty for a name that no account has: what was typed is not kept, because people
    type passwords into the field of the name. `by` is who unlocked an account.
    """

    at = models.DateTimeField(_("when"))
    outcome = models.CharField(max_length=12, choices=StaffSignInOutcome.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    address = models.CharField(_("address"), max_length=45, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("staff sign-in")
        verbose_name_plural = _("staff sign-ins")
        default_permissions = ()  # read with the accounts, by whoever may see those
        indexes = [
            models.Index(fields=["user", "-at"], name="staff_sign_in_user"),
            models.Index(fields=["at"], name="staff_sign_in_at"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"
