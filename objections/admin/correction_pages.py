"""What the pages of corrections show: figures in words, the rows of a set, who did what."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from access.searches import read_number
from access.staff import read_row_number
from beneficiaries.models import User
from beneficiaries.reasons import HIDDEN, REASONS
from beneficiaries.statuses import ResultStatus
from objections.corrections.criteria import Criteria
from objections.corrections.finding import Figures, TooManyToCount, figures_of
from objections.corrections.payments import (
    PaymentCriteria,
    PaymentFigures,
    payment_figures_of,
)
from objections.corrections.statuses import (
    LEFT_STATES,
    CorrectionAct,
    CorrectionState,
    RowState,
)
from objections.models import Correction, CorrectionRow
from saudi.gregorian import format_gregorian
from saudi.languages import page_language
from saudi.money import format_sar

PROPOSE: Final = "objections.propose_correction"
EXPORT: Final = "objections.export_correction"
SEE_SENSITIVE: Final = "beneficiaries.view_sensitive_reason"

REFRESH_SECONDS: Final = 5

SHOWN: Final[dict[str, tuple[RowState, ...]]] = {
    "": (),
    "corrected": (RowState.CORRECTED,),
    "left": LEFT_STATES,
    "removed": (RowState.REMOVED,),
}
"""Which rows of a set a page can show, by the word in its address; none are all."""

_EVENT_ICONS: Final[dict[str, str]] = {
    CorrectionAct.PREPARED: "list",
    CorrectionAct.FIXED: "check",
    CorrectionAct.REMOVED: "no",
    CorrectionAct.REWORDED: "pen",
    CorrectionAct.PROPOSED: "send",
    CorrectionAct.RETURNED: "undo",
    CorrectionAct.APPROVED: "ok",
    CorrectionAct.WITHDRAWN: "stop",
    CorrectionAct.EXPORTED: "file",
    CorrectionAct.DONE: "ok",
}


def find_context(criteria: Criteria, *, may_see_sensitive: bool) -> dict[str, Any]:
    """Give the figures of what criteria find, or say that it is too much to count."""
    try:
        figures = figures_of(criteria)
    except TooManyToCount:
        return {"is_too_many": True}
    return {
        "figures": figures,
        "other_reasons": _other_reasons(figures, may_see_sensitive=may_see_sensitive),
        "criteria": criteria,
    }


def find_payments_context(criteria: PaymentCriteria, *, may_see_sensitive: bool) -> dict[str, Any]:
    """Give the figures of the payments that criteria find, or say that it is too much to count.

    `may_see_sensitive` is there for its like: the page names no reasons of others.
    """
    try:
        return {"figures": payment_figures_of(criteria), "criteria": criteria}
    except TooManyToCount:
        return {"is_too_many": True}


def figures_shown(case: Correction) -> Figures | PaymentFigures | None:
    """Give what was counted of a set when it was fixed, of either track."""
    if not case.figures:
        return None
    return PaymentFigures(**case.figures) if case.is_of_payments else Figures(**case.figures)


def _other_reasons(figures: Figures, *, may_see_sensitive: bool) -> list[tuple[Any, int]]:
    """Name the reasons that remain; sensitive ones as one, with their sum, for other eyes."""
    named: list[tuple[Any, int]] = []
    hidden = 0
    for code, count in figures.other_reasons:
        reason = REASONS[code]
        if reason.is_sensitive and not may_see_sensitive:
            hidden += count
        else:
            named.append((reason.label, count))
    return [*named, (HIDDEN.label, hidden)] if hidden else named


def narrowed_text(correction: Correction) -> str:
    """Say by what the set is narrowed, or that it is everybody."""
    language = page_language()
    parts = []
    if correction.city:
        parts.append(correction.city)
    if correction.result_status:
        parts.append(str(ResultStatus(correction.result_status).label))
    parts.extend(_amounts_text(correction, language))
    if correction.announced_since:
        day = format_gregorian(correction.announced_since, language)
        parts.append(_("announced from %(day)s") % {"day": day})
    if correction.announced_until:
        day = format_gregorian(correction.announced_until, language)
        parts.append(_("announced until %(day)s") % {"day": day})
    if parts:
        return " · ".join(parts)
    return _("Everybody with this reason") if correction.reason_code else _("Everybody")


def _amounts_text(correction: Correction, language: str) -> Iterator[str]:
    if correction.paid_from is not None:
        yield _("paid from %(amount)s") % {"amount": format_sar(correction.paid_from, language)}
    if correction.paid_until is not None:
        yield _("paid until %(amount)s") % {"amount": format_sar(correction.paid_until, language)}


def chosen_row(correction: Correction, named: str) -> CorrectionRow | None:
    """Give the row that a page is asked to show apart, where it is one of the set."""
    pk = read_row_number(named)
    if pk is None:
        return None
    found: CorrectionRow | None = (
        correction.rows.filter(pk=pk).select_related(f"{correction.track}__person").first()
    )
    return found


def row_of_person(correction: Correction, typed: str) -> CorrectionRow | None:
    """Find somebody's row in the set by a national ID in any digits."""
    number = read_number(typed)
    if number is None:
        return None
    whose = {f"{correction.track}__person__national_id": number[1]}
    found: CorrectionRow | None = correction.rows.filter(**whose).first()
    return found


