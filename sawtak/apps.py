"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SawtakConfig(AppConfig):
    """See the package docstring."""

    name = "sawtak"
    verbose_name = _("Sawtak")
