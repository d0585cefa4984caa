"""The two steps of signing in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from beneficiaries.confirmed_ids.services import is_confirmed
from saudi.forms import CodeField, NationalIdField


class SignInForm(forms.Form):
    """Whose file to open."""

    national_id = NationalIdField(
        label=_("National ID or residence number"),
        help_text=_("10 digits that start with 1 or 2."),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
        accepts=is_confirmed,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput())


class CodeForm(forms.Form):
    """The code that came by SMS."""

    code = CodeField(
        label=_("The code"), help_text=_("The code works for 5 minutes. You have 5 tries.")
    )
