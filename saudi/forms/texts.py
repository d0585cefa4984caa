"""Fields for names and messages: what is stored is readable and harmless to the line it is in."""

import unicodedata
from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from saudi.digits import clean_text, is_blank

__all__ = [
    "MESSAGE_MAX_LENGTH",
    "NAME_MAX_LENGTH",
    "MessageField",
    "PersonNameField",
    "ReadableTextField",
]

NAME_MAX_LENGTH: Final = 150
MESSAGE_MAX_LENGTH: Final = 2000


class ReadableTextField(forms.CharField):
    """Text without direction controls, at most `longest` characters as it is stored.

    `longest` is a number, or gives it when a text is read.
    Text that a reader cannot see is empty. No `maxlength` is printed: it would cut the end of
    a pasted text without a word, and counts a line end as two.

    >>> ReadableTextField(longest=20).clean("عقدي\u202e ساري ")
    'عقدي ساري'
    """

    def __init__(self, *, longest: int | Callable[[], int], **kwargs: Any) -> None:
        self.longest = longest
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the text choose its own direction."""
        return super().widget_attrs(widget) | {"dir": "auto"}

    def to_python(self, value: Any) -> str:
        """Give the text as it is stored. Raises ValidationError."""
        text = "" if value in self.empty_values else str(value)
        if is_blank(text):
            return ""
        stored = self.read(text)
        longest = self.longest() if callable(self.longest) else self.longest
        if len(stored) > longest:
            raise ValidationError(
                self.error_messages["too_long"],
                code="too_long",
                params={"count": len(stored), "limit": longest},
            )
        return stored

    def read(self, text: str) -> str:
        """Give the stored form of a text that is not blank. Raises ValidationError."""
        return clean_text(text)


class PersonNameField(ReadableTextField):
    """A person's name on one line; it holds a letter of any script.

    >>> PersonNameField().clean("سارة  أحمد\u200f")
    'سارة أحمد'
    """

    default_error_messages = {
        "required": _("Write the full name as on the card."),
        "no_letters": _("Write the name in letters, as on the card."),
        "too_long": ngettext_lazy(
            "The name is %(count)d character long. Shorten it to %(limit)d or fewer.",
            "The name is %(count)d characters long. Shorten it to %(limit)d or fewer.",
            "count",
        ),
    }

    def __init__(self, *, longest: int = NAME_MAX_LENGTH, **kwargs: Any) -> None:
        super().__init__(longest=longest, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Let the browser offer the name."""
        return super().widget_attrs(widget) | {"autocomplete": "name"}

    def read(self, text: str) -> str:
        """Give the name on one line. Raises ValidationError where it has no letter."""
        name = " ".join(clean_text(text).split())
        if not any(unicodedata.category(char).startswith("L") for char in name):
            raise ValidationError(self.error_messages["no_letters"], code="no_letters")
        return name


class MessageField(ReadableTextField):
    """A text of several lines; a line end counts as one character.

    >>> len(MessageField().clean("سطر\\r\\nسطر"))
    7
    """

    widget = forms.Textarea
    default_error_messages = {
        "required": _("Write what happened and what you want."),
        "too_long": ngettext_lazy(
            "You wrote %(count)d character. Shorten the text to %(limit)d.",
            "You wrote %(count)d characters. Shorten the text to %(limit)d.",
            "count",
        ),
    }

    def __init__(
        self, *, longest: int | Callable[[], int] = MESSAGE_MAX_LENGTH, **kwargs: Any
    ) -> None:
        super().__init__(longest=longest, **kwargs)
