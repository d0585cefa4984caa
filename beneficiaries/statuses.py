"""Labels and kinds of the register's values."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Relation(models.TextChoices):
    """What a person is to the head of the household."""

    HEAD = "head", _("main beneficiary")
    SPOUSE = "spouse", _("spouse")
    CHILD = "child", _("child")
    PARENT = "parent", _("parent")
    SIBLING = "sibling", _("sibling")
    WARD = "ward", _("ward")


class ResultStatus(models.TextChoices):
    """A person's eligibility in a cycle."""

    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")


class ChangeSource(models.TextChoices):
    """Who changed a value of the register."""

    REGISTER = "register", _("the register")
    OWNER = "owner", _("the person")
    STAFF = "staff", _("staff")