def case_context(
    case: Correction, user: User, *, show: str, row: CorrectionRow | None
) -> dict[str, Any]:
    """Give what the page of a correction shows, and what its reader may do."""
    state = CorrectionState(case.state)
    is_own = case.prepared_by_id == user.pk
    may_work = state == CorrectionState.FIXED and is_own and user.has_perm(PROPOSE)
    figures = figures_shown(case)
    settled = case.rows_corrected + case.rows_left
    return {
        "correction": case,
        "title": "",
        "figures": figures,
        "other_reasons": _other_reasons(figures, may_see_sensitive=user.has_perm(SEE_SENSITIVE))
        if isinstance(figures, Figures)
        else [],
        "waiting_sar": _waiting_sar(case) if case.is_of_payments else None,
        "rows_shown": _rows(case, show),
        "show": show if show in SHOWN else "",
        "row": row,
        "row_state": RowState(row.state).label if row else "",
        "may_remove": may_work and row is not None and row.state == RowState.WAITING,
        "events": [
            {
                "icon": _EVENT_ICONS[event.act],
                "what": CorrectionAct(event.act).label,
                "by": str(event.by) if event.by else "",
                "at": event.at,
                "note": event.note,
            }
            for event in case.events.select_related("by").order_by("-id")[:50]
        ],
        "is_fixing": state == CorrectionState.FIXING,
        "is_proposed": state == CorrectionState.PROPOSED,
        "is_running": state == CorrectionState.RUNNING,
        "is_applied": state in {CorrectionState.RUNNING, CorrectionState.DONE},
        "is_own": is_own,
        "may_work": may_work,
        "may_withdraw": state
        in {CorrectionState.FIXING, CorrectionState.FIXED, CorrectionState.PROPOSED}
        and user.has_perm(PROPOSE),
        "refresh_seconds": REFRESH_SECONDS
        if state in {CorrectionState.FIXING, CorrectionState.RUNNING}
        else None,
        "bar": (max(case.rows_fixed - case.rows_removed, 1), settled),
    }


def _waiting_sar(case: Correction) -> Decimal:
    """Give what is still to be added, in riyals: what was taken out or left is not in it."""
    waiting = case.rows.filter(state=RowState.WAITING).aggregate(total=Sum("added_sar"))
    return waiting["total"] or Decimal(0)


def _rows(case: Correction, show: str) -> QuerySet[CorrectionRow]:
    rows = case.rows.select_related(f"{case.track}__person", "objection").order_by("id")
    states = SHOWN.get(show, ())
    return rows.filter(state__in=states) if states else rows
