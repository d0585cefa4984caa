"""The straight way to an objection, for somebody who is about to write a request instead.

What their household can object to now, a draft that was begun, an objection that is under way:
a request about any of these would be answered "object", or "it is being studied".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from beneficiaries.models import EligibilityResult, Person, User
from beneficiaries.statuses import ResultStatus
from objections.models import Objection
from objections.presenting import matter_of
from objections.statuses import BADGES, OPEN_STATUSES
from portal.contests import ContestRow, rows_of
from portal.payments import PaymentRow, payments_of
from portal.profile import ResultRow
from saudi.direction import isolate
from saudi.languages import Language
from saudi.plurals import days_text
from sawtak.models import Category

MOST_WAYS: Final = 3
"""What more there is stands in the file."""

TYPES: Final[dict[str, frozenset[str]]] = {
    "payment": frozenset({Category.PAYMENTS, Category.OBJECTION}),
    "result": frozenset({Category.ELIGIBILITY, Category.SUSPENSION, Category.OBJECTION}),
}
"""The types of request before which the way of a track is shown."""

_MOST_ROWS: Final = 100


@dataclass(frozen=True)
class Way:
    """One thing that can be objected to now, or a draft against it, in words."""

    title: str
    time: str
    last_day: date
    url: str
    is_draft: bool
    spoken: str
    types: str
    is_hidden: bool


@dataclass(frozen=True)
class Filed:
    """An objection that is not decided yet."""

    matter: str
    status: str
    kind: str
    icon: str
    reference: str
    types: str
    is_hidden: bool


@dataclass(frozen=True)
class Ways:
    """What the panel above the form shows; empty where nothing can be done.

    What does not fit the chosen type is hidden, for a script to show when another one is chosen.
    """

    ways: list[Way]
    filed: list[Filed]
    has_more: bool

    def __bool__(self) -> bool:
        return bool(self.ways or self.filed)

    @property
    def is_hidden(self) -> bool:
        return all(way.is_hidden for way in self.ways) and all(
            each.is_hidden for each in self.filed
        )


def ways_of(user: User, person: Person, *, category: str, today: date, language: Language) -> Ways:
    """Give the ways, those that fit the type of request first: all fit where none is chosen yet.

    Six statements, whatever the household.
    """
    rows = [
        _way(row, category, language)
        for row in sorted(
            _contestable(user, person, today, language),
            key=lambda row: (row.state.deadline, not row.is_own, row.contested.pk),
        )
    ]
    filed = [_of_objection(each, category) for each in _under_way(user)]
    ways = [way for hidden in (False, True) for way in rows if way.is_hidden == hidden]
    return Ways(
        ways[:MOST_WAYS],
        filed[:MOST_WAYS],
        has_more=len(ways) > MOST_WAYS or len(filed) > MOST_WAYS,
    )


def _is_hidden(track: str, category: str) -> bool:
    return bool(category) and category not in TYPES[track]


def _contestable(
    user: User, person: Person, today: date, language: Language
) -> list[ResultRow | PaymentRow]:
    """Read what the viewer can object to now, or has begun to, of both tracks."""
    people = list(Person.objects.visible_to(user))
    by_id = {each.pk: each for each in people}
    results = list(
        EligibilityResult.objects.current()
        .filter(
            Q(filing_deadline__gte=today)
            | Q(cycle__results_open_until__gte=today)
            | Q(exempted_until__gte=today),
            person_id__in=by_id,
            status=ResultStatus.INELIGIBLE,
        )
        .select_related("cycle")
        .order_by("-cycle__code", "person_id")[:_MOST_ROWS]
    )
    for result in results:
        result.person = by_id[result.person_id]
    of_results = rows_of(results, ResultRow, viewer=person, today=today, language=language)
    payments = payments_of(
        user, people, viewer=person, today=today, language=language, has_all=False
    )
    found: list[ResultRow | PaymentRow] = [row for row in of_results if row.is_contestable]
    found += [row for each in payments.shown for row in each.rows if row.is_contestable]
    return found


def _under_way(user: User) -> list[Objection]:
    return list(
        Objection.objects.visible_to(user)
        .filter(status__in=OPEN_STATUSES)
        .select_related("result__cycle", "payment__cycle")
        .order_by("-submitted_at", "-id")[: MOST_WAYS + 1]
    )


def _of_objection(objection: Objection, category: str) -> Filed:
    track = "payment" if objection.payment_id else "result"
    badge = BADGES[objection.status]
    return Filed(
        matter=matter_of(objection.contested),
        status=str(objection.status_label),
        kind=badge.kind,
        icon=badge.icon,
        reference=objection.reference or "",
        types=" ".join(sorted(TYPES[track])),
        is_hidden=_is_hidden(track, category),
    )


def _way(row: ResultRow | PaymentRow, category: str, language: Language) -> Way:
    left = row.state.days_left
    return Way(
        title=_title(row),
        time=_("You have %(days)s to object.") % {"days": days_text(left, language)}
        if left
        else _("Today is the last day to object."),
        last_day=row.state.deadline,
        url=row.new_url,
        is_draft=row.state.kind == "draft",
        spoken=row.spoken_name,
        types=" ".join(sorted(TYPES[row.track])),
        is_hidden=_is_hidden(row.track, category),
    )


def _title(row: ContestRow[EligibilityResult] | PaymentRow) -> str:
    """Say what happened: "your payment of November 2026 is short"."""
    facts = {"cycle": row.cycle, "name": isolate(row.person.full_name)}
    if not isinstance(row, PaymentRow):
        if row.is_own:
            return _("You are not eligible in %(cycle)s.") % facts
        return _("%(name)s is not eligible in %(cycle)s.") % facts
    has_come = row.contested.paid_sar + row.contested.added_sar
    if row.is_own:
        text = (
            _("Your payment of %(cycle)s is short.")
            if has_come
            else _("Your payment of %(cycle)s did not come.")
        )
    else:
        text = (
            _("The payment of %(cycle)s for %(name)s is short.")
            if has_come
            else _("The payment of %(cycle)s for %(name)s did not come.")
        )
    return text % facts
