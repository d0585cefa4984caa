"""Forty households of every kind. Nobody in them exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from saudi.checks import luhn_check_digit

SARA: Final = "1000000008"
KHALID: Final = "1000000016"
RESIDENT: Final = "2000000006"
PAID_SHORT: Final = "1000000032"
ADULT_DEPENDANT: Final = "1000000040"
ASKED_FOR_DOCUMENTS: Final = "1000000057"
UNKNOWN: Final = "1000000024"

ENGLISH: Final = "نورة سعد التجريبية"
"""The head who chose messages in English."""

_BANKS: Final = ("80", "10", "45", "20", "55")


MADE: Final = "made"
"""A mobile that is given the next free number."""


@dataclass(frozen=True)
class Member:
    """Somebody of a household; an ID is made for who has none here."""

    relation: str
    name: str
    birth_date: str
    mobile: str = ""
    national_id: str = ""
    is_resident: bool = False


@dataclass(frozen=True)
class DemoHousehold:
    """A household of the demonstration, its head first."""

    members: tuple[Member, ...]
    city: str = "الرياض"
    has_iban: bool = True


@dataclass(frozen=True)
class RegisterRow:
    """A row of the register's file, in the order of its columns."""

    national_id: str
    full_name: str
    mobile: str
    birth_date_hijri: str
    household_id: str
    relation: str
    city: str
    iban: str


def _head(
    name: str,
    birth_date: str,
    *,
    mobile: str = MADE,
    national_id: str = "",
    is_resident: bool = False,
) -> Member:
    return Member("head", name, birth_date, mobile, national_id, is_resident)


def _adult(
    relation: str, name: str, birth_date: str, *, mobile: str = MADE, national_id: str = ""
) -> Member:
    return Member(relation, name, birth_date, mobile, national_id)


def _child(name: str, birth_date: str) -> Member:
    return Member("child", name, birth_date)


_ACCOUNTS: Final = (
    DemoHousehold(
        (
            _head("سارة أحمد التجريبية", "1404/01/25", mobile="0500000001", national_id=SARA),
            _adult(
                "child",
                "يوسف ماجد التجريبي",
                "1425/09/10",
                mobile="0500000005",
                national_id=ADULT_DEPENDANT,
            ),
            _child("لمى ماجد التجريبية", "1436/04/12"),
        )
    ),
    DemoHousehold(
        (
            _head("خالد علي التجريبي", "1400/07/01", mobile="0500000002", national_id=KHALID),
            _adult("spouse", "منى حسن التجريبية", "1405/02/30"),
            _child("علي خالد التجريبي", "1434/11/03"),
            _child("ريم خالد التجريبية", "1438/06/21"),
            _child("سلمان خالد التجريبي", "1443/01/09"),
        ),
        city="جدة",
    ),
    DemoHousehold(
        (
            _head(
                "أمينة يوسف التجريبية",
                "1410/02/30",
                mobile="0500000003",
                national_id=RESIDENT,
                is_resident=True,
            ),
            _child("عمر فهد التجريبي", "1439/08/17"),
            _child("حور فهد التجريبية", "1442/12/02"),
        ),
        city="الدمام",
    ),
    DemoHousehold(
        (
            _head("سعد محمد التجريبي", "1395/07/01", mobile="0500000004", national_id=PAID_SHORT),
            _adult("spouse", "فاطمة إبراهيم التجريبية", "1399/07/01"),
            _adult("child", "هدى سعد التجريبية", "1424/03/14"),
            _child("ناصر سعد التجريبي", "1435/05/05"),
        ),
        city="أبها",
    ),
    DemoHousehold(
        (
            _head(
                "عبدالله ناصر التجريبي",
                "1365/07/01",
                mobile="0500000006",
                national_id=ASKED_FOR_DOCUMENTS,
            ),
            _adult("spouse", "حصة عبدالرحمن التجريبية", "1370/07/01", mobile=""),
        ),
        city="بريدة",
    ),
)

