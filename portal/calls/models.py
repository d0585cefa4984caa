"""Calls that are owed to people whom a message did not reach, and what became of each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from notifications.models import Message
from objections.models import Objection
from portal.calls.statuses import CallMatter, CallStatus, CallStep
from sawtak.models import Ticket


class CallTask(models.Model):
    """Somebody is to be called: one for a message that did not arrive.

    `person` is empty where a request came from somebody who is not proved to be in the register.
    `call_by` is the day by which they are called.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="call_task")
    matter = models.CharField(_("what waits"), max_length=10, choices=CallMatter.choices)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    mobile = models.CharField(_("mobile"), max_length=16)
    objection = models.ForeignKey(
        Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        _("status"), max_length=8, choices=CallStatus.choices, default=CallStatus.OPEN
    )
    call_by = models.DateField(_("call by"))
    opened_at = models.DateTimeField(_("opened"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    calls = models.PositiveSmallIntegerField(_("calls without an answer"), default=0)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("assigned to"),
        db_index=False,  # call_mine begins with it
    )

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        permissions = [("work_calltask", "Can call people who could not be told")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", ended_at__isnull=True)
                | ~Q(status="open") & Q(ended_at__isnull=False),
                name="call_ended_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(objection__isnull=False, ticket__isnull=True)
                | Q(objection__isnull=True, ticket__isnull=False),
                name="call_of_one_case",
            ),
        ]
        indexes = [
            # The lists of staff, each in its order: see docs/adr/0011.
            models.Index(fields=["status", "call_by", "id"], name="call_queue"),
            models.Index(
                fields=["call_by", "id"],
                name="call_nobodys",
                condition=Q(assigned_to__isnull=True, status="open"),
            ),
            models.Index(fields=["call_by", "id"], name="call_by_day"),
            models.Index(
                fields=["assigned_to", "status", "call_by", "id"], name="call_mine_by_status"
            ),
            models.Index(fields=["assigned_to", "call_by", "id"], name="call_mine"),
            models.Index(fields=["mobile"], name="call_mobile"),
        ]

    def __str__(self) -> str:
        return f"call {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status == CallStatus.OPEN

    @property
    def name(self) -> str:
        """Whom to ask for."""
        if self.person is not None:
            return self.person.full_name
        return self.ticket.full_name if self.ticket is not None else ""

    @property
    def reference(self) -> str:
        """The number of the case that the call is about."""
        case = self.objection or self.ticket
        return (case.reference or "") if case is not None else ""


class CallEvent(models.Model):
    """One step in a call's history. Never changed, never deleted; without an actor the portal's."""

    task = models.ForeignKey(CallTask, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    step = models.CharField(_("what happened"), max_length=12, choices=CallStep.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.step} of call {self.task_id}"
