"""How a list is narrowed: what can be asked for again, and in which words it is recorded."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from access.searches import read_number
from beneficiaries.models import User

LANGUAGES: Final = ("ar", "en")


def request_for(user: User, query: str) -> HttpRequest:
    """Give the request by which a worker opens a list as its reader sees it."""
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(query)
    request.user = user
    request.session = {}  # type: ignore[assignment]  # no search is kept in it
    return request


def open_list(model_admin: Any, request: HttpRequest) -> ChangeList:
    """Open a list as its page does, with the filters and the search of the address."""
    shown: ChangeList = model_admin.get_changelist_instance(request)
    return shown


def pinned_query(shown: ChangeList) -> str:
    """Give the chosen filters of a list as a query, also one that the list chose by itself."""
    chosen: dict[str, str] = {}
    for spec in shown.filter_specs:
        chosen |= spec.pinned()  # type: ignore[attr-defined]
    return urlencode(chosen)


def narrowed_in_words(shown: ChangeList) -> str:
    """Say how a list is narrowed: its filters, and of a search only what was searched by."""
    words = [
        f"{capfirst(str(spec.title))}: {capfirst(str(choice['display']))}"
        for spec in shown.filter_specs
        for choice in spec.choices(shown)
        if choice["selected"] and str(choice["display"]) != _("All")
    ]
    searched = str(getattr(shown, "query", "") or "")
    if searched:
        words.append(_("Search: %(kind)s") % {"kind": search_kind(searched)})
    return " · ".join(words)


def search_kind(text: str) -> str:
    """Name what somebody searched by; never what they typed."""
    number = read_number(text)
    if number is None:
        return _("by name")
    return {
        "national_id": _("by national ID"),
        "mobile": _("by mobile"),
        "reference": _("by reference"),
    }.get(number[0], _("by another number"))


def narrowed_in_both(model_admin: Any, request: HttpRequest) -> dict[str, str]:
    """Say it in both languages, as the record keeps it."""
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[f"narrowed_{language}"] = narrowed_in_words(open_list(model_admin, request))[:500]
    return said


def is_search(request: HttpRequest) -> bool:
    """Tell a list that is searched from one that is only narrowed."""
    return bool(request.GET.get(SEARCH_VAR))
