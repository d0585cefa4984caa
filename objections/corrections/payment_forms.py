"""By what wrong payments are found, what the right amount is, and the file that names amounts."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.confirmed_ids.services import confirmed_ids
from beneficiaries.errors import UnreadableFile
from beneficiaries.imports import values
from beneficiaries.imports.faults import InvalidValue, fault_text, refusal_text
from beneficiaries.imports.reader import CsvFile
from beneficiaries.models import Cycle, PaymentLine
from objections.corrections.forms import PrepareForm, SetForm
from objections.corrections.payments import PaymentCriteria
from objections.corrections.statuses import AmountRule
from objections.staff_forms import AmountField
from saudi.digits import is_blank

FILE_COLUMNS: Final = ("national_id", "right_sar")
MOST_AMOUNTS: Final = 50_000
MOST_FILE_BYTES: Final = 2 * 1024 * 1024
SHOWN_FAULTS: Final = 5


class OptionalAmountField(AmountField):
    """An amount in riyals, zero among them; empty is none."""

    def clean(self, value: Any) -> Any:
        return None if is_blank(str(value or "")) else super().clean(value)


class PaymentCriteriaForm(SetForm):
    """A cycle, what was deducted and what the right amount is; what else is filled in narrows."""

    any_reason = gettext_lazy("Whatever it was")

    reason = forms.ChoiceField(label=gettext_lazy("What was deducted"), required=False)
    paid_from = OptionalAmountField(
        label=gettext_lazy("Paid from, in riyals"),
        max_length=30,
        help_text=gettext_lazy("Empty is all."),
    )
    paid_until = OptionalAmountField(
        label=gettext_lazy("Paid until, in riyals"),
        max_length=30,
        help_text=gettext_lazy("Empty is all."),
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("The right amount"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what the right amount is.")},
    )
    addition = OptionalAmountField(
        label=gettext_lazy("Addition in riyals"),
        max_length=30,
        help_text=gettext_lazy("For a fixed addition: how much each payment is raised by."),
    )

    def __init__(self, data: Any = None, *, may_see_sensitive: bool, **kwargs: Any) -> None:
        super().__init__(data, may_see_sensitive=may_see_sensitive, **kwargs)
        rules: Any = self.fields["rule"]
        rules.choices = AmountRule.choices

    def announced_cycles(self) -> QuerySet[Cycle]:
        announced = PaymentLine.objects.current().filter(cycle=OuterRef("pk"))
        return Cycle.objects.filter(Exists(announced.order_by()))

    def clean(self) -> dict[str, Any]:
        """Hold the amounts to their order, and each rule to what it needs."""
        cleaned: dict[str, Any] = super().clean() or {}
        least, most, rule = (cleaned.get(each) for each in ("paid_from", "paid_until", "rule"))
        if least is not None and most is not None and most < least:
            self.add_error("paid_until", _("This is less than the first amount. Write more."))
        if rule == AmountRule.DUE and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Choose the deduction that was wrong."))
        if rule == AmountRule.ADDITION and not cleaned.get("addition"):
            if "addition" not in self.errors:
                self.add_error("addition", _("Write how much is added to each payment."))
        elif rule:
            cleaned["addition"] = cleaned.get("addition") if rule == AmountRule.ADDITION else None
        return cleaned

    def criteria(self) -> PaymentCriteria:
        """Give what was chosen; the form is valid."""
        chosen = self.cleaned_data
        return PaymentCriteria(
            cycle=chosen["cycle"],
            rule=AmountRule(chosen["rule"]),
            reason_code=chosen["reason"],
            addition_sar=chosen["addition"],
            city=chosen["city"],
            paid_from=chosen["paid_from"],
            paid_until=chosen["paid_until"],
        )


class PreparePaymentsForm(PrepareForm):
    """What people read, how it is known, and where the rule is so the file of amounts."""

    amounts = forms.FileField(
        label=gettext_lazy("CSV file of the right amounts"),
        required=False,
        max_length=200,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=gettext_lazy(
            "Two columns, national_id and right_sar: what each payment should have been. "
            "At most 50,000 rows."
        ),
        error_messages={"max_length": gettext_lazy("The file's name is too long.")},
    )

    def __init__(self, *args: Any, is_listed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].label = _("How it is known that the amounts were wrong")
        if is_listed:
            self.fields["amounts"].required = True
            self.fields["amounts"].error_messages["required"] = _("Choose the file.")
        else:
            del self.fields["amounts"]

    def clean_amounts(self) -> dict[str, Decimal]:
        """Read the file; one wrong row refuses it, so that nobody is left out unseen."""
        upload = self.cleaned_data["amounts"]
        if upload.size > MOST_FILE_BYTES:
            raise ValidationError(refusal_text("too_large", ""))
        with tempfile.NamedTemporaryFile(suffix=".csv") as copy:
            for chunk in upload.chunks():
                copy.write(chunk)
            copy.flush()
            try:
                return read_amounts(CsvFile(Path(copy.name), columns=FILE_COLUMNS))
            except UnreadableFile as error:
                raise ValidationError(refusal_text(error.code, error.detail)) from error

    def prepared(self) -> dict[str, Any]:
        """Give what the service takes; the form is valid."""
        return {"amounts": {}, **self.cleaned_data}


def read_amounts(file: CsvFile) -> dict[str, Decimal]:
    """Give the right amounts of a file in riyals by national ID. Raises ValidationError.

    The errors name lines and kinds of fault, never what stands in a line.
    """
    read_national_id = values.national_id_reader(confirmed_ids())
    amounts: dict[str, Decimal] = {}
    faults: list[str] = []
    for row in file.rows():
        kind = row.kind
        if not row.fault:
            kind = _take(row.values, read_national_id, amounts)
        if kind:
            faults.append(_said(row.line, kind))
        if len(faults) == SHOWN_FAULTS:
            break
        if len(amounts) > MOST_AMOUNTS:
            raise ValidationError(refusal_text("too_large", ""))
    if faults:
        raise ValidationError(faults)
    if not amounts:
        raise ValidationError(refusal_text("empty", ""))
    return amounts


def _take(fields: Sequence[str], read: values.ReadText, amounts: dict[str, Decimal]) -> str:
    """Add one row to the amounts; give the kind of its fault, or nothing."""
    try:
        national_id = read(fields[0])
        right = values.read_money(fields[1], "right_sar")
    except InvalidValue as error:
        return error.kind
    if not right:
        return "right_sar:not_amount"
    if national_id in amounts:
        return "national_id:repeated"
    amounts[national_id] = right
    return ""


def _said(line: int, kind: str) -> str:
    column, fault = fault_text(kind)
    facts = {"line": line, "column": column, "fault": fault}
    if column:
        return _("Line %(line)s, %(column)s: %(fault)s.") % facts
    return _("Line %(line)s: %(fault)s.") % facts
