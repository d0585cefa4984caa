"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ObjectionsConfig(AppConfig):
    """See the package docstring."""

    name = "objections"
    verbose_name = _("Objections")

    def ready(self) -> None:
        """Have reminders asked after before they leave."""
        from notifications.mail.still_needed import ask_before_mailing
        from notifications.still_needed import ask_before_sending
        from objections.services.reminders import TEMPLATES, mails_still_needed, still_needed

        for template in sorted(set(TEMPLATES.values())):
            ask_before_sending(template, still_needed)
            ask_before_mailing(template, mails_still_needed)
