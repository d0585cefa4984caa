"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObjectionsConfig(AppConfig):
    """See the package docstring."""

    name = "objections"
    verbose_name = _("Objections")
