"""Fields for names and messages: what is stored is readable and harmless to the line it is in."""

import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from saudi.digits import clean_text, is_blank

NAME_MAX_LENGTH: Final = 150
MESSAGE_MAX_LENGTH: Final = 2000


class PersonNameField(forms.CharField):
    """A person's name on one line, without direction controls; it holds a letter of any script."""

    default_error_messages = {
        "required": _("Write the full name as on the card."),
        "no_letters": _("Write the name in letters, as on the card."),
        "too_long": ngettext_lazy(
            "The name is %(count)d character long. Shorten it to %(limit)d.",
            "The name is %(count)d characters long. Shorten it to %(limit)d.",
            "count",
        ),
    }

    def __init__(self, *, longest: int = NAME_MAX_LENGTH, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser offer the name and the name choose its direction."""
        return super().widget_attrs(widget) | {"autocomplete": "name", "dir": "auto"}

    def to_python(self, value: Any) -> str:
        """Give the name as it is stored. Raises ValidationError."""
        text = "" if value in self.empty_values else str(value)
        if is_blank(text):
            return ""
        name = " ".join(clean_text(text).split())
        if not any(unicodedata.category(char).startswith("L") for char in name):
            raise ValidationError(self.error_messages["no_letters"], code="no_letters")
        _ensure_not_longer(name, self.longest, self.error_messages["too_long"])
        return name


class MessageField(forms.CharField):
    """A text of several lines, at most `longest` characters, a line end counted as one."""

    widget = forms.Textarea
    default_error_messages = {
        "required": _("Write what happened and what you want."),
        "too_long": ngettext_lazy(
            "You wrote %(count)d character. Shorten the text to %(limit)d.",
            "You wrote %(count)d characters. Shorten the text to %(limit)d.",
            "count",
        ),
    }

    def __init__(self, *, longest: int = MESSAGE_MAX_LENGTH, **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the text choose its direction; no `maxlength`, which would cut a pasted text."""
        return super().widget_attrs(widget) | {"dir": "auto"}

    def to_python(self, value: Any) -> str:
        """Give the text as it is stored. Raises ValidationError."""
        text = "" if value in self.empty_values else str(value)
        if is_blank(text):
            return ""
        message = clean_text(text)
        _ensure_not_longer(message, self.longest, self.error_messages["too_long"])
        return message


def _ensure_not_longer(text: str, longest: int, message: str | Promise) -> None:
    if len(text) > longest:
        raise ValidationError(
            message, code="too_long", params={"count": len(text), "limit": longest}
        )
