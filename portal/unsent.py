"""What somebody wrote in a form that could not be taken: shown again, so that nothing is lost.

Never a password or a code, and never a field that is not named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from sawtak.ticket_types.selectors import type_name

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST: Final = 20_000
"""Characters of one field that are shown again; ten times what any form takes."""

_LINES: Final[dict[str, StrOrPromise]] = {
    "full_name": _("Full name"),
    "name": _("Full name"),
    "mobile": _("Mobile number"),
    "national_id": _("National ID or residence number"),
    "category": _("Type of request"),
    "subject": _("Subject"),
    "reference": _("Request number"),
    "identifier": _("National ID or mobile number"),
    "city": _("City"),
    "iban": _("IBAN"),
}
_TEXTS: Final = ("message", "statement")
_BIRTH: Final = ("birth_day", "birth_month", "birth_year")

_PUBLIC: Final = frozenset({"sawtak:new", "portal:contact", "portal:track", "portal:sign_in"})
"""Forms that do the same whoever is signed in, and so may be sent again from another page."""


@dataclass(frozen=True)
class Unsent:
    """What was written, the short with labels; `fields` send it again, none where unsafe."""

    lines: list[tuple[StrOrPromise, str]]
    texts: list[str]
    fields: list[tuple[str, str]]
    has_files: bool


def unsent(request: HttpRequest, *, is_from_our_page: bool) -> Unsent:
    """Give what a refused form had. `is_from_our_page`: the browser itself said who sent it."""
    page = request.resolver_match.view_name if request.resolver_match else ""
    may_resend = is_from_our_page and page in _PUBLIC
    return Unsent(
        lines=list(_lines(request.POST)),
        texts=[text for name in _TEXTS if (text := _typed(request.POST, name))],
        fields=list(_fields(request.POST)) if may_resend else [],
        has_files=bool(request.FILES),
    )


def _typed(post: QueryDict, name: str) -> str:
    return post.get(name, "")[:LONGEST].strip()


def _lines(post: QueryDict) -> Iterator[tuple[StrOrPromise, str]]:
    for name, label in _LINES.items():
        value = _typed(post, name)
        if value:
            shown = type_name(value) if name == "category" else value
            yield label, _isolated(shown)
    birth = "/".join(_typed(post, part) for part in _BIRTH)
    if birth.strip("/"):
        yield _("Hijri birth date"), _isolated(birth)


def _isolated(value: str) -> SafeString:
    """Keep a number in its own direction, "+966 50…" too."""
    return format_html("<bdi>{}</bdi>", value)


def _fields(post: QueryDict) -> Iterator[tuple[str, str]]:
    known = {*_LINES, *_TEXTS, *_BIRTH, "token", "next"}
    for name, values in post.lists():
        if name in known:
            yield from ((name, value) for value in values)
