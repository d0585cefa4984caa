"""Help articles in templates."""

from __future__ import annotations

from typing import Any

from django import template

from portal.help.words import blocks_of
from saudi.languages import page_language

register = template.Library()


@register.inclusion_tag("portal/help_text.html")
def help_text(text: str, language: str = "") -> dict[str, Any]:
    """Show a text of a help article, in the language of the page unless another is named."""
    return {"blocks": blocks_of(text, language or page_language())}
