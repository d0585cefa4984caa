"""The views of the queue: each a narrowing that an index holds, at any number of open cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from django.db.models import CharField, Exists, Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import User
from objections.blind import hidden_cases
from objections.models import Objection, TeamMembership
from objections.second_looks import looks_barred_to
from portal.work.clock import last_working_day
from portal.work.kinds import WorkKind
from portal.work.models import WorkItem

COUNTED: Final = 99
"""A view's number says no more than that there are more than these."""

VIEWS: Final[dict[str, str | Promise]] = {
    "mine": _("Mine"),
    "late": _("Overdue"),
    "today": _("Due today"),
    "nobody": _("Nobody's"),
    "team": _("My team's"),
    "awaiting": _("Waiting for the citizen"),
    "approval": _("Waiting for my approval"),
    "escalated": _("Escalated"),
    "later": _("Put off"),
    "all": _("All open cases"),
}

NO_TEAM: Final = "none"
"""In an address: what no rule gave to a team."""

Counts = Mapping[str, int]


def visible_to(user: User) -> QuerySet[WorkItem]:
    """Give the cases of the kinds that somebody may see, without those they review blind."""
    kinds = [
        kind
        for kind, right in (
            (WorkKind.OBJECTION, "objections.view_objection"),
            (WorkKind.TICKET, "sawtak.view_ticket"),
        )
        if user.has_perm(right)
    ]
    items = WorkItem.objects.all() if len(kinds) > 1 else WorkItem.objects.filter(kind__in=kinds)
    if user.has_perm("objections.review_quality"):
        # A list, because at most one case is in a reviewer's hands: no table is joined for it.
        items = items.exclude(objection_id__in=list(hidden_cases(user)))
    return items


def narrowed(
    items: QuerySet[WorkItem], view: str, *, user: User, today: date
) -> QuerySet[WorkItem]:
    """Give the cases of one view. What is put off is in its own view and among all."""
    if view == "all":
        return items
    if view == "later":
        return items.filter(snoozed_until__gt=today)
    return _NARROWED[view](items.exclude(snoozed_until__gt=today), user, today)


def _for_approval(items: QuerySet[WorkItem], user: User, _today: date) -> QuerySet[WorkItem]:
    proposed = items.filter(proposed_by__isnull=False).exclude(proposed_by=user.pk)
    return proposed.exclude(objection__in=barred_to(user))


def _due_today(items: QuerySet[WorkItem], _user: User, today: date) -> QuerySet[WorkItem]:
    return items.filter(due_on__gte=last_working_day(today), due_on__lte=today)


_NARROWED: Final[dict[str, Callable[[QuerySet[WorkItem], User, date], QuerySet[WorkItem]]]] = {
    "mine": lambda items, user, _today: items.filter(assigned_to=user.pk),
    "late": lambda items, _user, today: items.filter(due_on__lt=last_working_day(today)),
    "today": _due_today,
    "nobody": lambda items, _user, _today: items.filter(assigned_to=None, is_awaiting=False),
    "team": lambda items, user, _today: items.filter(team__in=teams_of(user)),
    "awaiting": lambda items, _user, _today: items.filter(is_awaiting=True),
    "approval": _for_approval,
    "escalated": lambda items, _user, _today: items.filter(escalated_at__isnull=False),
}


def barred_to(user: User) -> QuerySet[Objection]:
    """Give the open second looks that somebody had a part in the first decision of."""
    looks = Objection.objects.open().filter(second_asked_at__isnull=False)
    return looks.filter(Exists(looks_barred_to(user.pk or 0)))


def teams_of(user: User) -> QuerySet[TeamMembership, int]:
    """Give the team somebody is in now: none or one."""
    now_in = TeamMembership.objects.filter(member=user.pk, left_at=None)
    return now_in.values_list("team_id", flat=True)


def for_me(user: User, *, today: date) -> QuerySet[WorkItem]:
    """Give what somebody may take next, what is due first at the head.

    Nobody's, not put off, not waiting for the citizen; of no team, or of theirs; of the kinds that
    they may take.
    """
    takes = [
        kind
        for kind, right in (
            (WorkKind.OBJECTION, "objections.take_objection"),
            (WorkKind.TICKET, "sawtak.take_ticket"),
        )
        if user.has_perm(right)
    ]
    free = narrowed(visible_to(user).filter(kind__in=takes), "nobody", user=user, today=today)
    ours = Q(team=None) | Q(team__in=teams_of(user))
    is_barred = Q(objection__in=barred_to(user), kind=WorkKind.OBJECTION)
    return free.filter(ours).exclude(is_barred).order_by("due_on", "rank", "id")


def counts(items: QuerySet[WorkItem], views: Iterable[str], *, user: User, today: date) -> Counts:
    """Give how many cases each view has, up to one more than COUNTED, in one statement."""
    bounded = [
        narrowed(items, view, user=user, today=today)
        .order_by()
        .annotate(view=Value(view, output_field=CharField()))
        .values_list("view", flat=True)[: COUNTED + 1]
        for view in views
    ]
    if not bounded:
        return {}
    first, *others = bounded
    return Counter(first.union(*others, all=True) if others else first)
