"""Redis is gone: the code page says so, and the sign-in goes on when it is back (O26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.waking import breaker
from saudi.gregorian import riyadh_today
from tests import personas
from tests.factories import PersonFactory
from tests.objections import cases
from tests.sawtak import tickets

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


def ticket_code_page(client: Client) -> str:
    filed = client.post("/en/sawtak/new/", tickets.form())
    return f"{filed['Location']}code/"


def new_number_page(client: Client) -> str:
    personas.sign_in(client, personas.head())
    return "/en/profile/edit/"


def step_page(client: Client) -> str:
    person = personas.head()
    draft = cases.draft(
        cases.result_of(person, announced_on=riyadh_today()), person, now=timezone.now()
    )
    personas.sign_in(client, person)
    return f"/en/objections/new/{draft.uuid}/profile/"


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", ""], ids=["away", "there"])
@pytest.mark.parametrize(
    ("page_for", "fields"),
    [
        (ticket_code_page, {"send": "1"}),
        (new_number_page, {"mobile": "0500000099"}),
        (step_page, {"mobile": "0500000099"}),
    ],
    ids=["ticket", "profile", "objection"],
)
def test_other_pages_that_wait_for_a_code_say_so_too(
    client: Client,
    settings: Any,
    page_for: Callable[[Client], str],
    fields: dict[str, str],
    address: str,
) -> None:
    settings.REDIS_URL = address or settings.REDIS_URL
    path = page_for(client)
    breaker.reset()
    answer = client.post(path, fields, follow=True)
    text = answer.content.decode()
    assert 'name="code"' in text
    assert (NOTICE in text) == bool(address)
    assert not (address and "We sent a code to the new number." in text)
