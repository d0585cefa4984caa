"""The page of help: what is asked most, and a search that forgives spelling."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.forms.help import HelpSearchForm
from portal.views.pages import public_page
from sawtak.help.selectors import articles, search_articles


@require_safe
@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer what is asked most, or what a search means."""
    asked = HelpSearchForm(request.GET).asked()
    found = search_articles(asked) if asked else []
    shown = found or articles()
    context = {
        "form": HelpSearchForm({"q": asked}) if asked else HelpSearchForm(),
        "asked": asked,
        "found": found,
        "articles": shown,
        "updated_on": max((each.edited_on for each in shown), default=None),
    }
    return render(request, "portal/help.html", context)
