"""What staff fill in about a case's place in the queue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from objections.catalogues import TEAMS
from objections.models import Team
from portal.work.kinds import Priority
from saudi.days_off import days_off
from saudi.forms import MessageField
from saudi.gregorian import format_gregorian, riyadh_today
from saudi.languages import page_language

LONGEST_NOTE: Final = 200
OFFERED_DAYS: Final = 15
"""Working days that are offered for putting off; an answer is due before the last of them."""


def _note(label: Any, missing: Any) -> MessageField:
    return MessageField(
        label=label,
        longest=LONGEST_NOTE,
        widget=forms.TextInput,
        error_messages={"required": missing},
    )


class PutOffForm(forms.Form):
    """Until when a case is put off, and what for."""

    prefix = "later"

    until = forms.TypedChoiceField(
        label=_("Comes back on"),
        coerce=date.fromisoformat,
        error_messages={
            "required": _("Choose a day."),
            "invalid_choice": _("Choose one of the days."),
        },
    )
    note = _note(_("What you wait for"), _("Write what you wait for."))

    def __init__(self, *args: Any, latest: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = page_language()
        days = [day for day in _coming_days() if latest is None or day <= latest]
        self.fields["until"].choices = [  # type: ignore[attr-defined]
            (day.isoformat(), format_gregorian(day, language, weekday=True)) for day in days
        ]


def _coming_days() -> Iterable[date]:
    """Give the next working days."""
    hours, holidays = settings.PROGRAMME.working_hours, days_off()
    day = riyadh_today()
    found = 0
    while found < OFFERED_DAYS:
        day += timedelta(days=1)
        if hours.is_working_day(day, holidays):
            found += 1
            yield day


class EscalateForm(forms.Form):
    """Why a case needs somebody who leads."""

    prefix = "up"

    note = _note(_("Why it needs a supervisor"), _("Write why it needs a supervisor."))


class SettleForm(forms.Form):
    """What was decided about an escalation."""

    prefix = "settled"

    note = _note(_("What you decided"), _("Write what you decided."))


class GiveToTeamForm(forms.Form):
    """To which team a case goes, how urgent it is, and why."""

    prefix = "team"

    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.order_by("id"), required=False
    )
    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int, choices=Priority.choices)
    note = _note(_("Reason"), _("Write the reason."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = page_language()
        names = [(str(team.pk), team.name(language)) for team in TEAMS.rows()]
        self.fields["team"].choices = [("", _("No team")), *names]  # type: ignore[attr-defined]
