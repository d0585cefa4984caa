"""The values every text may use."""

from __future__ import annotations

from django.conf import settings


def programme_values(language: str) -> dict[str, str]:
    """Give the programme's name and its call centre, from the settings."""
    programme = settings.PROGRAMME
    return {"programme": programme.name(language), "call_centre": programme.call_centre}
