"""What staff write into the types of request."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.catalogue.forms import OfferedForm
from sawtak.models import TicketType


class TicketTypeForm(OfferedForm[TicketType]):
    """A type: its words in both languages, its place, whether it is sensitive or offered."""

    class Meta:
        model = TicketType
        fields = (
            *("label_ar", "label_en", "hint_ar", "hint_en"),
            *("order", "is_sensitive", "is_active"),
        )
        labels = {
            "label_ar": gettext_lazy("Type in Arabic"),
            "label_en": gettext_lazy("Type in English"),
            "hint_ar": gettext_lazy("Hint in Arabic"),
            "hint_en": gettext_lazy("Hint in English"),
            "is_sensitive": gettext_lazy("Sensitive"),
            "is_active": gettext_lazy("Offered to citizens"),
        }
        help_texts = {
            "label_ar": gettext_lazy("As the citizen would say it, in a few words."),
            "hint_ar": gettext_lazy("What belongs to it. It stands below the name."),
            "is_sensitive": gettext_lazy(
                "Its name is shown to the sender after the code, and to staff. Elsewhere it says "
                "only that there is a request."
            ),
            "is_active": gettext_lazy(
                "Without this nobody can choose it. Requests that have it keep it."
            ),
        }
        error_messages = {
            "label_ar": {"required": gettext_lazy("Write the type in Arabic.")},
            "label_en": {"required": gettext_lazy("Write the type in English.")},
        }

    def same_words(self) -> str:
        return _("Another type has the same words.")

    def last_one(self) -> str:
        return _("This is the last type. Offer another one first.")
