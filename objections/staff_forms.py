"""What staff fill in on a case: a decision, a wish for documents, a note to each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.choices import FewRowsField
from beneficiaries.cycles import cycle_name
from beneficiaries.models import User
from objections.back_pay import BackPayMonth
from objections.models import DecisionReason
from objections.models.decisions import LONGEST_NOTE
from objections.services.review import Proposal
from objections.services.review.proposing import LARGEST_AMOUNT_SAR
from objections.statuses import DECIDED_STATUSES, GRANTED_STATUSES
from saudi.forms import MessageField
from saudi.languages import page_language
from saudi.money import InvalidAmount, format_sar, parse_sar

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ANSWER_CHARACTERS: Final = 1000
_MONTH: Final = "back_pay_"
BLANK: Final = re.compile(r"\[[^\]]*\]")
"""What a template leaves to be filled in."""


class AmountField(forms.CharField):
    """An amount in riyals in any digits; empty is nothing."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return Decimal(0)
        try:
            amount = parse_sar(text)
        except InvalidAmount:
            raise forms.ValidationError(
                _("Write the amount in digits, like 720 or 720.50.")
            ) from None
        if amount < 0:
            raise forms.ValidationError(_("Write the amount in digits, like 720 or 720.50."))
        if amount > LARGEST_AMOUNT_SAR:
            raise forms.ValidationError(_("Write an amount below 100000 riyals."))
        return amount


class AnswerField(MessageField):
    """What the citizen reads: nothing of a template is left to be filled in."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text and BLANK.search(text):
            raise forms.ValidationError(_("Fill in what stands in [brackets], or take it out."))
        return text


class DecisionForm(forms.Form):
    """A decision to propose, with its reasons, the answer that the citizen reads, and back pay."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(status.value, status.label) for status in DECIDED_STATUSES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a decision.")},
    )
    reasons = forms.MultipleChoiceField(
        label=_("Reasons"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one reason of the decision.")},
    )
    answer = AnswerField(
        label=_("The answer as the citizen reads it"),
        longest=ANSWER_CHARACTERS,
        help_text=_("Say what was decided, why, and what happens next, in easy words."),
        error_messages={"required": _("Write the answer: the citizen must know the reason.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        reasons: Iterable[DecisionReason] = (),
        months: Sequence[BackPayMonth] = (),
        replaces: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.catalogue = list(reasons)
        self.months = months
        language = page_language()
        field = self.fields["reasons"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # declared above
        field.choices = [(reason.code, reason.label(language)) for reason in self.catalogue]
        for month in months:
            name = cycle_name(month.cycle, language)
            self.fields[_MONTH + month.cycle] = AmountField(
                label=name, help_text=_estimate_text(month)
            )
        if replaces:
            self.fields["supersede_reason"] = MessageField(
                label=_("Why the decision is replaced"),
                longest=LONGEST_NOTE,
                help_text=_("Staff read it, and it goes with the decisions to the programme."),
                error_messages={"required": _("Write why the decision is replaced.")},
            )

    @property
    def reasons_by_outcome(self) -> list[tuple[str, StrOrPromise, list[Any]]]:
        """Give the boxes of the reasons under the decision that each is of."""
        boxes = list(self["reasons"])
        outcome_of = {reason.code: reason.outcome for reason in self.catalogue}
        return [
            (
                status.value,
                status.label,
                [box for box in boxes if outcome_of[box.data["value"]] == status],
            )
            for status in DECIDED_STATUSES
        ]

    @property
    def back_pay_fields(self) -> list[forms.BoundField]:
        """Give the fields of the months, oldest first."""
        return [self[_MONTH + month.cycle] for month in self.months]

    def clean(self) -> dict[str, Any]:
        """Hold reasons and money to the decision that was chosen."""
        cleaned: dict[str, Any] = super().clean() or {}
        decision = cleaned.get("decision")
        own = {reason.code for reason in self.catalogue if reason.outcome == decision}
        if decision and not set(cleaned.get("reasons", [])) <= own:
            self.add_error("reasons", _("Choose reasons of the decision that you chose."))
        if decision and decision not in GRANTED_STATUSES and any(self._amounts(cleaned).values()):
            self.add_error(None, _("A rejection brings no back pay. Clear its amounts."))
        return cleaned

    def _amounts(self, cleaned: dict[str, Any]) -> dict[str, Decimal]:
        return {
            month.cycle: cleaned.get(_MONTH + month.cycle) or Decimal(0) for month in self.months
        }

    def proposal(self) -> Proposal:
        """Give what was filled in; the form is valid."""
        cleaned = self.cleaned_data
        amounts = self._amounts(cleaned)
        return Proposal(
            outcome=cleaned["decision"],
            reason_codes=tuple(cleaned["reasons"]),
            answer=cleaned["answer"],
            back_pay={cycle: amount for cycle, amount in amounts.items() if amount},
            supersede_reason=cleaned.get("supersede_reason", ""),
        )


def _estimate_text(month: BackPayMonth) -> str:
    if month.estimate_sar is None:
        return gettext("No estimate: the register has no amount for this month.")
    amount = format_sar(month.estimate_sar, page_language())
    return gettext("Estimated: %(amount)s") % {"amount": amount}


class DueForm(forms.Form):
    """By when documents are sent."""

    days = forms.TypedChoiceField(
        label=_("Time to send it"),
        coerce=int,
        choices=[(7, _("7 days")), (14, _("14 days")), (30, _("30 days"))],
        initial=14,
    )

    def due_on(self, today: date) -> date:
        """Give the last day on which the documents may be sent. Civil days in Riyadh."""
        return today + timedelta(days=self.cleaned_data["days"])


class DocumentsForm(DueForm):
    """Which documents are missing, and by when."""

    text = AnswerField(
        label=_("What the citizen should send"),
        longest=ANSWER_CHARACTERS,
        help_text=_("Name the document and what must be visible in it."),
        error_messages={"required": _("Write which document is missing.")},
    )
    field_order = ("text", "days")


class NoteForm(forms.Form):
    """A note of one member of staff to another."""

    note = MessageField(
        label=_("Note"),
        longest=LONGEST_NOTE,
        error_messages={"required": _("Write a note: whoever goes on needs it.")},
    )

    def __init__(self, data: Any = None, *, label: StrOrPromise = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if label:
            self.fields["note"].label = label


class HandOverForm(NoteForm):
    """To whom a case goes, or back into the queue."""

    to = FewRowsField(
        label=_("To"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Back into the queue"),
    )
    field_order = ("to", "note")

    def __init__(self, data: Any = None, *, colleagues: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  # declared above
        if colleagues is not None:
            field.queryset = colleagues
