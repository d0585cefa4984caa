"""The catalogue of reasons: complete, kind in both languages, closed to other eyes."""

from __future__ import annotations

import pytest
from django.utils import translation

from beneficiaries.reasons import HIDDEN, REASONS, has_sensitive, shown_reasons

CODES = [
    "NATIONALITY",
    "ABSENCE_90",
    "PRISON",
    "SHELTER",
    "DATA_MISMATCH",
    "ASSETS",
    "LEASE_NOT_PROVEN",
    "INDEPENDENCE_NOT_PROVEN",
    "ATTACHMENTS_MISSING",
    "HEAD_INELIGIBLE",
    "INCOME_OVER_CUTOFF",
    "HOUSEHOLD_CHANGED",
    "ABSENCE_DEDUCTION",
    "INCOME_CHANGED",
    "DEPENDANT_INELIGIBLE",
    "ACCOUNT_INACTIVE",
]


def test_the_catalogue_has_exactly_the_codes_of_the_files():
    assert sorted(REASONS) == sorted(CODES)


@pytest.mark.parametrize("code", [*CODES, "HIDDEN"])
def test_each_reason_says_what_it_is_what_it_means_and_what_to_do(code):
    reason = HIDDEN if code == "HIDDEN" else REASONS[code]
    arabic, english = reason.text("ar"), reason.text("en")
    for ours, theirs in zip(
        (arabic.label, arabic.meaning, arabic.action),
        (english.label, english.meaning, english.action),
        strict=True,
    ):
        assert ours != theirs
        assert ours
        assert not any("a" <= char.lower() <= "z" for char in ours)


def test_the_words_follow_the_reader():
    reason = REASONS["LEASE_NOT_PROVEN"]
    with translation.override("ar"):
        assert str(reason.meaning) == "لم نجد عقد إيجار موحّدًا ساريًا باسمك."
    with translation.override("en"):
        assert str(reason.meaning) == "We did not find a valid unified lease in your name."


def test_prison_and_shelter_are_sensitive_and_nothing_else_is():
    assert {code for code, reason in REASONS.items() if reason.is_sensitive} == {
        "PRISON",
        "SHELTER",
    }
    assert has_sensitive(["ASSETS", "SHELTER"])
    assert not has_sensitive(["ASSETS"])


def test_the_owner_reads_every_reason():
    assert [r.code for r in shown_reasons(["SHELTER", "ASSETS"], is_own=True)] == [
        "SHELTER",
        "ASSETS",
    ]


def test_staff_with_the_right_read_every_reason():
    shown = shown_reasons(["PRISON"], is_own=False, may_see_sensitive=True)
    assert [reason.code for reason in shown] == ["PRISON"]


def test_others_read_that_there_is_a_reason_and_not_how_many():
    shown = shown_reasons(["PRISON", "ASSETS", "SHELTER"], is_own=False)
    assert shown == [HIDDEN, REASONS["ASSETS"]]
    with translation.override("ar"):
        assert str(shown[0].label) == "سبب يظهر لصاحبه فقط"
