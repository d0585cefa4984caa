"""The short answers that stand before the form of a request."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sawtak.models import Category, HelpArticle, Ticket
from tests.sawtak.tickets import form, page

pytestmark = pytest.mark.django_db

NEW = "/en/sawtak/new/"
OFFER = "Is this what you are looking for?"


def test_type_in_the_address_offers_two_answers_and_the_whole_form(client: Client) -> None:
    first = HelpArticle.objects.get(code="payment")
    HelpArticle.objects.filter(code__in=["window", "track"]).update(categories=["payments"])
    with CaptureQueriesContext(connection) as captured:
        html = page(client.get(NEW, {"category": "payments"}))
    assert len(captured) == 2  # the types and the answers
    assert OFFER in html
    assert len(re.findall(r'<details class="fold">', html)) == 2
    assert first.question_en not in html, "the third in order"
    assert '<option value="payments" selected>' in html
    for name in form():
        assert f'name="{name}"' in html


@pytest.mark.parametrize("asked", ["", "bribery", "suggestion", "x" * 5000])
def test_nothing_is_offered_without_an_answer_to_the_type(client: Client, asked: str) -> None:
    assert OFFER not in page(client.get(NEW, {"category": asked}))


def test_refused_form_offers_the_answers_of_the_chosen_type(client: Client) -> None:
    html = page(client.post(NEW, form(message="")))
    assert OFFER in html
    assert HelpArticle.objects.get(code="payment").question_en in html


def test_form_that_is_sent_at_once_makes_a_request(client: Client) -> None:
    assert client.post(NEW, form()).status_code == 302
    assert Ticket.objects.count() == 1


def test_switched_off_answer_is_not_offered(client: Client) -> None:
    HelpArticle.objects.update(is_active=False)
    assert OFFER not in page(client.get(NEW, {"category": "payments"}))


def test_first_page_leads_to_the_form_by_type(client: Client) -> None:
    html = page(client.get("/en/sawtak/"))
    for value in Category:
        assert f'href="/en/sawtak/new/?category={value}"' in html
