"""What staff write to change an SMS, and how its faults are told."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.catalogue import Template
from notifications.programme import programme_values
from notifications.texts.models import LONGEST_REASON
from notifications.texts.rules import LANGUAGES, Fault, FaultKind, faults_of
from saudi.direction import isolate, isolate_ltr
from saudi.forms import MessageField

FIELD_OF: Final = {"ar": "text_ar", "en": "text_en"}

_TEXTS: Final = {
    FaultKind.BRACES: gettext_lazy(
        "%(what)s is not a field. A field is one name in braces, as in the list of fields."
    ),
    FaultKind.UNKNOWN_FIELD: gettext_lazy(
        "This message has no field %(what)s. Take one from the list of fields."
    ),
    FaultKind.MISSING_FIELD: gettext_lazy("The field %(what)s is missing. Add it."),
    FaultKind.PROGRAMME_FIRST: gettext_lazy(
        "Begin with %(what)s so that people see at once who writes."
    ),
    FaultKind.TOUCHED_FIELD: gettext_lazy(
        "%(what)s touches another word. Put a space there, so that the number stays in one piece."
    ),
    FaultKind.FIELDS_TOGETHER: gettext_lazy(
        "%(what)s stand side by side. Put a word between them, so that they do not read as one."
    ),
    FaultKind.LINK: gettext_lazy(
        "%(what)s reads as a link. No SMS has one: say where to read on in words."
    ),
    FaultKind.DIGIT: gettext_lazy(
        "Write no digit of your own (%(what)s). Numbers come from the fields; write small ones in "
        "words."
    ),
    FaultKind.INVISIBLE: gettext_lazy(
        "There is a character that nobody sees: %(name)s. Delete it or type the words again."
    ),
    FaultKind.VOWEL: gettext_lazy("Write without vowel marks (%(name)s). Each costs a letter."),
    FaultKind.TATWEEL: gettext_lazy("Write without tatweel. Each costs a letter."),
    FaultKind.NO_WARNING: gettext_lazy("A code never goes out without the words “%(what)s”."),
    FaultKind.CHARACTER: gettext_lazy("The character %(what)s is not used in our SMS (%(name)s)."),
}


def fault_text(fault: Fault, language: str) -> str:
    """Say what is wrong with a wording, and what to do."""
    if fault.kind == FaultKind.TOO_LONG:
        return _("The length is %(count)s of %(limit)s. Shorten the text.") % {
            "count": fault.parts,
            "limit": fault.most,
        }
    if fault.kind == FaultKind.TOO_MANY_PARTS:
        return parts_text(fault.parts, fault.most)
    facts = {"what": isolate(fault.what), "name": isolate_ltr(fault.name)}
    if fault.kind == FaultKind.OTHER_SCRIPT and not fault.name:
        text = (
            _("%(what)s is not in Arabic letters.")
            if language == "ar"
            else _("%(what)s is not in English letters.")
        ) % facts
    elif fault.kind == FaultKind.OTHER_SCRIPT:
        text = (
            _("%(what)s is not an Arabic letter (%(name)s).")
            if language == "ar"
            else _("%(what)s is not an English letter (%(name)s).")
        ) % facts
    elif fault.kind == FaultKind.DEAR:
        text = (
            _("%(what)s (%(name)s) makes the message dear: 70 characters a part instead of 160.")
            % facts
        )
        text = f"{text} {_cost_text(fault.parts)}"
    else:
        text = str(_TEXTS[fault.kind]) % facts
    if fault.instead:
        text += " " + _("Write %(instead)s instead.") % {"instead": isolate(fault.instead)}
    return text


def _cost_text(parts: int) -> str:
    return ngettext(
        "With it the message takes %(count)d part.",
        "With it the message takes %(count)d parts.",
        parts,
    ) % {"count": parts}


def parts_text(parts: int, most: int) -> str:
    """Say how many parts the longest message takes, and how many it may."""
    takes = ngettext(
        "The longest message takes %(count)d part.",
        "The longest message takes %(count)d parts.",
        parts,
    ) % {"count": parts}
    may = ngettext("It may take %(count)d part.", "It may take %(count)d parts.", most) % {
        "count": most
    }
    return f"{takes} {may}"


def fault_texts(faults: Iterable[Fault], language: str) -> list[str]:
    """Say everything that is wrong with a wording."""
    return [fault_text(fault, language) for fault in faults]


class WordingField(forms.CharField):
    """A wording as it was typed: nothing is removed unseen, each fault is told."""

    def __init__(self, *, language: str, **kwargs: Any) -> None:
        self.language = language
        super().__init__(
            widget=forms.Textarea(
                attrs={
                    "rows": 4,
                    "lang": language,
                    "dir": "rtl" if language == "ar" else "ltr",
                    "spellcheck": "true",
                }
            ),
            **kwargs,
        )
        self.validators = []  # a NUL is a fault like any other that nobody sees

    def to_python(self, value: Any) -> str:
        """Give the text composed, without spaces around it."""
        return unicodedata.normalize("NFC", str(super().to_python(value) or ""))


class ProposeForm(forms.Form):
    """Another wording of an SMS, both languages side by side."""

    text_ar = WordingField(
        language="ar",
        label=gettext_lazy("Arabic text"),
        help_text=gettext_lazy(
            "No reason, no amount, no name: others read the phone. No machine checks this, so you "
            "do."
        ),
        error_messages={"required": gettext_lazy("Write the Arabic text.")},
    )
    text_en = WordingField(
        language="en",
        label=gettext_lazy("English text"),
        help_text=gettext_lazy("It says what the Arabic says, not more. No reason, no amount."),
        error_messages={"required": gettext_lazy("Write the English text.")},
    )
    why = MessageField(
        label=gettext_lazy("Why you change it"),
        longest=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write why you change the text.")},
    )

    def __init__(self, template: Template, *args: Any, **kwargs: Any) -> None:
        self.template = template
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        """Hold both languages to the limits."""
        for language in LANGUAGES:
            text = self.cleaned_data.get(FIELD_OF[language])
            if text is not None:
                faults = faults_of(self.template, language, text, programme_values(language))
                self.tell({language: faults})

    def tell(self, faults: Mapping[str, Iterable[Fault]]) -> None:
        """Show faults beside the text of their language."""
        for language, found in faults.items():
            texts = fault_texts(found, language)
            if texts:
                self.add_error(FIELD_OF[language], [ValidationError(text) for text in texts])

    @property
    def typed(self) -> dict[str, str]:
        """Give both texts as they stand in the form now, right or wrong."""
        return {
            language: str(self.fields[name].to_python(self[name].value()))
            for language, name in FIELD_OF.items()
        }

    @property
    def texts(self) -> dict[str, str]:
        """Give both texts, within the limits."""
        return {language: self.cleaned_data[name] for language, name in FIELD_OF.items()}


class RejectForm(forms.Form):
    """Why a wording is turned down."""

    reason = MessageField(
        label=gettext_lazy("Reason"),
        longest=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Whoever proposed the text reads it."),
        error_messages={"required": gettext_lazy("Write why you reject the text.")},
    )
