"""A message in the language of its reader's page, where nothing of it is lost."""

from __future__ import annotations

import pytest

from notifications.catalogue import TEMPLATES, Template
from notifications.programme import programme_values
from notifications.texts.translating import SAME_IN_BOTH, in_language

OTHER = {"ar": "en", "en": "ar"}
KNOWN = [one for one in TEMPLATES.values() if one.fields <= SAME_IN_BOTH]

each_way = pytest.mark.parametrize("language", ["ar", "en"])


def values(template: Template) -> dict[str, str]:
    return {
        name: {"reference": "4026714838", "last_digits": "07"}[name] for name in template.fields
    }


def body(template: Template, language: str) -> str:
    return template.body(language, values(template), programme_values(language))


@each_way
@pytest.mark.parametrize("template", KNOWN, ids=lambda one: one.key)
def test_is_what_would_have_been_sent_in_it(template: Template, language: str) -> None:
    sent = body(template, language)
    said = in_language(OTHER[language], template=template.key, body=sent, written_in=language)
    assert said == body(template, OTHER[language])
    same = in_language(language, template=template.key, body=sent, written_in=language)
    assert same == sent


@each_way
def test_what_has_a_day_or_a_status_is_not_guessed(language: str) -> None:
    others = [one for one in TEMPLATES.values() if one not in KNOWN]
    assert others
    for template in others:
        sent = template.worst_body(language, programme_values(language))
        asked = {"template": template.key, "body": sent, "written_in": language}
        assert in_language(OTHER[language], **asked) is None


@pytest.mark.parametrize("template", ["objection_taken", "gone"])
def test_another_text_or_another_message_stays_as_it_is(template: str) -> None:
    asked = {"template": template, "body": "نص 4026714838", "written_in": "ar"}
    assert in_language("en", **asked) is None
