"""What staff write to confirm an ID, and to take that back."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries.confirmed_ids.models import ConfirmedNationalId
from beneficiaries.confirmed_ids.services import needs_confirmation
from saudi.forms import MessageField, NationalIdField

PROOF_LENGTH: int = ConfirmedNationalId._meta.get_field("proof").max_length or 0
REASON_LENGTH: int = ConfirmedNationalId._meta.get_field("withdrawal_reason").max_length or 0


class ConfirmForm(forms.Form):
    """An ID that the register confirms, written twice: no check digit finds a slip in it."""

    national_id = NationalIdField(
        label=gettext_lazy("National ID or residence number"),
        help_text=gettext_lazy("10 digits that start with 1 or 2, as in the register's letter."),
        accepts=needs_confirmation,
    )
    again = NationalIdField(
        label=gettext_lazy("The same number again"),
        help_text=gettext_lazy("Read it from the letter again. Do not copy it."),
        error_messages={"required": gettext_lazy("Write the number a second time.")},
        accepts=needs_confirmation,
    )
    proof = MessageField(
        label=gettext_lazy("Proof of the register"),
        longest=PROOF_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The number and the day of its letter, and who wrote it."),
        error_messages={"required": gettext_lazy("Write how the register confirmed this ID.")},
    )

    def clean_national_id(self) -> str:
        """Refuse an ID that works as it is."""
        national_id: str = self.cleaned_data["national_id"]
        if not needs_confirmation(national_id):
            raise ValidationError(
                _("This ID passes the check and needs no confirmation. Compare it with the letter.")
            )
        return national_id

    def clean_again(self) -> str:
        """Hold the second number to the first, where that is right."""
        first, again = self.cleaned_data.get("national_id"), self.cleaned_data["again"]
        if first is not None and first != again:
            raise ValidationError(
                _("The two numbers differ. Compare both with the letter, digit by digit.")
            )
        return str(again)


class WithdrawForm(forms.Form):
    """Why an ID is no longer accepted."""

    reason = MessageField(
        label=gettext_lazy("Reason"),
        longest=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write why you withdraw the confirmation.")},
    )
