"""The form that is drawn once a minute: the same page for all, with everybody's own tokens."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from tests.personas import head, sign_in
from tests.sawtak.tickets import form, page

pytestmark = pytest.mark.django_db
NEW = "/sawtak/new/"


def tokens(html: str) -> tuple[str, str]:
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    own = re.search(r'name="token" value="([^"]+)"', html)
    assert csrf is not None
    assert own is not None
    return csrf.group(1), own.group(1)


def test_kept_page_has_the_tokens_of_its_reader_and_is_accepted() -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    pages = [page(client.get(NEW)) for client in (first, second)]
    assert not set(tokens(pages[0])) & set(tokens(pages[1]))
    for client, html in zip((first, second), pages, strict=True):
        csrf, own = tokens(html)
        sent = client.post(NEW, form(csrfmiddlewaretoken=csrf, token=own))
        assert sent.status_code == 302


def test_token_of_another_reader_is_refused() -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    csrf, own = tokens(page(first.get(NEW)))
    second.get(NEW)
    assert second.post(NEW, form(csrfmiddlewaretoken=csrf, token=own)).status_code == 403


def test_each_language_has_its_page(client: Client) -> None:
    for _turn in range(2):
        assert '<html lang="ar" dir="rtl">' in page(client.get(NEW))
        assert '<html lang="en" dir="ltr">' in page(client.get(f"/en{NEW}"))


def test_call_centre_is_right_to_the_minute(client: Client) -> None:
    with time_machine.travel(datetime(2026, 11, 24, 16, 59, 30, tzinfo=UTC), tick=False) as clock:
        assert "مفتوح الآن" in page(client.get(NEW))
        clock.move_to(datetime(2026, 11, 24, 17, 0, 0, tzinfo=UTC))
        assert "مغلق الآن" in page(client.get(NEW))


def test_choice_of_display_and_words_for_one_reader_stay_theirs(client: Client) -> None:
    page(Client().get(NEW))
    client.cookies["text"] = "large"
    assert 'data-text="large"' in page(client.get(NEW))
    assert 'data-text="large"' not in page(Client().get(NEW))


def test_page_of_a_signed_in_person_reaches_nobody_else(client: Client) -> None:
    person = head()
    sign_in(client, person)
    assert person.full_name in page(client.get(NEW))
    assert person.full_name not in page(Client().get(NEW))


def test_address_with_a_question_is_drawn_for_its_reader(client: Client) -> None:
    page(client.get(NEW))
    assert "/en/sawtak/new/?from=sms" in page(client.get(f"{NEW}?from=sms"))
    assert "from=sms" not in page(client.get(NEW))


def test_changed_setting_is_on_the_next_page(client: Client, settings: Settings) -> None:
    settings.DEMO = True
    assert "demo-bar" in page(client.get(NEW))
    settings.DEMO = False
    assert "demo-bar" not in page(client.get(NEW))
