"""The rules of a password of staff, worded for its reader."""

from __future__ import annotations

from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    UserAttributeSimilarityValidator,
)
from django.utils.translation import gettext as _
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


class NotCommon(CommonPasswordValidator):
    """Django's list of passwords that many use."""

    def get_error_message(self) -> str:
        return _("Many people use this password. Choose another one.")

    def get_help_text(self) -> str:
        return _("Do not take a password that many people use.")


class NotOnlyDigits(NumericPasswordValidator):
    """Django's rule against numbers."""

    def get_error_message(self) -> str:
        return _("The password is only digits. Add letters.")

    def get_help_text(self) -> str:
        return _("Do not write only digits.")


class NotLikeTheName(UserAttributeSimilarityValidator):
    """Django's rule against what others know of a person."""

    def get_error_message(self) -> str:
        return _("The password is too much like the name. Choose another one.")

    def get_help_text(self) -> str:
        return _("Do not take your name or something like it.")
