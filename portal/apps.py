"""The portal's own app and its staff site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class PortalConfig(AppConfig):
    """Pages and commands that combine the other apps."""

    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        """Have the replies to our SMS answered by whoever knows every kind of case."""
        from notifications.replies import take_replies_with
        from portal.replies import answer_reply

        take_replies_with(answer_reply)


class StaffSiteConfig(AdminConfig):
    """Django admin with the portal's own site class."""

    default_site = "portal.staff_site.StaffSite"
