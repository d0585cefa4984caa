"""The page of help: its articles, a search that forgives spelling, and what staff may write."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.forms.help_articles import HelpArticleForm
from portal.help.words import blocks_of, unknown_marks
from sawtak.help.selectors import SEARCH_CHARACTERS, search_articles, words_of_search
from sawtak.models import Category, HelpArticle
from sawtak.ticket_types.selectors import type_name
from tests.personas import STAFF_BACKEND, staff

pytestmark = pytest.mark.django_db


def found_by(typed: str) -> list[str]:
    return [article.code for article in search_articles(typed)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("وصلت الدفعة ناقصة", "payment"),
        ("الدفعه نافصة", "payment"),
        ("دُفعَـــة", "payment"),
        ("فلوسي ما نزلت", "payment"),
        ("ايبان", "payment"),
        ("paymant short", "payment"),
        ("ما وصلني الرمز", "no-code"),
        ("رقم الجوّال", "changed-mobile"),
        ("مهلة ٩٠ يوما", "window"),
        ("تاريح الميلاد", "birth-date"),
        ("غير موهل", "not-eligible"),
        ("NOT ELIGABLE", "not-eligible"),
    ],
)
def test_search_forgives_spelling(typed: str, meant: str) -> None:
    assert meant in found_by(typed)[:2]


@pytest.mark.parametrize("typed", ["قطة زرقاء", "xyzzy", "السلام عليكم", "؟!", "\u200f", "%_\\'"])
def test_search_finds_nothing_where_nothing_is_meant(typed: str) -> None:
    assert found_by(typed) == []


def test_words_that_stand_in_every_question_do_not_count() -> None:
    assert words_of_search("متى تُصرف الدفعة؟") == ["تصرف", "دفعه"]
    assert words_of_search("متى") == ["متي"]


@pytest.mark.parametrize("query", ["", "?q=الدفعه", "?q=xyzzy", f"?q={'ا' * 5000}", "?q=%01"])
def test_page_and_search_take_two_statements_at_most(client: Client, query: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(f"/help/{query}")
    assert response.status_code == 200
    assert len(captured) <= 2
    assert not response.cookies


def test_search_shows_answers_and_keeps_what_was_typed(client: Client) -> None:
    html = client.get("/en/help/", {"q": "paymant"}).content.decode()
    assert 'value="paymant"' in html
    assert 'id="payment"' in html
    assert 'id="birth-date"' not in html


def test_nothing_found_says_what_to_do(client: Client) -> None:
    html = client.get("/en/help/", {"q": "<b>xyzzy"}).content.decode()
    assert "We found no answer to this" in html
    assert 'value="&lt;b&gt;xyzzy"' in html
    assert 'href="/en/sawtak/new/"' in html
    assert 'href="/en/help/#payment"' in html


def test_long_search_is_searched_by_its_beginning(client: Client) -> None:
    html = client.get("/help/", {"q": "الدفعة " + "ه" * 500}).content.decode()
    shown = re.search(r'name="q" value="([^"]+)"', html)
    assert shown is not None
    assert len(shown[1]) == SEARCH_CHARACTERS


def test_article_that_is_switched_off_is_read_by_nobody(client: Client) -> None:
    HelpArticle.objects.filter(code="payment").update(is_active=False)
    assert 'id="payment"' not in client.get("/help/").content.decode()
    assert "payment" not in found_by("الدفعة ناقصة")


def test_the_articles_that_come_with_the_portal_are_sound() -> None:
    stock = list(HelpArticle.objects.all())
    assert len(stock) == 17
    assert {each for article in stock for each in article.categories} <= set(Category)
    for article in stock:
        for name in ("short_ar", "short_en", "body_ar", "body_en"):
            assert not unknown_marks(getattr(article, name)), (article.code, name)


# The marks ------------------------------------------------------------------------------


def test_a_text_becomes_paragraphs_lists_links_and_facts() -> None:
    text = "For {window}.\nCall {call_centre}.\n\n- [Your file](payments)\n- b\n\n1. a\n2. <b>"
    paragraph, bullets, steps = blocks_of(text, "en")
    assert [block.kind for block in (paragraph, bullets, steps)] == [
        "paragraph",
        "bullets",
        "steps",
    ]
    assert "".join(run.text for run in paragraph.lines[0]) == "For 90 days."
    assert paragraph.lines[1][1].is_number
    assert bullets.lines[0][0].url == "/en/profile/#payments"
    assert [run.text for run in steps.lines[1]] == ["<b>"]


def test_a_mark_without_a_meaning_stays_as_it_was_written() -> None:
    text = "[here](https://evil.example) [here](elsewhere) {nothing} [Open](profile)"
    assert unknown_marks(text) == ["[here](elsewhere)", "{nothing}"]
    (block,) = blocks_of(text, "ar")
    assert [run.url for run in block.lines[0] if run.url] == ["/profile/"]


def test_a_text_of_an_article_is_never_html(client: Client) -> None:
    HelpArticle.objects.filter(code="payment").update(short_ar="<script>x</script>")
    html = client.get("/help/").content.decode()
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html


# The form -------------------------------------------------------------------------------

TYPED = {
    "question_ar": "متى تصل الدفعة؟",
    "question_en": "When does the payment come?",
    "short_ar": "في العاشر من الشهر.",
    "short_en": "On the tenth of the month.",
    "categories": ["payments"],
    "order": "5",
    "is_active": "on",
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"short_ar": ""}, "short_ar"),
        ({"question_ar": "When?"}, "question_ar"),
        ({"short_en": "في العاشر"}, "short_en"),
        ({"body_ar": "زيادة"}, "body_en"),
        ({"short_en": "See [this](nowhere)."}, "short_en"),
        ({"short_en": "Within {days}."}, "short_en"),
        ({"categories": ["weather"]}, "categories"),
        ({"order": "x"}, "order"),
    ],
)
def test_form_refuses_beside_the_field(change: dict[str, Any], fault: str) -> None:
    assert HelpArticleForm(TYPED).is_valid()
    form = HelpArticleForm(TYPED | change)
    assert not form.is_valid()
    assert set(form.errors) == {fault}


def test_supervisor_adds_an_article_that_the_search_finds(client: Client) -> None:
    client.force_login(staff("supervisor"), backend=STAFF_BACKEND)
    added = client.post(reverse("admin:sawtak_helparticle_add"), TYPED | {"keywords_ar": "زرافة"})
    assert added.status_code == 302
    article = HelpArticle.objects.get(question_ar=TYPED["question_ar"])
    assert found_by("زرافه") == [article.code]
    page = reverse("admin:sawtak_helparticle_change", args=[article.pk])
    assert client.post(page, TYPED | {"categories": ["sign_in"]}).status_code == 302
    history = client.get(reverse("admin:sawtak_helparticle_history", args=[article.pk]))
    told = history.content.decode()
    assert type_name(Category.PAYMENTS) in told
    assert type_name(Category.SIGN_IN) in told


def test_agent_reads_and_does_not_write(client: Client) -> None:
    client.force_login(staff("agent"), backend=STAFF_BACKEND)
    article = HelpArticle.objects.get(code="payment")
    page = reverse("admin:sawtak_helparticle_change", args=[article.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, TYPED).status_code == 403
    assert client.get(reverse("admin:sawtak_helparticle_add")).status_code == 403
