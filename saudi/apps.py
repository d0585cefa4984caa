"""The application's registration, so that its messages and templates are found."""

from typing import Any

from django.apps import AppConfig
from django.apps.registry import Apps
from django.apps.registry import apps as installed_apps
from django.db.models.signals import post_migrate


class SaudiConfig(AppConfig):
    """A leaf: it imports no other application of the product."""

    name = "saudi"
    label = "saudi"

    def ready(self) -> None:
        """Have the table of holidays filled after each migration."""
        post_migrate.connect(_load_holidays, sender=self, dispatch_uid="saudi.load_holidays")


def _load_holidays(using: str, apps: Apps = installed_apps, **_kwargs: Any) -> None:
    """Fill the table; `apps` are the models as the migration left them, missing after a flush."""
    from saudi.days_off import load_holidays  # models are not there before `ready`

    try:
        model = apps.get_model("saudi", "Holiday")
    except LookupError:  # migrated back to before the table
        return
    if using == "default" and any(field.name == "is_day_off" for field in model._meta.fields):
        load_holidays(apps=apps)
