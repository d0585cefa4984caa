"""Digits and invisible characters: reported faults O04 and O05."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saudi.digits import clean_number, clean_text, is_blank, strip_invisible, to_ascii_digits

INVISIBLE_ONLY = [
    pytest.param("", id="empty"),
    pytest.param(" \t\r\n", id="whitespace"),
    pytest.param("\u00a0\u2003\u3000", id="odd-spaces"),
    pytest.param("\u200b", id="zero-width-space"),
    pytest.param("\u200f\u200e", id="direction-marks"),
    pytest.param("\u061c", id="arabic-letter-mark"),
    pytest.param("\ufeff", id="byte-order-mark"),
    pytest.param("\u3164", id="hangul-filler"),
    pytest.param("\u2066\u2069", id="isolates"),
    pytest.param("\u200c\u200d", id="joiners"),
    pytest.param("\ufe0f", id="variation-selector"),
    pytest.param("\x00\x07", id="control-characters"),
    pytest.param("\u2800", id="blank-braille"),
    pytest.param("\U000e0041", id="tag"),
    pytest.param("\ud800", id="lone-surrogate"),
]


@pytest.mark.parametrize(
    ("typed", "ascii_digits"),
    [
        ("١٠٠٠٠٠٠٠٠٨", "1000000008"),
        ("۱۰۰۰۰۰۰۰۰۸", "1000000008"),
        ("10000٠٠٠٠٨", "1000000008"),
        ("٠٥٠٠٠٠٠٠٠١", "0500000001"),
        ("۰۵۰۰۰۰۰۰۰۱", "0500000001"),
        ("٤٥٦٤٥٦", "456456"),
        ("۴۵۶۴۵۶", "456456"),
        ("٢٥/٠٨/١٤٤٠", "25/08/1440"),
        ("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "0123456789 0123456789"),
    ],
)
def test_eastern_digits_become_ascii(typed: str, ascii_digits: str) -> None:
    assert to_ascii_digits(typed) == ascii_digits


@pytest.mark.parametrize(
    "text",
    ["¹²³", "₁₂", "①", "\uff11\uff12", "१२३", "১২", "𝟏𝟐", "abc", "123"],
    ids=[
        "superscript",
        "subscript",
        "circled",
        "fullwidth",
        "hindi",
        "bengali",
        "bold",
        "abc",
        "123",
    ],
)
def test_other_digits_stay(text: str) -> None:
    assert to_ascii_digits(text) == text
    assert clean_number(text) == text


@pytest.mark.parametrize(
    ("pasted", "clean"),
    [
        ("\u202a+966 50 000 0001\u202c", "+966500000001"),
        ("\u200e0500000001", "0500000001"),
        ("0500000001\u200f", "0500000001"),
        ("\u20660500000001\u2069", "0500000001"),
        ("05\u00a00000\u00a00001", "0500000001"),
        ("+966\ufe0f500000001", "+966500000001"),
        ("1000000008\u200f", "1000000008"),
        ("\u2068048213\u2069", "048213"),
        ("\ufeff1000000008\u200b", "1000000008"),
        ("(050) 000-0001", "0500000001"),
        ("050–000—0001", "0500000001"),
        ("050\u2011000\u22120001", "0500000001"),
        (" \t1000000008\r\n", "1000000008"),
    ],
)
def test_pasted_numbers_lose_marks_and_separators(pasted: str, clean: str) -> None:
    assert clean_number(pasted) == clean


@pytest.mark.parametrize("sign", ["+", ".", "/", "x", "\x00", "O"])
def test_signs_and_letters_stay_in_numbers(sign: str) -> None:
    assert clean_number(f"05{sign}0") == f"05{sign}0"


def test_invisible_characters_go_and_odd_spaces_become_plain() -> None:
    assert strip_invisible("a\u200b\u00a0b\u200c\ufeff\u061c") == "a b"


@pytest.mark.parametrize("text", INVISIBLE_ONLY)
def test_invisible_text_is_blank(text: str) -> None:
    assert is_blank(text)
    assert clean_text(text) == ""


@pytest.mark.parametrize("text", ["a", " ا ", "\u200b.\u200b", "٠", "😀", "۝", "\u0640"])
def test_visible_text_is_not_blank(text: str) -> None:
    assert not is_blank(text)
    assert clean_text(text)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        pytest.param("  سارة أحمد \n", "سارة أحمد", id="outer-space"),
        pytest.param("سارة \u202eأحمد", "سارة أحمد", id="override"),
        pytest.param("تقرير\u202efdp.exe", "تقريرfdp.exe", id="hostile-file-name"),
        pytest.param("\u0627\u0654حمد", "\u0623حمد", id="composed"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="zwnj-inside-a-word"),
        pytest.param("\u200cكلمة\u200c و", "كلمة و", id="loose-zwnj"),
        pytest.param("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", id="emoji-joined"),
        pytest.param("❤\ufe0f", "❤\ufe0f", id="emoji-selector"),
        pytest.param("\ufe0fنص", "نص", id="loose-selector"),
        pytest.param(
            "سطر\r\nثان\rثالث\u2028رابع\u0085خامس", "سطر\nثان\nثالث\nرابع\nخامس", id="line-ends"
        ),
        pytest.param("أ\tب\u00a0ج", "أ ب ج", id="tab-and-nbsp"),
        pytest.param("a\x00b\x1bc", "abc", id="controls"),
        pytest.param("a\ud800b", "ab", id="lone-surrogate"),
        pytest.param("مُحَمَّد محـــمد", "مُحَمَّد محـــمد", id="vowels-and-tatweel-stay"),
    ],
)
def test_text_is_stored_readable(typed: str, stored: str) -> None:
    assert clean_text(typed) == stored


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaning_text_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert bool(once) != is_blank(text)
    once.encode()


@given(st.text())
def test_cleaning_a_number_twice_changes_nothing(text: str) -> None:
    assert clean_number(clean_number(text)) == clean_number(text)


@given(
    st.text("0123456789", min_size=1),
    st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]),
    st.sampled_from(["", " ", "-", "\u200f", "\u00a0", "\u2066"]),
)
def test_any_spelling_of_digits_is_read_back(digits: str, script: str, mark: str) -> None:
    spelled = mark.join(script[int(digit)] for digit in digits)
    assert clean_number(mark + spelled + mark) == digits
