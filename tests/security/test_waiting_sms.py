"""Redis is gone: the code page says so, and the sign-in goes on when it is back (O26)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from notifications.waking import breaker
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

NOTICE = "We cannot send messages right now"


@pytest.fixture
def _no_redis() -> Iterator[None]:
    breaker.failed()
    yield
    breaker.reset()


@pytest.mark.usefixtures("_no_redis")
@pytest.mark.parametrize("national_id", ["1000000008", "1000000024"], ids=["known", "unknown"])
def test_code_page_says_that_no_sms_can_be_sent(client: Client, national_id: str) -> None:
    PersonFactory.create(national_id="1000000008", mobile="+966500000001")
    page = client.post("/en/sign-in/", {"national_id": national_id}, follow=True)
    assert NOTICE in page.content.decode()


@pytest.mark.parametrize("national_id", ["1000000008", "1000000024"], ids=["known", "unknown"])
def test_code_page_says_nothing_of_it_usually(client: Client, national_id: str) -> None:
    breaker.reset()
    PersonFactory.create(national_id="1000000008", mobile="+966500000001")
    page = client.post("/en/sign-in/", {"national_id": national_id}, follow=True)
    assert NOTICE not in page.content.decode()


@pytest.mark.parametrize("national_id", ["1000000008", "1000000024"], ids=["known", "unknown"])
@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", ""], ids=["away", "there"])
def test_code_asked_for_again_at_once_says_so_in_any_browser(
    settings: Any, national_id: str, address: str
) -> None:
    """The second time no SMS is owed and nothing is woken: the page must know all the same."""
    settings.REDIS_URL = address or settings.REDIS_URL
    PersonFactory.create(national_id="1000000008", mobile="+966500000001")
    for browser in (Client(), Client()):
        breaker.reset()  # as in another process
        page = browser.post("/en/sign-in/", {"national_id": national_id}, follow=True)
    assert (NOTICE in page.content.decode()) == bool(address)
