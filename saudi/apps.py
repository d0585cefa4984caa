"""The application's registration, so that its messages and templates are found."""

from django.apps import AppConfig


class SaudiConfig(AppConfig):
    """A leaf: it imports no other application of the product."""

    name = "saudi"
    label = "saudi"
