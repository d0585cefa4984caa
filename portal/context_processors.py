"""What every page needs: the programme, the two languages, the menu, the reader's display.

Cheap on purpose: no query and no touch of the session for a visitor without a session cookie, so
that public pages set no cookie and may be cached.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _

from portal.call_centre import call_centre_now, opening_hours
from portal.display import DISPLAY_CHOICES
from portal.standing import Standing, standing_of
from saudi.languages import page_language

_URL_NAMES = (
    "home",
    "sign_in",
    "sign_out",
    "profile",
    "messages",
    "contact",
    "help",
    "privacy",
    "accessibility",
    "figures",
    "track",
    "display",
    "feedback",
)


@dataclass(frozen=True)
class NavItem:
    """One entry of the main menu."""

    label: str
    url: str
    is_current: bool
    is_private: bool = False
    """Shown to who is signed in, with the count of what they have not read."""


@dataclass(frozen=True)
class ProgrammeText:
    """The programme in the language of the page."""

    name: str
    call_centre: str
    care_account: str
    hours: str


@dataclass(frozen=True)
class LanguageLink:
    """The same page in the other language."""

    code: str
    name: str
    dir: str
    url: str


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:  # an error page must not fail because of a menu
        return "/"


@cache
def _urls(_language: str) -> dict[str, str]:
    """Give the addresses of base.html in the language of the page; a process's never change."""
    return {name: _url(f"portal:{name}") for name in _URL_NAMES}


def other_language(request: HttpRequest) -> LanguageLink:
    """Lead to the same address in the other language: Arabic has no prefix, English has /en/."""
    path = request.get_full_path()
    if page_language() == "en":
        url = path.removeprefix("/en") if path.startswith("/en/") else path
        # Two slashes at the start would lead to another host.
        return LanguageLink("ar", "العربية", "rtl", escape_leading_slashes(url))
    return LanguageLink("en", "English", "ltr", f"/en{path}")


def is_signed_in(request: HttpRequest) -> bool:
    """Tell whether a person is signed in, without opening a session that is not there."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "user"):
        return False
    return bool(request.user.is_authenticated)


def standing_for(request: HttpRequest) -> Standing:
    """Give what the page tells whoever is signed in; nothing to visitors and to staff."""
    person_id = getattr(request.user, "person_id", None) if is_signed_in(request) else None
    return Standing() if person_id is None else standing_of(person_id, now=timezone.now())


def main_menu(current: str) -> list[NavItem]:
    """Give the main menu with the entry of the current page marked."""
    entries = (
        (_("Home"), "portal:home", ("portal:home",)),
        (
            _("My file"),
            "portal:profile",
            ("portal:profile", "portal:result", "portal:payment", "objections:"),
        ),
        (_("My messages"), "portal:messages", ("portal:messages", "portal:email")),
        (_("Your Voice Is Heard"), "sawtak:home", ("sawtak:",)),
        (_("Track a request"), "portal:track", ("portal:track",)),
        (_("Contact us"), "portal:contact", ("portal:contact",)),
        (_("Help"), "portal:help", ("portal:help",)),
    )
    return [
        NavItem(
            label,
            _url(name),
            is_current=any(current.startswith(prefix) for prefix in prefixes),
            is_private=name == "portal:messages",
        )
        for label, name, prefixes in entries
    ]


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give base.html its values; everything else comes from the view."""
    language = page_language()
    programme = settings.PROGRAMME
    page_name = request.resolver_match.view_name if request.resolver_match else ""
    return {
        "programme": ProgrammeText(
            name=programme.name(language),
            call_centre=programme.call_centre,
            care_account=programme.care_account,
            hours=opening_hours(programme, language),
        ),
        "demo": settings.DEMO,
        "demo_phone_url": _url("phone") if settings.DEMO else "",
        "sends_mail": bool(settings.EMAIL_BY),
        "signed_in": SimpleLazyObject(partial(is_signed_in, request)),
        "standing": SimpleLazyObject(partial(standing_for, request)),
        "other_language": other_language(request),
        "urls": _urls(language),
        "nav": SimpleLazyObject(partial(main_menu, page_name)),
        "page_name": page_name,
        "display": {
            name: value
            for name, values in DISPLAY_CHOICES.items()
            if (value := request.COOKIES.get(name, "")) in values
        },
        "call_centre": SimpleLazyObject(partial(call_centre_now, language)),
    }
