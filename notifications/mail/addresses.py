"""Reading an e-mail address as people type it, and showing one without telling it.

Only what each mail server takes: letters of English before the @ and a domain with a dot. A
domain in Arabic is stored in its ASCII form (IDNA).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import idna

from saudi.digits import clean_text, to_ascii_digits

__all__ = ["ADDRESS_LENGTH", "AddressFault", "InvalidAddress", "mask_address", "parse_address"]

ADDRESS_LENGTH: Final = 254
"""RFC 5321, 4.5.3.1.3, without the brackets."""
_LOCAL_LENGTH: Final = 64

AddressFault = Literal["no_at", "many_at", "no_name", "name", "no_domain", "domain", "too_long"]

_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_AT: Final = str.maketrans({"\uff20": "@", "\ufe6b": "@", "\uff0e": ".", "\u3002": "."})


@dataclass
class InvalidAddress(Exception):
    """What was typed is no address that mail can be sent to, and why."""

    reason: AddressFault


def parse_address(typed: str) -> str:
    """Give the stored form of an address: no spaces, ASCII digits, the domain in small letters.

    What stands before the @ keeps its capitals, because its server alone knows what they mean.

    >>> parse_address(" Sara.٨٨@Example.COM ")
    'Sara.88@example.com'

    Raises:
        InvalidAddress: with what is wrong.
    """
    if any(end in typed.strip() for end in "\r\n"):
        raise InvalidAddress("name")
    text = "".join(to_ascii_digits(clean_text(typed)).translate(_AT).split())
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    local, at, domain = text.partition("@")
    if not at:
        raise InvalidAddress("no_at")
    if "@" in domain:
        raise InvalidAddress("many_at")
    if not local:
        raise InvalidAddress("no_name")
    if not domain:
        raise InvalidAddress("no_domain")
    if len(text) > ADDRESS_LENGTH or len(local) > _LOCAL_LENGTH:
        raise InvalidAddress("too_long")
    if _LOCAL.fullmatch(local) is None:
        raise InvalidAddress("name")
    address = f"{local}@{_ascii_domain(domain)}"
    if len(address) > ADDRESS_LENGTH:
        raise InvalidAddress("too_long")
    return address


def _ascii_domain(domain: str) -> str:
    try:
        found = idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise InvalidAddress("domain") from None
    labels = found.split(".")
    is_name = all(_LABEL.fullmatch(label) for label in labels)
    if len(labels) < 2 or not is_name or not any(char.isalpha() for char in labels[-1]):
        raise InvalidAddress("domain")
    return found


def mask_address(address: str) -> str:
    """Give an address so that its owner recognises it and nobody else learns it.

    >>> mask_address("sara@example.com"), mask_address("ab@example.com")
    ('s•••a@example.com', 'a•••@example.com')
    """
    local, _at, domain = address.rpartition("@")
    last = local[-1] if len(local) > 2 else ""
    return f"{local[:1]}•••{last}@{domain}"
