"""The values of a row in their stored form, each refused with a sentence for the operator."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from beneficiaries.imports.faults import WORDS, InvalidValue
from beneficiaries.reasons import REASONS
from beneficiaries.statuses import PaymentStatus, Relation, ResultStatus
from saudi.digits import clean_text, is_blank, strip_invisible, to_ascii_digits
from saudi.gregorian import InvalidGregorianDate, parse_gregorian
from saudi.hijri import HijriDate, InvalidHijriDate
from saudi.iban import InvalidIban, parse_iban
from saudi.mobile import InvalidMobile, parse_mobile
from saudi.national_id import InvalidNationalId, parse_national_id

NAME_LENGTH: Final = 150
CITY_LENGTH: Final = 80
HOUSEHOLD_LENGTH: Final = 40

_PLACES: Final = {code: place for place, code in enumerate(REASONS)}
_RELATIONS: Final = tuple(Relation.values)
_STATUSES: Final = tuple(ResultStatus.values)
_PAYMENT_STATUSES: Final = tuple(PaymentStatus.values)
# Letters and signs that are stored as they come: most names, read several times faster.
_PLAIN: Final = re.compile(r"[ -~\u0621-\u063a\u0641-\u064a]+")
_MONEY: Final = re.compile(r"[0-9]{1,8}(?:\.[0-9]{1,2})?")
_SPACES: Final = re.compile(r"\s+")


ReadText = Callable[[str], str]
"""Gives the stored form of a text or raises InvalidValue."""

ReadRow = Callable[[Sequence[str]], Sequence[str]]
"""Gives the stored values of a row in the order of its columns or raises InvalidValue."""


def national_id_reader(confirmed: Collection[str]) -> ReadText:
    """Give the reader of IDs; `confirmed` are those accepted with a wrong check digit."""
    accepts = confirmed.__contains__

    def read(text: str) -> str:
        try:
            return parse_national_id(text, accepts=accepts)
        except InvalidNationalId as error:
            raise InvalidValue("national_id", error.reason) from error

    return read


def read_mobile(text: str) -> str:
    """Give a mobile in its stored form, or an empty text. Raises InvalidValue."""
    try:
        return parse_mobile(text)
    except InvalidMobile as error:
        if error.reason == "required":
            return ""
        raise InvalidValue("mobile", error.reason) from error


def read_iban(text: str) -> str:
    """Give an IBAN in its stored form, or an empty text. Raises InvalidValue."""
    try:
        return parse_iban(text)
    except InvalidIban as error:
        if error.reason == "required":
            return ""
        raise InvalidValue("iban", error.reason) from error


def birth_date_reader(today: date) -> ReadText:
    """Give the reader of birth dates on a day; few dates are many people's, so it remembers."""

    @lru_cache(maxsize=100_000)
    def read(text: str) -> str:
        try:
            return str(HijriDate.parse(text).validate(today, from_register=True))
        except InvalidHijriDate as error:
            words = f"{error.part} {WORDS[error.reason]}"
            raise InvalidValue("birth_date_hijri", error.reason, words) from error

    return read


def read_name(text: str) -> str:
    """Give a full name as it is shown. Raises InvalidValue."""
    return _words(text, "full_name", longest=NAME_LENGTH)


@lru_cache(maxsize=10_000)
def read_city(text: str) -> str:
    """Give a city, or an empty text. Raises InvalidValue."""
    return "" if is_blank(text) else _words(text, "city", longest=CITY_LENGTH)


@lru_cache(maxsize=10_000)
def read_household(text: str) -> str:
    """Give a household's number in the register. Raises InvalidValue."""
    return _words(to_ascii_digits(text), "household_id", longest=HOUSEHOLD_LENGTH)


def read_relation(text: str) -> str:
    """Give a relation. Raises InvalidValue."""
    return _choice(text, "relation", _RELATIONS)


def read_status(text: str) -> str:
    """Give a result's status. Raises InvalidValue."""
    return _choice(text, "status", _STATUSES)


def read_payment_status(text: str) -> str:
    """Give a payment's status. Raises InvalidValue."""
    return _choice(text, "status", _PAYMENT_STATUSES)


@lru_cache(maxsize=10_000)
def read_paid_on(text: str) -> str:
    """Give a deposit day as `2026-11-10`, or an empty text. Raises InvalidValue."""
    if is_blank(text):
        return ""
    try:
        return parse_gregorian(text).isoformat()
    except InvalidGregorianDate as error:
        raise InvalidValue("paid_on", "not_day") from error


@lru_cache(maxsize=10_000)
def read_reasons(text: str) -> tuple[str, ...]:
    """Give the reason codes, each once and in the catalogue's order.

    The order makes equal results equal, however a file lists their reasons.

    Raises:
        InvalidValue: for a code that is not in the catalogue.
    """
    codes = {code.strip().upper() for code in strip_invisible(text).split(";")} - {""}
    unknown = sorted(codes - _PLACES.keys())
    if unknown:
        words = f"{', '.join(unknown)} unknown"
        raise InvalidValue("reason_codes", "unknown_codes", words)
    return tuple(sorted(codes, key=_PLACES.__getitem__))


@lru_cache(maxsize=10_000)
def read_money(text: str, column: str) -> Decimal:
    """Give an amount in riyals with at most two decimals. Raises InvalidValue."""
    amount = strip_invisible(to_ascii_digits(text)).strip()
    if not _MONEY.fullmatch(amount):
        raise InvalidValue(column, "not_amount")
    return Decimal(amount)


def _choice(text: str, column: str, choices: tuple[str, ...]) -> str:
    if text in choices:
        return text
    value = strip_invisible(text).strip().lower()
    if value not in choices:
        raise InvalidValue(column, "not_choice", f"not one of {', '.join(choices)}")
    return value


def _words(text: str, column: str, *, longest: int) -> str:
    if _PLAIN.fullmatch(text):
        words = " ".join(text.split())
    else:
        words = "" if is_blank(text) else _SPACES.sub(" ", clean_text(text))
    if not words:
        raise InvalidValue(column, "required")
    if len(words) > longest:
        raise InvalidValue(column, "too_long", f"longer than {longest} characters")
    return words
