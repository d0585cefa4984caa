"""One code, many browsers at once: who gets in, and what else the code is good for."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from access import codes
from access.codes import verify_code
from access.errors import CodeExpired
from access.models import CodePurpose, OneTimeCode
from notifications.models import Message
from tests.factories import PersonFactory
from tests.sawtak.tickets import form

KNOWN = "1000000008"
AT_ONCE = 8


def ask(client: Client) -> None:
    client.post("/sign-in/", {"national_id": KNOWN})


def code() -> str:
    found = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", Message.objects.latest("id").body)
    assert found
    return found.group()


@pytest.mark.django_db(transaction=True)
def test_one_code_entered_in_eight_browsers_at_once_opens_one_session() -> None:
    PersonFactory.create(national_id=KNOWN, mobile="+966500000001")
    browsers = [Client() for _ in range(AT_ONCE)]
    for browser in browsers:
        ask(browser)  # the first sends the code, the others wait for the same one
    assert OneTimeCode.objects.count() == 1
    sent, barrier = code(), Barrier(AT_ONCE)

    def enter(browser: Client) -> bool:
        barrier.wait(timeout=30)
        try:
            browser.post("/sign-in/code/", {"code": sent})
            return "_auth_user_id" in browser.session
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = Counter(pool.map(enter, browsers))
    assert outcomes == {True: 1, False: AT_ONCE - 1}


@pytest.mark.django_db
def test_code_that_opens_a_ticket_signs_nobody_in_and_the_other_way_round(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(("111111", "222222"))
    monkeypatch.setattr(codes, "new_code", lambda: next(drawn))
    person = PersonFactory.create(national_id=KNOWN, mobile="+966500000001")
    sent = form(national_id=KNOWN, mobile="0500000001")
    ticket = client.post("/sawtak/new/", sent).headers["Location"]
    client.post(f"{ticket}code/")
    ask(client)
    client.post("/sign-in/code/", {"code": "111111"})
    assert "_auth_user_id" not in client.session
    client.post(f"{ticket}code/", {"code": "222222"})
    assert sent["message"] not in client.get(ticket).content.decode()
    client.post("/sign-in/code/", {"code": "222222"})
    assert client.session["_auth_user_id"] == str(person.user.pk)


@pytest.mark.django_db
def test_code_is_bound_to_its_purpose_even_for_the_same_subject(client: Client) -> None:
    PersonFactory.create(national_id=KNOWN, mobile="+966500000001")
    ask(client)
    now = OneTimeCode.objects.get().issued_at
    for purpose in (CodePurpose.TICKET, CodePurpose.MOBILE):
        with pytest.raises(CodeExpired):
            verify_code(purpose=purpose, subject=KNOWN, code=code(), now=now)
