"""How long a password of staff must be, worded for its reader."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's rule with our words: its own have no Arabic plural."""

    def get_error_message(self) -> str:
        return ngettext(
            "The password is too short. Write %(count)d character or more.",
            "The password is too short. Write %(count)d characters or more.",
            self.min_length,
        ) % {"count": self.min_length}

    def get_help_text(self) -> str:
        return ngettext(
            "Write %(count)d character or more. A few words are easy to remember.",
            "Write %(count)d characters or more. A few words are easy to remember.",
            self.min_length,
        ) % {"count": self.min_length}
