"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """See the package docstring."""

    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Register the checks."""
        from notifications import checks  # noqa: F401 (registering is its effect)
