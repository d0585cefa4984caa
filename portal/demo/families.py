"""Ordinary households, made by number so that each load makes the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.demo.households import ACCOUNT_HOUSEHOLDS, OTHER_HOUSEHOLDS
from portal.demo.people import MADE, DemoHousehold, Member, adult, child, head

HOUSEHOLDS: Final = 200

_MEN: Final = (
    *("أحمد", "إبراهيم", "حسن", "ياسر", "مازن", "طلال", "وائل", "زياد", "هاني", "نايف"),
    *("سعود", "فهد", "عبدالله", "صالح", "يوسف", "عبدالرحمن", "خالد", "ناصر", "علي", "ماجد"),
    *("سلطان", "بندر", "عادل", "تركي", "مشاري", "أنس", "حمزة", "عثمان", "رائد", "سامي"),
    *("منصور", "غازي", "مساعد", "جابر", "هادي", "عيسى", "حسين", "معاذ", "راشد", "بدر"),
)
_WOMEN: Final = (
    *("أسماء", "بشرى", "جميلة", "رنا", "سلمى", "عبير", "لينا", "مريم", "هند", "وفاء"),
    *("نورة", "فاطمة", "عائشة", "منى", "هدى", "ريم", "أمل", "سارة", "خلود", "مها"),
    *("شيخة", "نوف", "لطيفة", "العنود", "غادة", "حنان", "إيمان", "رؤى", "دلال", "سمر"),
    *("زينب", "خديجة", "بدرية", "هيا", "جواهر", "ندى", "أروى", "لمياء", "عفاف", "صفية"),
)
_CITIES: Final = (
    *("الرياض", "جدة", "مكة المكرمة", "الدمام", "الأحساء", "المدينة المنورة", "خميس مشيط"),
    *("الرياض", "الطائف", "سكاكا", "ينبع", "الباحة", "جازان", "بريدة", "جدة", "القطيف"),
    *("حفر الباطن", "الخرج", "الرياض", "القنفذة", "محايل عسير", "الجبيل", "وادي الدواسر"),
)

_LAST_BIRTH_YEAR: Final = 1446
"""Everybody of an ordinary household was born before the register's first file."""


@dataclass(frozen=True)
class _Kind:
    """What an ordinary household is made of, and about how old its head is.

    Without a spouse its head is a woman.
    """

    head_born: int
    children: int = 0
    adult_children: int = 0
    has_spouse: bool = True
    has_parent: bool = False
    is_single: bool = False


_KINDS: Final = (
    _Kind(1398, children=2, has_spouse=False),
    _Kind(1412, children=2),
    _Kind(1392, children=1, adult_children=2),
    _Kind(1419, is_single=True),
    _Kind(1404, children=1, adult_children=1, has_spouse=False),
    _Kind(1402, children=2, has_parent=True),
    _Kind(1366),
    _Kind(1396, children=4, adult_children=1),
    _Kind(1410, children=3, has_spouse=False),
    _Kind(1414, children=1),
    _Kind(1424, is_single=True),
)


def households(number: int = HOUSEHOLDS) -> list[DemoHousehold]:
    """Give the first so many households: those of the accounts, one of each kind, the others."""
    given = [*ACCOUNT_HOUSEHOLDS, *OTHER_HOUSEHOLDS]
    return [*given, *map(ordinary, range(1, number - len(given) + 1))][:number]


def ordinary(number: int) -> DemoHousehold:
    """Make the ordinary household of a number."""
    kind = _KINDS[number % len(_KINDS)]
    is_woman = not kind.has_spouse
    born = kind.head_born + number * 5 % 9
    father = _MEN[(number * 11 + 13) % len(_MEN)]
    members = [
        head(_name(number, is_woman=is_woman, father=father), _birth_date(born, number)),
        *_spouse(kind, number, born),
        *_children(kind, number, born),
    ]
    if kind.has_parent:
        name = _name(number + 3, is_woman=True, father=_MEN[number * 7 % len(_MEN)])
        members.append(adult("parent", name, _birth_date(born - 24, 0), mobile=""))
    return DemoHousehold(tuple(members), city=_CITIES[number % len(_CITIES)])


def _name(number: int, *, is_woman: bool, father: str) -> str:
    if is_woman:
        return f"{_WOMEN[number * 3 % len(_WOMEN)]} {father} التجريبية"
    return f"{_MEN[number % len(_MEN)]} {father} التجريبي"


def _spouse(kind: _Kind, number: int, born: int) -> list[Member]:
    if not kind.has_spouse or kind.is_single:
        return []
    name = _name(number + 17, is_woman=True, father=_MEN[number * 13 % len(_MEN)])
    mobile = MADE if number % 3 == 0 else ""
    return [adult("spouse", name, _birth_date(born + 4, number + 1), mobile=mobile)]


def _children(kind: _Kind, number: int, born: int) -> list[Member]:
    """Give the children, oldest first; a widow's bear their father's name."""
    father = _MEN[(number if kind.has_spouse else number * 11 + 5) % len(_MEN)]
    children = []
    for place in range(kind.adult_children + kind.children):
        is_girl = (number + place) % 2 == 1
        name = _name(number + 7 * (place + 1), is_woman=is_girl, father=father)
        if place < kind.adult_children:
            year = max(born + 20, 1428 - 3 * (kind.adult_children - place))
            children.append(adult("child", name, _birth_date(year, number + place)))
        else:
            year = max(born + 24, 1431) + 3 * (place - kind.adult_children)
            day = f"{_month(number + place)}/{number % 28 + 1:02}"
            children.append(child(name, f"{min(year, _LAST_BIRTH_YEAR)}/{day}"))
    return children


def _birth_date(year: int, number: int) -> str:
    """Give a birth date; every second adult's is the first of Rajab, as the register has it."""
    if number % 2:
        return f"{year}/07/01"
    return f"{year}/{_month(number)}/{number % 29 + 1:02}"


def _month(number: int) -> str:
    return f"{number * 5 % 12 + 1:02}"
