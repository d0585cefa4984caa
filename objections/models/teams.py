"""Teams of staff, and who was in which team when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    BigIntegerRangeField,
    DateTimeRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

TEAM_CHARACTERS: Final = 80


# A number as a range that holds it alone: so equality needs no further extension of PostgreSQL.
_MEMBER: Final = Func(
    F("member_id"),
    F("member_id"),
    Value("[]"),
    function="int8range",
    output_field=BigIntegerRangeField(),
)
_TIME: Final = Func(
    F("joined_at"), F("left_at"), function="tstzrange", output_field=DateTimeRangeField()
)


class Team(models.Model):
    """Staff who work together. Its figures are those of what its members propose."""

    name_ar = models.CharField(_("Arabic name"), max_length=TEAM_CHARACTERS, unique=True)
    name_en = models.CharField(_("English name"), max_length=TEAM_CHARACTERS, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        default_permissions = ("add", "change", "view")
        constraints = [
            models.CheckConstraint(
                condition=~Q(name_ar="") & ~Q(name_en=""), name="team_in_two_languages"
            )
        ]

    def __str__(self) -> str:
        return self.name_ar

    def name(self, language: str) -> str:
        """Give its name in a language."""
        return self.name_en if language == "en" else self.name_ar


class TeamMembershipQuerySet(models.QuerySet["TeamMembership"]):
    """Memberships."""

    def at(self, moment: datetime | Any) -> TeamMembershipQuerySet:
        """Give those of an instant, or of an expression for one."""
        return self.filter(Q(left_at__isnull=True) | Q(left_at__gt=moment), joined_at__lte=moment)


class TeamMembership(models.Model):
    """That somebody was in a team from an instant on, until another one. Never rewritten.

    A figure of a team counts a decision where its proposer was in the team when they proposed it
    (docs/adr/0028): who moves to another team takes nothing along. Nobody is in two at once.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    objects = TeamMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of teams")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("joined_at")),
                name="membership_ends_after_it_began",
            ),
            ExclusionConstraint(
                name="membership_in_one_team_at_once",
                expressions=[
                    (_MEMBER, RangeOperators.OVERLAPS),
                    (_TIME, RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"member {self.member_id} of team {self.team_id}"
