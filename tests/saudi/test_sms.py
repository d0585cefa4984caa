"""The cost of an SMS: reported fault O24, whose counts come from Twilio's own calculator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.sms import SmsParts, sms_parts

RECEIVED = "تم استلام اعتراضكم رقم OBJ-2025-000123 وسيتم الرد خلال 15 يوم عمل"
RECEIVED_VOWELLED = "تَمَّ اِسْتِلَامُ اِعْتِرَاضِكُمْ رَقَمَ OBJ-2025-000123 وَسَيَتِمُّ الرَّدُّ خِلَالَ 15 يَوْمَ عَمَلٍ"
RECEIVED_LONG = (
    "عزيزي المستفيد، تم استلام اعتراضكم رقم OBJ-2025-000123 بتاريخ 30/05/2025، "
    "وسيتم الرد خلال 15 يوم عمل."
)


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        pytest.param("رمز التحقق: 048213", 18, 1, id="login-code"),
        pytest.param("ا" * 70, 70, 1, id="70"),
        pytest.param("ا" * 71, 71, 2, id="71"),
        pytest.param("ا" * 134, 134, 2, id="134"),
        pytest.param("ا" * 135, 135, 3, id="135"),
        pytest.param("ا" * 201, 201, 3, id="201"),
        pytest.param("ا" * 202, 202, 4, id="202"),
        pytest.param("ا" * 69 + "😀", 71, 2, id="69-and-a-pair"),
        pytest.param("ا" * 66 + "😀" + "ا" * 66, 134, 3, id="pair-is-not-split"),
        pytest.param("a" * 159 + "ا", 160, 3, id="one-arabic-letter"),
        pytest.param(RECEIVED, 65, 1, id="received"),
        pytest.param(RECEIVED_VOWELLED, 102, 2, id="received-vowelled"),
        pytest.param(RECEIVED_LONG, 101, 2, id="received-long"),
    ],
)
def test_arabic_text_is_counted_in_70_and_67(text: str, units: int, parts: int) -> None:
    assert sms_parts(text) == SmsParts(encoding="UCS-2", units=units, parts=parts)


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        pytest.param("", 0, 0, id="empty"),
        pytest.param("a", 1, 1, id="one"),
        pytest.param("a" * 160, 160, 1, id="160"),
        pytest.param("a" * 161, 161, 2, id="161"),
        pytest.param("a" * 306, 306, 2, id="306"),
        pytest.param("a" * 307, 307, 3, id="307"),
        pytest.param("€" * 80, 160, 1, id="extension-takes-two"),
        pytest.param("a" * 152 + "€" + "a" * 152, 306, 3, id="extension-is-not-split"),
        pytest.param("@£$¥\n\r ÄÖÑÜ§¿äöñüàΔ", 19, 1, id="basic-alphabet"),
    ],
)
def test_latin_text_is_counted_in_160_and_153(text: str, units: int, parts: int) -> None:
    assert sms_parts(text) == SmsParts(encoding="GSM-7", units=units, parts=parts)


@pytest.mark.parametrize("char", ["`", "ç", "\t", "–", "’", "ا"])
def test_one_character_outside_the_alphabet_makes_it_ucs2(char: str) -> None:
    assert sms_parts(f"a{char}").encoding == "UCS-2"


@given(st.text())
def test_parts_hold_the_units(text: str) -> None:
    cost = sms_parts(text)
    alone, in_part = (160, 153) if cost.encoding == "GSM-7" else (70, 67)
    assert cost.units >= len(text)
    assert (cost.parts <= 1) == (cost.units <= alone)
    if cost.parts > 1:
        assert cost.units <= cost.parts * in_part
        assert cost.units > (cost.parts - 1) * (in_part - 1)
