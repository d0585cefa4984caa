"""The way to an objection in templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from portal.contest_ways import Ways, ways_of
from portal.views.signed_in import signed_in_person
from saudi.gregorian import riyadh_today
from saudi.languages import page_language

register = template.Library()


@register.inclusion_tag("portal/contest_ways.html", takes_context=True)
def contest_ways(context: Context, category: str) -> dict[str, Any]:
    """Show whoever is signed in what they can object to now; nothing to anybody else.

    `category` is the chosen type of request, empty where none is.
    """
    request = context["request"]
    person = signed_in_person(request)
    found = (
        Ways([], [], has_more=False)
        if person is None
        else ways_of(
            request.user,
            person,
            category=category,
            today=riyadh_today(),
            language=page_language(),
        )
    )
    return {"found": found, "urls": context["urls"], "is_last": not context.get("answers")}
