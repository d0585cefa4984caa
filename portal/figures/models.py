"""The tables of figures: numbers alone, nothing of a person (docs/adr/0030)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from objections.models import Team
from objections.statuses import ObjectionStatus
from portal.figures.measures import Measure
from portal.work.kinds import WorkChannel, WorkKind
from portal.work.models import MATTER_CHARACTERS


class CaseFigure(models.Model):
    """How many cases of a kind a measure has on a civil day in Riyadh.

    `step` is the step of working time (portal/figures/measures.py) for the measures that have one,
    of ratings the stars, else 0. `team` is whose members answered, or for what came in whom the
    rules give it to.
    """

    day = models.DateField()
    kind = models.CharField(max_length=9, choices=WorkKind.choices)
    matter = models.CharField(max_length=MATTER_CHARACTERS)
    channel = models.CharField(max_length=8, choices=WorkChannel.choices)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    measure = models.CharField(max_length=8, choices=Measure.choices)
    step = models.PositiveSmallIntegerField(default=0)
    cases = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        permissions = [("view_figures", "Can see the figures of the service")]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "measure", "kind", "matter", "channel", "team", "step"],
                name="case_figure_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.measure}: {self.cases}"


class OutcomeFigure(models.Model):
    """How many objections to a reason were first decided in a way on a day; of each reason once."""

    day = models.DateField()
    reason = models.CharField(max_length=30)
    outcome = models.CharField(max_length=16, choices=ObjectionStatus.choices)
    cases = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "reason", "outcome"], name="outcome_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason} {self.outcome}: {self.cases}"


class CountedDay(models.Model):
    """When a day was last counted."""

    day = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} counted {self.counted_at}"


class PublicFigure(models.Model):
    """What everybody reads of the answers of thirty days, of a kind and a channel; '' is all.

    Hours are working hours. `late` of `answered` came after the promised day. `stars` are
    those of all `rated` together.
    """

    kind = models.CharField(max_length=9, choices=WorkKind.choices)
    channel = models.CharField(max_length=8, blank=True)
    first_day = models.DateField()
    last_day = models.DateField()
    answered = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    rated = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0)
    half_within = models.FloatField()
    most_within = models.FloatField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "channel"], name="public_figure_once"),
            models.CheckConstraint(condition=Q(late__lte=models.F("answered")), name="late_of_all"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}: {self.answered}"
