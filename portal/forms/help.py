"""The search of the page of help."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from saudi.digits import clean_text
from sawtak.help.selectors import SEARCH_CHARACTERS


class HelpSearchForm(forms.Form):
    """What somebody asks, in any spelling. Too long a text is searched by its beginning."""

    q = forms.CharField(
        label=_("Search the answers"),
        help_text=_("A word or two is enough, like: payment."),
        widget=forms.SearchInput(
            attrs={"class": "w-md", "autocomplete": "off", "maxlength": SEARCH_CHARACTERS}
        ),
    )

    def asked(self) -> str:
        """Give what was asked; empty where nothing readable was."""
        return clean_text(str(self.data.get("q", "")))[:SEARCH_CHARACTERS]
