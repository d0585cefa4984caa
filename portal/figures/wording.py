"""The public figures in words, rounded so that nobody can be counted out of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Final

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.figures.models import PublicFigure
from portal.figures.public import FEWEST_EXPECTED, FEWEST_SHOWN
from portal.work.kinds import WorkKind

NUMBER_STEP: Final = 10
SHARE_STEP: Final = 5


@dataclass(frozen=True)
class PublicRow:
    """What everybody reads of a kind; `is_few` where there were too few to say anything.

    `rating` is empty where there were too few ratings.
    """

    name: str
    is_few: bool
    answered: int = 0
    half: str = ""
    most: str = ""
    in_time_percent: int = 0
    rating: str = ""


def public_rows() -> tuple[list[PublicRow], date | None]:
    """Give the rows of both kinds and the last day of their thirty; None before the first count."""
    found = {figure.kind: figure for figure in PublicFigure.objects.filter(channel="")}
    names = (
        (WorkKind.OBJECTION, _("Objections")),
        (WorkKind.TICKET, _("Your Voice Is Heard")),
    )
    rows = [_row(name, found.get(kind)) for kind, name in names]
    return rows, max((figure.last_day for figure in found.values()), default=None)


def _row(name: str, figure: PublicFigure | None) -> PublicRow:
    if figure is None or figure.answered < FEWEST_SHOWN:
        return PublicRow(name, is_few=True)
    in_time = (figure.answered - figure.late) * 100 // figure.answered
    return PublicRow(
        name,
        is_few=False,
        answered=figure.answered // NUMBER_STEP * NUMBER_STEP,
        half=time_text(figure.half_within),
        most=time_text(figure.most_within),
        in_time_percent=in_time // SHARE_STEP * SHARE_STEP,
        rating=f"{figure.stars / figure.rated:.1f}" if figure.rated >= FEWEST_SHOWN else "",
    )


def time_text(hours: float) -> str:
    """Say a working time, rounded up: in hours up to one working day, else in working days."""
    number = ceil(hours)
    programme = settings.PROGRAMME.working_hours
    opens, closes = (
        datetime.combine(date.min, time) for time in (programme.opens, programme.closes)
    )
    day_hours = (closes - opens).total_seconds() / 3600
    if number <= day_hours:
        return ngettext(
            "within %(number)s working hour", "within %(number)s working hours", number
        ) % {"number": number}
    number = ceil(hours / day_hours)
    return ngettext("within %(number)s working day", "within %(number)s working days", number) % {
        "number": number
    }


def expected_texts() -> dict[str, str]:
    """Say by channel of tickets in what time answers came; of a channel with too few nothing.

    One statement. While the database is away nothing is expected: the page says its promise.
    """
    try:
        figures = list(
            PublicFigure.objects.filter(kind=WorkKind.TICKET, answered__gte=FEWEST_EXPECTED)
        )
    except (OperationalError, InterfaceError):
        return {}
    return {
        figure.channel: _("In the last 30 days: half were answered %(half)s, nine of ten %(most)s.")
        % {"half": time_text(figure.half_within), "most": time_text(figure.most_within)}
        for figure in figures
    }
