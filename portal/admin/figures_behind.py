"""The list of cases behind a figure of the service, by address (docs/adr/0030)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beneficiaries.models import User
from beneficiaries.reasons import REASONS
from objections.blind import hidden_cases
from objections.models import Objection
from objections.presenting import matter_of
from objections.statuses import DECIDED_STATUSES
from portal.figures.measures import OF_EVENTS, Measure
from portal.figures.reading import Behind, CaseBehind, Span, cases_behind
from portal.work.kinds import WorkKind
from saudi.gregorian import format_gregorian
from saudi.languages import page_language
from sawtak.models import Ticket

LIST_ROWS: Final = 100
LONGEST_SPAN_DAYS: Final = 31
_LONGEST_TEAM: Final = 9
_LONGEST_CODE: Final = 30
_KINDS: Final = {
    WorkKind.OBJECTION: "objections.view_objection",
    WorkKind.TICKET: "sawtak.view_ticket",
}


@dataclass(frozen=True)
class Line:
    """A case of the list; `found` says when it happened and when the case was received."""

    reference: str
    matter: str
    url: str
    found: CaseBehind


def address_of(span: Span, behind: Behind) -> str:
    """Give the address of the list behind a figure."""
    query = {"first_day": span.first_day.isoformat(), "last_day": span.last_day.isoformat()}
    query |= {key: str(value) for key, value in vars(behind).items() if value not in {"", None}}
    return f"{reverse('admin:portal_workitem_behind')}?{urlencode(query)}"


def span_text(span: Span) -> str:
    """Name the days of a span in the language of the page."""
    language = page_language()
    first, last = (format_gregorian(day, language) for day in (span.first_day, span.last_day))
    return last if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def is_sensitive(code: str) -> bool:
    """Tell a reason that is shown to its owner only (DOMAIN 16); an unknown one is taken for it."""
    return code not in REASONS or REASONS[code].is_sensitive


def behind_view(request: HttpRequest, site: Any) -> HttpResponse:
    """List the newest cases behind a figure: those that its reader may see."""
    user = cast(User, request.user)
    if not user.has_perm("portal.view_figures"):
        raise PermissionDenied
    span, behind = _span(request.GET), _behind(request.GET)
    may_see = user.has_perm("beneficiaries.view_sensitive_reason")
    if behind.reason and is_sensitive(behind.reason) and not may_see:
        raise PermissionDenied
    found = cases_behind(span, behind, limit=LIST_ROWS + 1)
    of_team, is_receipt = behind.team is not None, behind.measure == Measure.RECEIVED
    context = {
        **site.each_context(request),
        "title": str(behind.measure.label),
        "figures_url": reverse("admin:portal_workitem_figures"),
        "span_text": span_text(span),
        "lines": _lines(found[:LIST_ROWS], user),
        "has_more": len(found) > LIST_ROWS,
        "most": LIST_ROWS,
        "is_receipt": is_receipt,
        "is_by_rules": of_team and is_receipt,
        "of_team": of_team,
        "every_team_url": address_of(span, replace(behind, team=None)),
    }
    return TemplateResponse(request, "admin/portal/figures_behind.html", context)


def _lines(found: Sequence[CaseBehind], user: User) -> list[Line]:
    may = {kind for kind, right in _KINDS.items() if user.has_perm(right)}
    ids = {kind: [each.case_id for each in found if each.kind == kind] for kind in may}
    objections = (
        Objection.objects.exclude(pk__in=hidden_cases(user))
        .select_related("result__cycle", "payment__cycle")
        .in_bulk(ids.get(WorkKind.OBJECTION, []))
    )
    tickets = Ticket.objects.in_bulk(ids.get(WorkKind.TICKET, []))
    lines = []
    for each in found:
        if each.kind == WorkKind.OBJECTION and each.case_id in objections:
            case = objections[each.case_id]
            url = reverse("admin:objections_objection_change", args=[case.pk])
            lines.append(Line(case.reference or "", matter_of(case.contested), url, each))
        elif each.kind == WorkKind.TICKET and each.case_id in tickets:
            ticket = tickets[each.case_id]
            url = reverse("admin:sawtak_ticket_change", args=[ticket.pk])
            lines.append(Line(ticket.reference, ticket.get_category_display(), url, each))
    return lines


def _span(asked: Mapping[str, str]) -> Span:
    days: list[date] = []
    for name in ("first_day", "last_day"):
        with suppress(ValueError):
            days.append(datetime.strptime(asked.get(name, ""), "%Y-%m-%d").date())  # noqa: DTZ007
    match days:
        case [first, last] if 0 <= (last - first).days < LONGEST_SPAN_DAYS and first.year > 2000:
            return Span(first, last)
    raise BadRequest


def _behind(asked: Mapping[str, str]) -> Behind:
    measure, kind, matter, team, reason, outcome = (
        asked.get(name, "") for name in ("measure", "kind", "matter", "team", "reason", "outcome")
    )
    if (
        measure not in OF_EVENTS
        or kind not in {"", *WorkKind.values}
        or outcome not in {"", *DECIDED_STATUSES}
        or max(len(matter), len(reason)) > _LONGEST_CODE
        or "\0" in matter + reason
        or (team and not (team.isascii() and team.isdecimal() and len(team) <= _LONGEST_TEAM))
    ):
        raise BadRequest
    number = int(team) if team else None
    return Behind(Measure(measure), kind, matter, number, reason, outcome)
