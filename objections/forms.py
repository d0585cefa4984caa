"""The forms of the steps. No field is required but ground, statement, documents, declaration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import Person
from documents.forms import MultipleFileField
from objections.models import Ground
from objections.rules import KEPT_CHARACTERS, STATEMENT_CHARACTERS
from saudi.digits import clean_text, is_blank
from saudi.forms import CodeField, IbanField, MessageField, MobileField
from saudi.languages import page_language

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ProfileForm(forms.Form):
    """What a person may change in their own file. What is left empty stays as it is."""

    mobile = MobileField(
        label=_("Mobile"),
        required=False,
        help_text=_("We send a code to a new number, to be sure that it is yours."),
    )
    city = forms.CharField(
        label=_("City"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "class": "w-md"}),
        error_messages={"max_length": _("The name of the city is too long. Shorten it.")},
    )
    iban = IbanField(
        label=_("IBAN"),
        required=False,
        help_text=_("The account to which the support is paid, in the main beneficiary's name."),
    )

    def __init__(self, data: Any = None, *, person: Person) -> None:
        self.person = person
        initial = {"mobile": person.mobile, "city": person.city, "iban": person.iban}
        super().__init__(data, initial=initial)

    def clean_city(self) -> str:
        """Give the city on one line, or the one in the file where none was written."""
        return " ".join(clean_text(self.cleaned_data["city"]).split()) or self.person.city

    def clean_iban(self) -> str:
        """Give the IBAN, or the one in the file where none was written."""
        return self.cleaned_data["iban"] or self.person.iban

    @property
    def new_mobile(self) -> str:
        """The number to be proved, or nothing when it is the one in the file."""
        mobile: str = self.cleaned_data["mobile"]
        return mobile if mobile != self.person.mobile else ""


class MobileCodeForm(forms.Form):
    """The code that was sent to a new number."""

    code = CodeField(label=_("The code in the message"))


class DocumentsMixin:
    """A form with a field `documents`, which knows what became of each file."""

    fields: dict[str, forms.Field]

    @property
    def file_field(self) -> MultipleFileField:
        """The field of the documents."""
        field = self.fields["documents"]
        if not isinstance(field, MultipleFileField):
            raise TypeError("documents must be a MultipleFileField")
        return field


class StatementForm(forms.Form):
    """Ground and statement."""

    ground = forms.ChoiceField(
        label=_("Why do you object?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose why you object."),
            "invalid_choice": _("Choose one of the reasons in the list."),
        },
    )
    statement = MessageField(
        label=_("What should we know?"),
        longest=STATEMENT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Write in your own words what is not right and what has changed. "
            "A few lines are enough. You have up to 2000 characters."
        ),
        error_messages={"required": _("Write in a line or two what is not right.")},
    )

    def __init__(self, *args: Any, grounds: Iterable[Ground], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = page_language()
        self.fields["ground"].choices = [  # type: ignore[attr-defined]
            (ground.code, _with_hint(ground.label(language), ground.hint(language)))
            for ground in grounds
        ]

    @property
    def typed_statement(self) -> str | None:
        """The text as a draft keeps it, also where it is too long to be sent.

        None where there is no telling: the field did not come, or what came is no statement.
        """
        typed = self.data.get("statement")
        if typed is None or len(typed) > KEPT_CHARACTERS:
            return None
        return "" if is_blank(typed) else clean_text(typed)


class SaidStatementForm(StatementForm):
    """Ground and statement of somebody for whom staff write them down."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ground, statement = self.fields["ground"], self.fields["statement"]
        ground.label = gettext("Why does the person object?")
        ground.error_messages["required"] = gettext("Choose why the person objects.")
        statement.label = gettext("What the person says")
        statement.help_text = gettext("In their own words, as far as you can.")
        statement.error_messages["required"] = gettext("Write what the person says.")


def _with_hint(label: str, hint: str) -> StrOrPromise:
    """Put what to write about a ground below it: it shows when the ground is chosen."""
    if not hint:
        return label
    return format_html('{}<span class="form-text choice-hint">{}</span>', label, hint)


class DraftDocumentsForm(DocumentsMixin, forms.Form):
    """The documents of a draft. One is enough, whenever it came."""

    documents = MultipleFileField(label=_("Documents"))

    def __init__(
        self, *args: Any, kept_documents: int, usable_documents: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.usable = kept_documents if usable_documents is None else usable_documents
        self.file_field.already = kept_documents

    def clean(self) -> None:
        """Ask for a document where none that is there is of use."""
        field = self.file_field
        if not self.usable and not field.accepted and "documents" not in self.errors:
            self.add_error("documents", field.error_messages["required"])


class SecondLookForm(DocumentsMixin, forms.Form):
    """Why somebody asks for a second look, and documents where there are more."""

    statement = MessageField(
        label=_("Why should we look at it again?"),
        longest=STATEMENT_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Write what we did not see, or what the answer has wrong. "
            "A few lines are enough. You have up to 2000 characters."
        ),
        error_messages={"required": _("Write in a line or two why we should look again.")},
    )
    documents = MultipleFileField(label=_("Documents, if you have more"), required=False)

    def __init__(self, *args: Any, kept_documents: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.file_field.already = kept_documents


class LaterDocumentsForm(DraftDocumentsForm):
    """Documents that are added to an objection which is being studied.

    `usable_documents` are those that came since staff asked: they need no other one.
    """


class DeclarationForm(forms.Form):
    """The last word before an objection is sent."""

    declaration = forms.BooleanField(
        label=_("I declare that what I wrote is true and that the documents are mine."),
        error_messages={"required": _("Tick the declaration to send your objection.")},
    )


class WithdrawalForm(forms.Form):
    """The last word before an objection is taken back; asked for where it cannot be filed again."""

    understood = forms.BooleanField(
        label=_("I know that I cannot object to this again."),
        error_messages={"required": _("Tick this to withdraw, or go back to your objection.")},
    )

    def __init__(self, data: Any = None, *, is_final: bool) -> None:
        super().__init__(data)
        self.fields["understood"].required = is_final
