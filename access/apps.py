"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    """See the package docstring."""

    name = "access"
    verbose_name = _("Access")
