"""Who is in which team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from beneficiaries.models import User
from objections.models import Team, TeamMembership


def set_members(*, team: Team, members: Iterable[User], now: datetime) -> None:
    """Let a team have these members from now on; who was in another team leaves it.

    What was before stays, so that the figures of a past day do not change. Changes follow one
    another under the lock of the members' accounts.
    """
    with transaction.atomic():
        wanted = {member.pk for member in members}
        open_ones = TeamMembership.objects.filter(left_at=None)
        before = set(open_ones.filter(team=team).values_list("member_id", flat=True))
        accounts = User.objects.select_for_update(of=("self",)).filter(pk__in=wanted | before)
        list(accounts.order_by("pk").values_list("pk", flat=True))
        open_ones.filter(team=team).exclude(member__in=wanted).update(left_at=now)
        open_ones.filter(member__in=wanted).exclude(team=team).update(left_at=now)
        there = set(open_ones.filter(team=team).values_list("member_id", flat=True))
        TeamMembership.objects.bulk_create(
            TeamMembership(team=team, member_id=pk, joined_at=now) for pk in sorted(wanted - there)
        )
