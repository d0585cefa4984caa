"""What is known of numbers: nobody is reached there, or their owners want no more."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DoubtfulNumber(models.Model):
    """A number at which, as a gateway said, nobody can be reached. A delivery clears it."""

    mobile = models.CharField(_("mobile"), max_length=16, unique=True)
    since = models.DateTimeField(_("since"))
    reason = models.CharField(_("reason"), max_length=40)

    class Meta:
        verbose_name = _("doubtful number")
        verbose_name_plural = _("doubtful numbers")
        permissions = [("clear_doubtfulnumber", "Can clear a doubtful number")]

    def __str__(self) -> str:
        return f"doubtful number {self.pk}"


class StoppedNumber(models.Model):
    """A number whose owner wants no reminders and announcements, by which word, since when."""

    mobile = models.CharField(_("mobile"), max_length=16, unique=True)
    since = models.DateTimeField(_("since"))
    word = models.CharField(_("word"), max_length=20)

    class Meta:
        verbose_name = _("stopped number")
        verbose_name_plural = _("stopped numbers")

    def __str__(self) -> str:
        return f"stopped number {self.pk}"


class StopWord(models.Model):
    """A word by which a number stopped or started what goes to many. Only ever added to.

    It holds our word and not what was written.
    """

    mobile = models.CharField(max_length=16)
    is_stop = models.BooleanField()
    word = models.CharField(max_length=20)
    at = models.DateTimeField()
    gateway = models.CharField(max_length=12)
    gateway_id = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("word of a stop")
        verbose_name_plural = _("words of stops")
        constraints = [
            models.UniqueConstraint(fields=["gateway", "gateway_id"], name="stop_heeded_once")
        ]
        indexes = [models.Index(fields=["mobile", "-id"], name="stop_word_of")]

    def __str__(self) -> str:
        return f"word {self.pk}"
