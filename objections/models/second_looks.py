"""Second looks: a decision is studied again once, by others, because somebody asked for it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from objections.models.decisions import Decision
from objections.models.objection import Objection
from objections.statuses import LookState


class SecondLook(models.Model):
    """The second look at the decision on an objection: one an objection, ever (docs/adr/0026).

    `first` is the decision that was in force when it was asked for, and stays so until another one
    is approved. `last_day` is until when it could be asked for, as the rule was then.
    `earlier_staff` has the ids of those who had the case, proposed or approved before: none of them
    has a part in the second look. A trigger holds that, and that only the end is ever written.
    """

    objection = models.OneToOneField(
        Objection, on_delete=models.PROTECT, related_name="second_look"
    )
    first = models.OneToOneField(
        Decision, on_delete=models.PROTECT, related_name="look_at", verbose_name=_("first decision")
    )
    asked_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="second_looks",
        verbose_name=_("asked for by"),
    )
    asked_at = models.DateTimeField(_("asked for"))
    last_day = models.DateField(_("last day to ask"))
    statement = models.TextField(_("statement"))
    earlier_staff = ArrayField(models.BigIntegerField())
    state = models.CharField(
        _("state"), max_length=10, choices=LookState.choices, default=LookState.OPEN
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("second look")
        verbose_name_plural = _("second looks")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(statement=""), name="second_look_has_statement"),
            models.CheckConstraint(
                condition=Q(earlier_staff__len__gte=2), name="second_look_knows_the_first_people"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | Q(state__in=["confirmed", "changed", "withdrawn"], ended_at__isnull=False),
                name="second_look_state",
            ),
        ]

    def __str__(self) -> str:
        return f"second look at objection {self.objection_id}"

    @property
    def is_open(self) -> bool:
        return self.state == LookState.OPEN