_OTHERS: Final = (
    # One person alone, a young man and an old woman.
    DemoHousehold((_head("ماجد فهد التجريبي", "1421/10/19"),), city="مكة المكرمة"),
    DemoHousehold((_head("موضي صالح التجريبية", "1345/07/01"),), city="حائل"),
    # Messages in English.
    DemoHousehold((_head(ENGLISH, "1412/05/06"), _child("Adam Fahad Altajribi", "1440/02/11"))),
    # The largest: twelve dependants.
    DemoHousehold(
        (
            _head("تركي عبدالعزيز التجريبي", "1388/07/01"),
            _adult("spouse", "نوال سليمان التجريبية", "1392/04/18"),
            _adult("child", "عبدالعزيز تركي التجريبي", "1417/09/09"),
            _adult("child", "بدر تركي التجريبي", "1419/02/27"),
            _adult("child", "غادة تركي التجريبية", "1422/07/01"),
            _adult("child", "شهد تركي التجريبية", "1425/11/11"),
            _child("ريان تركي التجريبي", "1432/03/03"),
            _child("جود تركي التجريبية", "1434/10/24"),
            _child("فيصل تركي التجريبي", "1437/01/16"),
            _child("دانة تركي التجريبية", "1439/05/29"),
            _child("مشعل تركي التجريبي", "1442/06/07"),
            _adult("parent", "عبدالعزيز بدر التجريبي", "1358/07/01", mobile=""),
            _adult("parent", "لطيفة سعود التجريبية", "1362/07/01", mobile=""),
        ),
        city="الطائف",
    ),
    # A widow with her children.
    DemoHousehold(
        (
            _head("عائشة عمر التجريبية", "1398/08/22"),
            _adult("child", "عمر حمد التجريبي", "1426/02/02"),
            _child("سمية حمد التجريبية", "1433/09/13"),
            _child("حمد حمد التجريبي", "1436/12/30"),
        ),
        city="المدينة المنورة",
    ),
    # A citizen's wife, a resident, who heads her household.
    DemoHousehold(
        (
            _head("ماريا غوميز التجريبية", "1408/03/15", is_resident=True),
            _child("سارة راشد التجريبية", "1441/04/04"),
        ),
        city="الخبر",
    ),
    # A long name.
    DemoHousehold(
        (
            _head(
                "عبدالرحمن بن عبدالمحسن بن عبدالعزيز بن عبداللطيف بن محمد بن إبراهيم "
                "آل عبدالوهاب التجريبي",
                "1402/10/30",
            ),
            _adult(
                "spouse", "أم كلثوم بنت عبدالرحمن بن سليمان بن عبدالكريم التجريبية", "1406/01/01"
            ),
        ),
        city="المجمعة",
    ),
    # No mobile: nobody can be told by SMS.
    DemoHousehold(
        (_head("دخيل الله مرزوق التجريبي", "1352/07/01", mobile=""),), city="رفحاء", has_iban=False
    ),
    # Names with vowel marks, hamzas and a tatweel; other spellings of عبد الله.
    DemoHousehold(
        (
            _head("مُحَمَّد عبد الله التجريبي", "1414/01/07"),
            _adult("spouse", "آمنة مؤمن التجريبية", "1416/08/28"),
            _child("لؤي محـمد التجريبي", "1441/10/10"),
        ),
        city="نجران",
    ),
    # Brothers and sisters who were left alone.
    DemoHousehold(
        (
            _head("راكان سالم التجريبي", "1420/01/01"),
            _adult("sibling", "رهف سالم التجريبية", "1427/05/20"),
            Member("sibling", "سالم سالم التجريبي", "1435/02/14"),
        ),
        city="جازان",
    ),
    # A ward, and a child who shares the head's mobile.
    DemoHousehold(
        (
            _head("منيرة خالد التجريبية", "1384/07/01"),
            Member("ward", "وليد التجريبي", "1438/07/01"),
        ),
        city="تبوك",
    ),
    # Born on days that only one official table has.
    DemoHousehold(
        (
            _head("سلطان زيد التجريبي", "1364/08/29"),
            _adult("spouse", "مزنة علي التجريبية", "1400/02/30"),
        ),
        city="عرعر",
    ),
)

_MEN: Final = ("أحمد", "إبراهيم", "حسن", "ياسر", "مازن", "طلال", "وائل", "زياد", "هاني", "نايف")
_WOMEN: Final = ("أسماء", "بشرى", "جميلة", "رنا", "سلمى", "عبير", "لينا", "مريم", "هند", "وفاء")
_CITIES: Final = ("الرياض", "جدة", "الدمام", "الأحساء", "خميس مشيط", "سكاكا", "ينبع", "الباحة")
HOUSEHOLDS: Final = 40


def _ordinary(number: int) -> DemoHousehold:
    """Make one more family: a couple or a mother alone, with up to four children."""
    man, woman = _MEN[number % 10], _WOMEN[(number * 3) % 10]
    year = 1385 + number
    members = [
        _head(f"{man} {_MEN[(number + 3) % 10]} التجريبي", f"{year}/07/01")
        if number % 4
        else _head(f"{woman} {man} التجريبية", f"{year}/03/{number % 30 + 1:02}")
    ]
    if number % 4:
        spouse = f"{woman} {_MEN[(number + 5) % 10]} التجريبية"
        members.append(_adult("spouse", spouse, f"{year + 4}/09/{number % 28 + 1:02}"))
    for place in range(number % 5):
        is_girl = (number + place) % 2
        name = (_WOMEN if is_girl else _MEN)[(number + place * 7) % 10]
        surname = "التجريبية" if is_girl else "التجريبي"
        birth_date = f"{1433 + place * 3}/{(number + place) % 12 + 1:02}/{number % 29 + 1:02}"
        members.append(_child(f"{name} {man} {surname}", birth_date))
    return DemoHousehold(tuple(members), city=_CITIES[number % len(_CITIES)])


def households() -> list[DemoHousehold]:
    """Give the forty households, those of the accounts first."""
    given = [*_ACCOUNTS, *_OTHERS]
    return given + [_ordinary(number) for number in range(HOUSEHOLDS - len(given))]


def register_rows() -> Iterator[RegisterRow]:
    """Give the rows of the register's file, in the order of the households.

    IDs pass their check and belong to nobody; `1000000024` stays unknown. Mobiles are those from
    0500000001 to 0500000999.
    """
    numbers, mobiles = count(10), count(11)
    for place, household in enumerate(households(), start=1):
        for member in household.members:
            mobile = f"05{next(mobiles):08}" if member.mobile == MADE else member.mobile
            yield RegisterRow(
                national_id=member.national_id
                or synthetic_id(next(numbers), first="2" if member.is_resident else "1"),
                full_name=member.name,
                mobile=mobile,
                birth_date_hijri=member.birth_date,
                household_id=f"{1000 + place}",
                relation=member.relation,
                city=household.city,
                iban=_iban(place) if household.has_iban and member.relation == "head" else "",
            )


def synthetic_id(number: int, *, first: str = "1") -> str:
    """Give a well-formed national ID that belongs to nobody."""
    nine = f"{first}{number:08}"
    return nine + luhn_check_digit(nine)


def _iban(number: int) -> str:
    account = f"{_BANKS[number % len(_BANKS)]}{number:018}"
    # ISO 7064 mod 97-10, with S as 28 and A as 10.
    check = 98 - int(f"{account}281000") % 97
    return f"SA{check:02}{account}"
