"""Answers to many tickets at once: the set that was looked at, and what became of each ticket."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BulkState(models.TextChoices):
    """How far an answer to many is; only a running one answers."""

    SHOWN = "shown", _("Not confirmed")
    RUNNING = "running", _("Under way")
    STOPPED = "stopped", _("Stopped")
    DONE = "done", _("Done")


class RowState(models.TextChoices):
    """What became of a ticket of the set."""

    WAITING = "waiting", _("Not reached yet")
    ANSWERED = "answered", _("Answered")
    LEFT = "left", _("Left out")


class LeftWhy(models.TextChoices):
    """Why a ticket of the set was left as it is."""

    DONE = "done", _("It is answered or closed already.")
    UNFILLED = "unfilled", _("The template has a field that this request does not fill.")
    CHANGED = "changed", _("Somebody changed it, or the sender wrote, after the look at the set.")


class BulkAnswer(models.Model):
    """An answer to many tickets. The texts are those that were looked at, whatever the template
    says later; `digest` is of the texts and of each ticket as it was seen."""

    key = models.UUIDField(unique=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    title = models.CharField(_("template"), max_length=80)
    text_ar = models.TextField()
    text_en = models.TextField()
    digest = models.CharField(max_length=64)
    is_cut = models.BooleanField(default=False)
    state = models.CharField(
        _("status"), max_length=8, choices=BulkState.choices, default=BulkState.SHOWN
    )
    made_at = models.DateTimeField(_("made"))
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("answer to many tickets")
        verbose_name_plural = _("answers to many tickets")
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["id"],
                name="bulk_answer_running",
                condition=models.Q(state="running"),
            )
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} to many tickets"


class BulkAnswerTicket(models.Model):
    """A ticket of a set, once, as it was seen and what became of it."""

    bulk = models.ForeignKey(
        BulkAnswer, on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    ticket = models.ForeignKey(
        "sawtak.Ticket", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    seen_status = models.CharField(max_length=16)
    seen_version = models.CharField(max_length=41)
    state = models.CharField(max_length=8, choices=RowState.choices, default=RowState.WAITING)
    why = models.CharField(max_length=8, choices=LeftWhy.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("ticket of an answer to many")
        verbose_name_plural = _("tickets of answers to many")
        default_permissions = ()
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["bulk", "ticket"], name="a_ticket_once_in_an_answer")
        ]

    def __str__(self) -> str:
        return f"ticket {self.ticket_id} of answer {self.bulk_id}"
