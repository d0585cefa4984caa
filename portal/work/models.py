"""The queue of work: what is open, in whose hands, how urgent, due when (docs/adr/0029)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from objections.models import Objection, Team
from portal.work.kinds import ESCALATED_RANK, Priority, Warned, WorkChannel, WorkKind, WorkStep
from sawtak.models import Ticket

MATTER_CHARACTERS = 20
CITY_CHARACTERS = 80


class RoutingRule(models.Model):
    """Which team a new case goes to and how urgent it is. The first that fits in their order.

    An empty condition fits everything. `matter` is the type of a ticket or the track of an
    objection. The database's own function `portal_route` reads the rules as a case comes in.
    """

    position = models.PositiveSmallIntegerField(_("place in the order"), default=100)
    kind = models.CharField(_("kind"), max_length=9, choices=WorkKind.choices, blank=True)
    matter = models.CharField(_("matter"), max_length=MATTER_CHARACTERS, blank=True)
    channel = models.CharField(_("channel"), max_length=8, choices=WorkChannel.choices, blank=True)
    city = models.CharField(_("city"), max_length=CITY_CHARACTERS, blank=True)
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("team"),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("rule of the queue")
        verbose_name_plural = _("rules of the queue")
        default_permissions = ("add", "change", "view")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(priority__in=[1, 2, 3]), name="rule_priority_known")
        ]

    def __str__(self) -> str:
        return gettext("Rule %(place)s") % {"place": self.position}


class WorkItem(models.Model):
    """One open case and its place in the queue. Gone when the case is no longer open.

    The database writes it: triggers on the two tables of cases keep everything that is the case's
    own, in the case's own transaction. The queue's own are the team, the priority, `snoozed_until`
    and `escalated_at`. `due_on` is the civil day by which staff owe the next step; it is empty
    until `portal.work.clock.fill_due` has counted it from `clock_day`, `awaited_days` and
    `paused_until`, because working days are Python's to count.
    """

    kind = models.CharField(_("kind"), max_length=9, choices=WorkKind.choices)
    objection = models.OneToOneField(
        Objection, null=True, blank=True, on_delete=models.CASCADE, related_name="work_item"
    )
    ticket = models.OneToOneField(
        Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="work_item"
    )
    matter = models.CharField(_("matter"), max_length=MATTER_CHARACTERS)
    channel = models.CharField(_("channel"), max_length=8, choices=WorkChannel.choices)
    city = models.CharField(_("city"), max_length=CITY_CHARACTERS, blank=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_awaiting = models.BooleanField(_("waits for the citizen"), default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("assigned to"),
        db_index=False,
    )
    team = models.ForeignKey(
        Team,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("team"),
        db_index=False,
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    escalated_at = models.DateTimeField(_("escalated"), null=True, blank=True)
    snoozed_until = models.DateField(_("put off until"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    clock_day = models.DateField(_("clock began on"))
    awaited_days = models.PositiveSmallIntegerField(default=0)
    paused_until = models.DateField(null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    warned = models.PositiveSmallIntegerField(
        choices=Warned.choices, default=Warned.NOT_YET, editable=False
    )
    rank = models.GeneratedField(
        expression=Case(
            When(escalated_at__isnull=False, then=Value(ESCALATED_RANK)),
            default=F("priority"),
            output_field=models.PositiveSmallIntegerField(),
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("case of the queue")
        verbose_name_plural = _("queue of work")
        default_permissions = ("view",)
        permissions = [
            ("snooze_workitem", "Can put off a case"),
            ("escalate_workitem", "Can escalate a case"),
            ("lead_workitem", "Can end escalations and give cases to teams"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="objection", objection__isnull=False, ticket__isnull=True)
                | Q(kind="ticket", objection__isnull=True, ticket__isnull=False),
                name="work_of_one_case",
            ),
        ]
        indexes = [
            # The order of the queue, and each of its filters in that order (docs/adr/0011).
            models.Index(fields=["due_on", "rank", "id"], name="work_queue"),
            models.Index(fields=["assigned_to", "due_on", "rank", "id"], name="work_mine"),
            models.Index(fields=["team", "due_on", "rank", "id"], name="work_of_team"),
            models.Index(fields=["matter", "due_on", "rank", "id"], name="work_of_matter"),
            models.Index(fields=["channel", "due_on", "rank", "id"], name="work_of_channel"),
            models.Index(fields=["city", "due_on", "rank", "id"], name="work_of_city"),
            models.Index(fields=["priority", "due_on", "rank", "id"], name="work_of_priority"),
            models.Index(
                fields=["due_on", "rank", "id"],
                name="work_awaiting",
                condition=Q(is_awaiting=True),
            ),
            models.Index(
                fields=["due_on", "rank", "id"],
                name="work_escalated",
                condition=Q(escalated_at__isnull=False),
            ),
            models.Index(
                fields=["due_on", "rank", "id"],
                name="work_for_approval",
                condition=Q(proposed_by__isnull=False),
            ),
            models.Index(
                fields=["due_on", "rank", "id"],
                name="work_put_off",
                condition=Q(snoozed_until__isnull=False),
            ),
            models.Index(fields=["id"], name="work_uncounted", condition=Q(due_on__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in the queue: {self.pk}"

    @property
    def case(self) -> Objection | Ticket:
        """The case itself."""
        case = self.objection or self.ticket
        assert case is not None  # noqa: S101  # the constraint work_of_one_case
        return case


class WorkEvent(models.Model):
    """One step in a case's way through the queue. Never changed, never deleted.

    `until` is the day until which it was put off; `team` who got it.
    """

    objection = models.ForeignKey(
        Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="work_events"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="work_events"
    )
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    step = models.CharField(_("what happened"), max_length=9, choices=WorkStep.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    until = models.DateField(null=True, blank=True)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("step in the queue")
        verbose_name_plural = _("steps in the queue")
        default_permissions = ("view",)
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(objection__isnull=False, ticket__isnull=True)
                | Q(objection__isnull=True, ticket__isnull=False),
                name="work_event_of_one_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.pk}"


class WorkLook(models.Model):
    """That somebody has the page of a case open: until when they last said so."""

    kind = models.CharField(max_length=9, choices=WorkKind.choices)
    case_id = models.BigIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "case_id", "user"], name="one_look_a_reader")
        ]

    def __str__(self) -> str:
        return f"look at {self.kind} {self.case_id}"
