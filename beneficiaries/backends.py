"""How people and staff prove who they are: being built."""

from django.contrib.auth.backends import ModelBackend


class StaffBackend(ModelBackend):
    """Staff sign in by password."""


class OneTimeCodeBackend(ModelBackend):
    """People sign in by a code."""
