"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BeneficiariesConfig(AppConfig):
    """See the package docstring."""

    name = "beneficiaries"
    verbose_name = _("Beneficiaries")
