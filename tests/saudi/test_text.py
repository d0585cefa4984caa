"""Folding of Arabic names for search: reported fault O06."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from saudi.text import fold


@pytest.mark.parametrize(
    ("stored", "searched"),
    [
        ("أحمد", "احمد"),
        ("إبراهيم", "ابراهيم"),
        ("آمنة", "امنه"),
        ("فاطمة", "فاطمه"),
        ("هدى", "هدي"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("عبدالله", "عبد الله"),
        ("عبدالرحمن", "عبد الرحمن"),
        ("نورالدين", "نور الدين"),
        ("عطاالله", "عطا الله"),
        ("\u0627\u0654حمد", "\u0623حمد"),
        ("مؤيد", "مويد"),
        ("علی", "علي"),
        ("\ufefb", "لا"),
        ("  سارة\u00a0 أحمد\u200f", "ساره احمد"),
        ("Sara AHMED", "sara ahmed"),
        ("١٢٣", "123"),
    ],
)
def test_ordinary_spellings_are_equal(stored: str, searched: str) -> None:
    assert fold(stored) == fold(searched)


@pytest.mark.parametrize(
    ("word", "other"),
    [("إلى", "إلا"), ("علي", "عالي"), ("سعد", "سعيد"), ("عبد", "عابد"), ("حسن", "حسين")],
)
def test_different_words_stay_different(word: str, other: str) -> None:
    assert fold(word) != fold(other)
    assert fold(word) not in fold(other)


def test_other_words_keep_their_spaces() -> None:
    assert fold("سارة أحمد التجريبية") == "ساره احمد التجريبيه"
    assert fold("سعد الدينار") == "سعد الدينار"
    assert fold("معبد الجبل") == "معبد الجبل"


def folded_in_sql(texts: list[str]) -> list[str]:
    """Fold in the database, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT saudi_fold(text) FROM unnest(%s::text[]) WITH ORDINALITY AS t (text, place)"
            " ORDER BY place",
            [texts],
        )
        return [folded for (folded,) in cursor.fetchall()]


@pytest.mark.django_db
def test_database_folds_every_character_alike() -> None:
    """All of the basic plane but the ideographs and syllables, tags and other capitals above it."""
    points = [*range(1, 0x3400), *range(0xA000, 0xAC00), *range(0xF900, 0x10000)]
    points += [*range(0x10400, 0x10450), *range(0x1D400, 0x1D800), *range(0x1EE00, 0x1EF00)]
    points += [*range(0x1F100, 0x1F200), *range(0xE0000, 0xE0200)]
    # What Unicode has not given out yet, one side may know and the other not.
    chars = [chr(point) for point in points if unicodedata.category(chr(point)) != "Cn"]
    texts = [f"ا{char}B {char}عبد ال" for char in chars]
    assert len(texts) > 15_000
    folded = folded_in_sql(texts)
    assert [ascii(t) for t, sql in zip(texts, folded, strict=True) if fold(t) != sql] == []


@pytest.mark.django_db
@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.sampled_from(["عبد", "الله", "الدين", "نور", " ", "\u00a0", "\u0640", "\u200f"]),
                st.characters(
                    min_codepoint=1, max_codepoint=0x8FF, exclude_categories=["Cs", "Cn"]
                ),
            ),
            max_size=12,
        ).map("".join),
        min_size=50,
        max_size=50,
    )
)
def test_database_folds_names_alike(texts: list[str]) -> None:
    assert folded_in_sql(texts) == [fold(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("José ÉCOLE Łódź", "jose ecole łodz"),
        ("عبد\u2009الله", "عبدالله"),
        ("آل إبراهيم", "ال ابراهيم"),
        ("\U000e0041سارة\ufe0f", "ساره"),
    ],
)
def test_folded_forms(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
