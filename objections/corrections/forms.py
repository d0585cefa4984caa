"""By what wrong results are found, what people read, and what staff say to each other of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.cycles import cycle_name
from beneficiaries.models import Cycle
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import ResultStatus
from objections.corrections.criteria import Criteria
from objections.window_forms import LastDayField
from saudi.digits import clean_text
from saudi.forms import MessageField
from saudi.languages import page_language

if TYPE_CHECKING:
    _CycleChoice = forms.ModelChoiceField[Cycle]
else:
    _CycleChoice = forms.ModelChoiceField

SHOWN_CYCLES: Final = 36
SAID_CHARACTERS: Final = 400
WHY_CHARACTERS: Final = 1000


class CycleField(_CycleChoice):
    """A cycle that was announced, named as people say it."""

    def label_from_instance(self, obj: Any) -> str:
        return cycle_name(obj.code, page_language())


class SetForm(forms.Form):
    """What each kind of set is found by: a cycle, a reason and a city."""

    any_reason = gettext_lazy("Choose")
    """What stands for no reason."""

    cycle = CycleField(
        label=gettext_lazy("Cycle"),
        queryset=Cycle.objects.none(),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a cycle.")},
    )
    reason = forms.ChoiceField()
    city = forms.CharField(
        label=gettext_lazy("City"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("As in the register. Empty is all."),
    )

    def __init__(self, data: Any = None, *, may_see_sensitive: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cycles: Any = self.fields["cycle"]
        newest = self.announced_cycles().values("pk")[:SHOWN_CYCLES]
        cycles.queryset = Cycle.objects.filter(pk__in=newest)
        reasons: Any = self.fields["reason"]
        reasons.choices = [
            ("", self.any_reason),
            *(
                (code, reason.label)
                for code, reason in REASONS.items()
                if may_see_sensitive or not reason.is_sensitive
            ),
        ]

    def announced_cycles(self) -> QuerySet[Cycle]:
        """Give the cycles of which there is something to correct, newest first."""
        return Cycle.objects.exclude(announced_on=None)

    def clean_city(self) -> str:
        return clean_text(self.cleaned_data["city"])


class CriteriaForm(SetForm):
    """A cycle and the reason that was wrong in it; what else is filled in narrows."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason that was wrong"),
        error_messages={"required": gettext_lazy("Choose the reason that was wrong.")},
    )
    since = LastDayField(
        label=gettext_lazy("Announced from"),
        required=False,
        help_text=gettext_lazy("Gregorian, like 2026-10-29. Empty is all."),
    )
    until = LastDayField(
        label=gettext_lazy("Announced until"),
        required=False,
        help_text=gettext_lazy("Gregorian, like 2026-10-29. Empty is all."),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Result"),
        required=False,
        choices=[("", gettext_lazy("All")), *ResultStatus.choices],
    )

    def clean(self) -> dict[str, Any]:
        """Hold the days to their order."""
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one. Write a later day."))
        return cleaned

    def criteria(self) -> Criteria:
        """Give what was chosen; the form is valid."""
        chosen = self.cleaned_data
        return Criteria(
            cycle=chosen["cycle"],
            reason_code=chosen["reason"],
            city=chosen["city"],
            result_status=chosen["status"],
            announced_since=chosen["since"],
            announced_until=chosen["until"],
        )


class SaidForm(forms.Form):
    """What people read of a correction, in both languages."""

    said_ar = MessageField(
        label=gettext_lazy("What people read, in Arabic"),
        longest=SAID_CHARACTERS,
        widget=forms.Textarea(attrs={"lang": "ar", "rows": 4}),
        help_text=gettext_lazy("What was wrong and why, in easy words. The SMS does not have it."),
        error_messages={"required": gettext_lazy("Write it: people must know what was wrong.")},
    )
    said_en = MessageField(
        label=gettext_lazy("What people read, in English"),
        longest=SAID_CHARACTERS,
        widget=forms.Textarea(attrs={"lang": "en", "rows": 4}),
        error_messages={"required": gettext_lazy("Write the same in English.")},
    )


class PrepareForm(SaidForm):
    """What people read, and for staff how it is known."""

    why = MessageField(
        label=gettext_lazy("How it is known that the reason was wrong"),
        longest=WHY_CHARACTERS,
        help_text=gettext_lazy("For the second person and for auditors; citizens do not read it."),
        error_messages={"required": gettext_lazy("Write how it is known that it was wrong.")},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("submission", uuid.uuid4())


class RemoveForm(forms.Form):
    """Which result is taken out of the set, and why."""

    row = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**18 - 1)
    why = MessageField(
        label=gettext_lazy("Why it is taken out"),
        longest=WHY_CHARACTERS,
        error_messages={"required": gettext_lazy("Write why it is taken out.")},
    )


class ApproveForm(forms.Form):
    """The second person says that they have read whom it reaches and what people read."""

    rows = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    is_read = forms.BooleanField(
        label=gettext_lazy("I have read both texts and looked through the set"),
        error_messages={"required": gettext_lazy("Read both texts and the set, then tick this.")},
    )
