"""How far the reminders of a last filing day are queued."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from objections.models.windows import WindowExtension
from objections.statuses import ReminderKind


class ReminderRound(models.Model):
    """The reminders of one kind for one last filing day: how far they are queued (docs/adr/0016).

    A round is done once. `reached` is the id of the last result or draft that was looked at; it
    moves in the transaction that queues their SMS, so that a round that was broken off goes on
    where it was, and two workers at once do no row twice. The results of an extended cycle have a
    round of their own: that of the new last day may be done already (docs/adr/0022).
    """

    kind = models.CharField(max_length=10, choices=ReminderKind.choices)
    closes_on = models.DateField(_("last filing day"))
    extension = models.OneToOneField(
        WindowExtension, null=True, blank=True, on_delete=models.PROTECT, related_name="round"
    )
    reached = models.BigIntegerField(default=0)
    queued = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("round of reminders")
        verbose_name_plural = _("rounds of reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["closes_on", "kind"],
                condition=Q(extension__isnull=True),
                name="reminder_round_once",
            ),
            models.CheckConstraint(
                condition=Q(extension__isnull=True) | Q(kind="result14"),
                name="reminder_round_of_extension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.closes_on}"
