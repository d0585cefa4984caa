"""What the pages of corrections show: figures in words, the rows of a set, who did what."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from access.searches import read_number
from beneficiaries.models import User
from beneficiaries.reasons import HIDDEN, REASONS
from beneficiaries.statuses import ResultStatus
from objections.correction_statuses import (
    LEFT_STATES,
    CorrectionAct,
    CorrectionState,
    RowState,
)
from objections.corrections.criteria import Criteria
from objections.corrections.finding import Figures, TooManyToCount, figures_of
from objections.models import Correction, CorrectionRow
from saudi.gregorian import format_gregorian
from saudi.languages import page_language

PROPOSE: Final = "objections.propose_correction"
EXPORT: Final = "objections.export_correction"
SEE_SENSITIVE: Final = "beneficiaries.view_sensitive_reason"

REFRESH_SECONDS: Final = 5
_LONGEST_ID: Final = 18

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
    if correction.announced_since:
        day = format_gregorian(correction.announced_since, language)
        parts.append(_("announced from %(day)s") % {"day": day})
    if correction.announced_until:
        day = format_gregorian(correction.announced_until, language)
        parts.append(_("announced until %(day)s") % {"day": day})
    return " · ".join(parts) or _("Everybody with this reason")


def chosen_row(correction: Correction, named: str) -> CorrectionRow | None:
    """Give the row that a page is asked to show apart, where it is one of the set."""
    if not (named.isascii() and named.isdecimal() and len(named) <= _LONGEST_ID):
        return None
    found: CorrectionRow | None = (
        correction.rows.filter(pk=int(named)).select_related("result__person").first()
    )
    return found


def row_of_person(correction: Correction, typed: str) -> CorrectionRow | None:
    """Find somebody's row in the set by a national ID in any digits."""
    number = read_number(typed)
    if number is None:
        return None
    found: CorrectionRow | None = correction.rows.filter(
        result__person__national_id=number[1]
    ).first()
    return found


def case_context(
    case: Correction, user: User, *, show: str, row: CorrectionRow | None
) -> dict[str, Any]:
    """Give what the page of a correction shows, and what its reader may do."""
    state = CorrectionState(case.state)
    is_own = case.prepared_by_id == user.pk
    may_work = state == CorrectionState.FIXED and is_own and user.has_perm(PROPOSE)
    figures = Figures(**case.figures) if case.figures else None
    settled = case.rows_corrected + case.rows_left
    return {
        "correction": case,
        "title": "",
        "figures": figures,
        "other_reasons": _other_reasons(figures, may_see_sensitive=user.has_perm(SEE_SENSITIVE))
        if figures
        else [],
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


def _rows(case: Correction, show: str) -> QuerySet[CorrectionRow]:
    rows = case.rows.select_related("result__person", "objection").order_by("id")
    states = SHOWN.get(show, ())
    return rows.filter(state__in=states) if states else rows
