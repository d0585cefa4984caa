"""One voice: docs/content-guide.md held over every message, SMS and page, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from django.utils.translation import ngettext, npgettext, override

from notifications.catalogue import TEMPLATES
from portal.catalogues import read_catalogue

PROSE = sorted((Path(settings.BASE_DIR) / "templates/portal/prose").glob("*.html"))

NOT_SAID = {
    "يرجى": "say what to do: «اكتب»",
    "الرجاء": "say what to do: «اكتب»",
    "نرجو": "say what to do: «اكتب»",
    "عفوًا": "say what is wrong",
    "عذرًا": "say what is wrong",
    "نأسف": "say what is wrong",
    "للأسف": "say what is wrong",
    "القيام": "use the verb itself",
    "تم": "use the verb itself: «أرسلنا»، «وصل»",
    "تمت": "use the verb itself",
    "يتم": "use the verb itself",
    "سيتم": "use the verb itself",
    "منتهية": "people read it as approved",
    "أدخل رقم": "«اكتب رقم»",
    "إدخال": "«اكتب»",
    "انقر": "name the button or write a link",
    "يمكنك": "«تستطيع»",
    "بإمكانك": "«تستطيع»",
    "لدينا": "«عندنا»",
    "لديك": "«عندك»",
    "إن": "«إذا»",
    "وإن": "«وإذا»",
    "حين": "«عندما»",
    "تظلم": "«اعتراض»",
    "تظلّم": "«اعتراض»",
    "طعن": "«اعتراض»",
    "وثيقة": "«مستند»",
    "وثائق": "«مستندات»",
    "مرفق": "«مستند»",
    "مرفقات": "«مستندات»",
    "المرفقات": "«المستندات»",
    "إفادة": "«شرح»",
    "إفادتك": "«شرحك»",
    "موبايل": "«جوال»",
    "هاتف": "«جوال» for the thing, «اتصال» for the act",
    "بالهاتف": "«في اتصال»",
    "كود": "«رمز»",
    "المزوّد": "«شركة الرسائل»",
    "بوابة الرسائل": "«شركة الرسائل»: the portal is «البوابة»",
    "الرسائل القصيرة": "«رسائل الجوال»",
}
"""Words that no text uses, each with what to write in its place."""

SAID_ALL_THE_SAME = {
    "تم الرد",  # the label of a ticket's status, which is decided (DOMAIN 7)
    "نظام الوثائق",  # the name of a law
}

NOT_SAID_IN_ENGLISH = re.compile(
    r"\b(please|sorry|oops|invalid|click|utili[sz]e|in order to|kindly|unfortunately|"
    r"(?:don|can|won|isn|aren|doesn|didn|couldn)['’]t)\b",
    re.IGNORECASE,
)

LONGEST_SENTENCE = 15
"""Words of an Arabic sentence; a placeholder counts as one."""

COUNTS = (0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111)
"""The counts of O30."""

FORMS = (0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 3, 4)
"""Which of the six forms each of them takes."""

HELP = import_module("sawtak.migrations.0009_stock_help").STOCK
_LINK = re.compile(r"\[([^\[\]]+)\]\(\w+\)")
_TAG = re.compile(r"<[^>]*>")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%")
_SENTENCE_END = re.compile(r"[.؟!:](?:\s|$)|\n")
_ARABIC = re.compile(r"[\u0621-\u064a]")
_ARABIC_DIGIT = re.compile(r"[\u0660-\u0669\u06f0-\u06f9]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def messages() -> list[tuple[str, Message]]:
    """Give every message of every catalogue, once, with the app that says it first."""
    seen: dict[object, tuple[str, Message]] = {}
    for app in settings.CATALOGUES:
        for message in read_catalogue(app):
            if message.id:
                seen.setdefault((message.id, message.context), (app, message))
    return list(seen.values())


MESSAGES = messages()


def help_texts(language: int) -> Iterator[tuple[str, str]]:
    """Give the texts of the articles that come with the portal, 0 Arabic and 1 English.

    Their keywords are what people say, not what the portal does.
    """
    for article in HELP:
        for pair in (article.question, article.short, article.body):
            yield f"help {article.code}", _LINK.sub(r"\1", pair[language])


def arabic_texts() -> Iterator[tuple[str, str]]:
    """Give each Arabic text with where it stands: messages, SMS and the pages of prose."""
    for app, message in MESSAGES:
        for text in [message.string] if isinstance(message.string, str) else message.string:
            yield f"{app}: {message.id!r}", text
    for key, template in TEMPLATES.items():
        yield f"SMS {key}", template.texts["ar"]
    for path in PROSE:
        if path.name.endswith(".ar.html"):
            yield path.name, _TAG.sub("\n", path.read_text("utf-8"))
    yield from help_texts(0)


def english_texts() -> Iterator[tuple[str, str]]:
    """Give each English text with where it stands."""
    for app, message in MESSAGES:
        for text in [message.id] if isinstance(message.id, str) else message.id:
            yield app, text
    for key, template in TEMPLATES.items():
        yield f"SMS {key}", template.texts["en"]
    for path in PROSE:
        if path.name.endswith(".en.html"):
            yield path.name, _TAG.sub("\n", path.read_text("utf-8"))
    yield from help_texts(1)


def plain(text: str) -> str:
    """Give a text without tags, template code and placeholders."""
    return _PLACEHOLDER.sub("", _TAG.sub("", re.sub(r"{[{%].*?[}%]}", "", text)))


# The words ----------------------------------------------------------------------------------


def test_there_is_something_to_read() -> None:
    assert len(list(arabic_texts())) > 900
    assert len(PROSE) == 4
    assert len(HELP) == 17


@pytest.mark.parametrize("word", NOT_SAID)
def test_word_is_not_said(word: str) -> None:
    found = re.compile(rf"(?<![\w\u064b-\u0652]){word}(?![\w\u064b-\u0652])")
    faults = []
    for where, text in arabic_texts():
        said = text
        for allowed in SAID_ALL_THE_SAME:
            said = said.replace(allowed, "")
        if found.search(said):
            faults.append(f"{where}: {text.strip()[:80]}")
    assert faults == [], NOT_SAID[word]


def test_the_exceptions_are_still_needed() -> None:
    everything = "\n".join(text for _where, text in arabic_texts())
    assert [words for words in SAID_ALL_THE_SAME if words not in everything] == []


def test_english_is_plain() -> None:
    faults = [(where, text) for where, text in english_texts() if NOT_SAID_IN_ENGLISH.search(text)]
    assert faults == []


def test_arabic_sentence_is_short() -> None:
    faults = []
    for where, text in arabic_texts():
        words = _PLACEHOLDER.sub("1", _TAG.sub("", re.sub(r"{%.*?%}", "", text)))
        for sentence in _SENTENCE_END.split(re.sub(r"{{.*?}}", "1", words)):
            if len(sentence.split()) > LONGEST_SENTENCE:
                faults.append(f"{where}: {sentence.strip()}")
    assert faults == []


def test_arabic_has_arabic_punctuation() -> None:
    faults = [text for _where, text in arabic_texts() if re.search("[,;?]", plain(text))]
    assert faults == []


@pytest.mark.parametrize("language", ["ar", "en"])
def test_text_has_no_stray_space(language: str) -> None:
    texts = arabic_texts() if language == "ar" else english_texts()
    faults = [
        text
        for where, text in texts
        if not where.endswith(".html")
        and text not in {", ", "، "}  # a list's joint
        and (text != text.strip() or re.search(r"\s{2}|\s[.،؛:؟]|\( | \)|« | »", text))
    ]
    assert faults == []


def test_digits_are_ascii() -> None:
    faults = [text for _where, text in arabic_texts() if _ARABIC_DIGIT.search(text)]
    # The pages that say so show how the other digits look.
    assert [text for text in faults if "123 أو ١٢٣" not in text] == []


def test_a_day_in_digits_reads_from_left_to_right() -> None:
    """After Arabic letters a hyphen between digits turns them round (UAX 9, W2)."""
    days = re.compile(r"(?<!\u2066)\b\d{4}-\d\d(-\d\d)?\b")
    assert [text for _where, text in arabic_texts() if days.search(text)] == []


def test_quotes_are_arabic() -> None:
    faults = [text for _where, text in arabic_texts() if re.search('["“”‘’]', plain(text))]
    assert faults == []


# Counted things: O30 ------------------------------------------------------------------------


COUNTED = [message for _app, message in MESSAGES if not isinstance(message.id, str)]


@pytest.mark.parametrize("message", COUNTED, ids=lambda message: message.id[0][:40])
def test_each_count_takes_its_form(message: Message) -> None:
    with override("ar"):
        for count, form in zip(COUNTS, FORMS, strict=True):
            if message.context:
                text = npgettext(message.context, message.id[0], message.id[1], count)
            else:
                text = ngettext(message.id[0], message.id[1], count)
            assert text == message.string[form]


@pytest.mark.parametrize("message", COUNTED, ids=lambda message: message.id[0][:40])
def test_forms_differ_where_arabic_needs_it(message: Message) -> None:
    number = re.search(r"%\((\w+)\)[sd]", message.id[1])
    assert number is not None
    _zero, one, two, few, many, other = message.string
    assert len({one, two, few, many}) == 4
    # One and two are words of their own; from three on the digits stand before the noun.
    assert number.group() not in one + two
    for text in (few, many, other):
        assert number.group() in text
    noun = {form: re.search(rf"{re.escape(number.group())} (\w+)", form) for form in (many, other)}
    counted = [found.group(1) for found in noun.values() if found]
    if len(counted) == 2:
        # 11–99 take the accusative, 100 the genitive; a noun in ة or one annexed looks the same.
        assert many != other or counted[0][-1] == "ة" or f"{counted[0]} عمل" in many
        assert not other.split(counted[1])[0].endswith("ًا")
