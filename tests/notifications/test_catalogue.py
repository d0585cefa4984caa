"""Every text: in both languages, short enough, without links, marks or secrets of a case."""

from __future__ import annotations

import re

import pytest

from beneficiaries.reasons import REASONS
from notifications.catalogue import PROGRAMME_VALUES, TEMPLATES, Template, template_of
from notifications.errors import UnknownTemplate, WrongTemplateValues
from saudi.sms import sms_parts

PROGRAMME = {
    "ar": {"programme": "حساب المواطن", "call_centre": "19912"},
    "en": {"programme": "Citizen Account", "call_centre": "19912"},
}
KEYS = {
    *("sign_in_code", "ticket_code", "mobile_code", "mobile_changed", "email_changed"),
    *("results_announced", "payments_announced", "result_corrected", "objection_corrected"),
    *("payment_corrected", "payment_objection_corrected"),
    *("objection_submitted", "objection_taken", "objection_documents_wanted"),
    "objection_document_refused",
    *("objection_documents_received", "objection_accepted", "objection_partly_accepted"),
    *(
        "objection_rejected",
        "second_look_asked",
        "objection_confirmed",
        "second_look_withdrawn",
        "objection_withdrawn",
        "draft_extended",
        "exemption_granted",
        "objection_documents_due",
        "objection_documents_listed",
        "draft_stopped",
        "ticket_received",
        "ticket_taken",
    ),
    *("result_closing", "draft_closing"),
    *("ticket_answered", "ticket_question", "ticket_file_refused", "ticket_closed"),
    *("ticket_merged", "ticket_split"),
    *("case_status", "case_not_found", "bulk_stopped", "bulk_started"),
}
VOWEL_MARKS_TATWEEL_AND_DIRECTION_MARKS = re.compile(
    r"[\u0610-\u061a\u0640\u064b-\u065f\u0670\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)

each_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
each_language = pytest.mark.parametrize("language", ["ar", "en"])


def worst(template: Template, language: str) -> str:
    return template.worst_body(language, PROGRAMME[language])


def test_catalogue_has_every_message() -> None:
    assert set(TEMPLATES) == KEYS


@each_language
@each_template
def test_longest_message_stays_within_its_parts(template: Template, language: str) -> None:
    assert template.max_parts <= 2
    assert 1 <= sms_parts(worst(template, language)).parts <= template.max_parts


@pytest.mark.parametrize("key", ["sign_in_code", "ticket_code", "mobile_code"])
def test_code_fits_one_part_and_is_secret(key: str) -> None:
    template = template_of(key)
    assert template.is_secret
    assert template.max_parts == 1


@each_template
def test_bulk_message_fits_one_part(template: Template) -> None:
    if template.lane == "announcements":
        assert {sms_parts(worst(template, language)).parts for language in ("ar", "en")} == {1}


@each_language
@each_template
def test_message_has_no_link(template: Template, language: str) -> None:
    assert not re.search(r"https?:|www\.|://|\.(sa|com|net|gov)\b", worst(template, language))


@each_language
@each_template
def test_template_adds_no_marks_and_digits_are_ascii(template: Template, language: str) -> None:
    assert not VOWEL_MARKS_TATWEEL_AND_DIRECTION_MARKS.search(template.texts[language])
    assert all(char in "0123456789" for char in worst(template, language) if char.isdigit())


@each_language
@each_template
def test_message_names_the_programme_first(template: Template, language: str) -> None:
    assert worst(template, language).startswith(f"{PROGRAMME[language]['programme']}: ")


@each_template
def test_values_stand_in_one_piece(template: Template) -> None:
    for language in ("ar", "en"):
        body = worst(template, language)
        for value in template.worst[language].values():
            assert value in body


@each_template
def test_both_languages_have_the_same_fields(template: Template) -> None:
    assert set(template.worst["ar"]) == set(template.worst["en"])
    for text in template.texts.values():
        named = set(re.findall(r"{(\w+)}", text))
        assert named - PROGRAMME_VALUES == template.fields


@each_template
def test_message_tells_no_reason_and_no_eligibility(template: Template) -> None:
    labels = [reason.text("ar").label for reason in REASONS.values()]
    assert labels
    for language in ("ar", "en"):
        body = worst(template, language)
        assert not [label for label in labels if label in body]
    if template.key.startswith("objection_"):
        assert "مؤهل" not in worst(template, "ar")
        assert "eligib" not in worst(template, "en").lower()


def test_english_stays_in_the_cheap_alphabet() -> None:
    assert {sms_parts(worst(template, "en")).encoding for template in TEMPLATES.values()} == {
        "GSM-7"
    }


def test_sign_in_code_keeps_its_leading_zero_in_one_piece() -> None:
    body = template_of("sign_in_code").body("ar", {"code": "048213"}, PROGRAMME["ar"])
    assert body == "حساب المواطن: رمز الدخول 048213. لا تعطه لأحد."


def test_unknown_language_is_arabic() -> None:
    template = template_of("sign_in_code")
    in_arabic = template.body("ar", {"code": "048213"}, PROGRAMME["ar"])
    assert template.body("fr", {"code": "048213"}, PROGRAMME["ar"]) == in_arabic


def test_hidden_body_shows_no_digit() -> None:
    hidden = template_of("sign_in_code").hidden_body("ar", PROGRAMME["ar"])
    assert not any(char.isdigit() for char in hidden)


@pytest.mark.parametrize(
    "values",
    [{}, {"code": ""}, {"code": "048213", "name": "x"}, {"reference": "4026714834"}],
    ids=["none", "empty", "one-too-many", "another"],
)
def test_wrong_values_are_refused_and_not_told(values: dict[str, str]) -> None:
    with pytest.raises(WrongTemplateValues) as refused:
        template_of("sign_in_code").body("ar", values, PROGRAMME["ar"])
    assert "048213" not in str(refused.value)


def test_unknown_key_is_refused() -> None:
    with pytest.raises(UnknownTemplate) as refused:
        template_of("no_such")
    assert refused.value.key == "no_such"
