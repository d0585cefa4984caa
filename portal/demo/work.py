"""The queue of work in the demonstration: rules, teams, what is put off and what is escalated."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from beneficiaries.models import User
from objections.models import Team
from portal.work.clock import fill_due
from portal.work.kinds import Priority, WorkKind
from portal.work.models import RoutingRule, WorkItem
from portal.work.services import LONGEST_WAIT, escalate, put_off
from saudi.gregorian import riyadh_date

_RULES: Final = (
    # position, kind, matter, the team's English name, priority
    (1, "ticket", "suspension", "", Priority.URGENT),
    (2, "ticket", "complaint", "", Priority.HIGH),
    (3, "objection", "payment", "Payments team", Priority.NORMAL),
    (4, "ticket", "payments", "Payments team", Priority.NORMAL),
    (5, "objection", "result", "Results team", Priority.NORMAL),
)


def make_rules() -> None:
    """Write the rules by which cases reach the teams, and let those there follow them."""
    teams = {team.name_en: team for team in Team.objects.all()}
    for position, kind, matter, name, priority in _RULES:
        team = teams.get(name)
        RoutingRule.objects.create(
            position=position, kind=kind, matter=matter, team=team, priority=priority
        )
        WorkItem.objects.filter(kind=kind, matter=matter).update(team=team, priority=priority)


def work_the_queue(*, caseworker: User, agent: User, now: datetime) -> None:
    """Put a case off until its documents come, and bring a ticket before the supervisors."""
    fill_due()
    today = riyadh_date(now)
    asked = WorkItem.objects.filter(
        kind=WorkKind.OBJECTION, assigned_to=caseworker, is_awaiting=True
    )
    coming = asked.filter(due_on__gt=today, due_on__lt=today + LONGEST_WAIT)
    for item in coming.order_by("id")[:1]:
        assert item.due_on is not None  # noqa: S101  # it is in the days to come
        put_off(
            kind=WorkKind.OBJECTION,
            case_id=item.case.pk,
            by=caseworker,
            until=item.due_on,
            note="طلبت صفحة العقد الثانية، وأعود إليها عند وصولها",
            now=now,
        )
    mine = WorkItem.objects.filter(kind=WorkKind.TICKET, assigned_to=agent, is_awaiting=False)
    for item in mine.order_by("due_on", "id")[:1]:
        escalate(
            kind=WorkKind.TICKET,
            case_id=item.case.pk,
            by=agent,
            note="اتصل ثلاث مرات، ويحتاج الرد إلى قرار مشرف",
            now=now,
        )
