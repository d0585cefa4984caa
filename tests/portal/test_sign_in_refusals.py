"""Signing in, refused: what is wrong, when to come again, and how much one address may ask."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from access import codes, limits
from access.models import OneTimeCode
from beneficiaries.models import Person
from notifications.models import Message
from portal.sign_in import OPEN_CODES
from tests.factories import PersonFactory
from tests.portal.signing_in import (
    CODE,
    CODE_PAGE,
    KNOWN,
    NOW,
    PROFILE,
    SIGN_IN,
    UNKNOWN,
    ask,
    enter,
    is_in,
    page,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fixed_code")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("", "Write the 10 digits"),
            ("100000000", "You wrote 9 digits"),
            ("3000000007", "starts with 1 or 2"),
            ("1000000009", "One of the digits is wrong"),
            ("1234567890", "One of the digits is wrong"),
        ],
    )
    def test_wrong_id_is_explained_and_stays(self, client: Client, typed: str, says: str) -> None:
        answer = ask(client, typed)
        assert answer.status_code == 200
        assert says in page(answer)
        assert f'value="{typed}"' in page(answer) or not typed
        assert not OneTimeCode.objects.exists()

    def test_five_digits_are_counted_out(self, client: Client, sara: Person) -> None:
        ask(client)
        assert "You wrote 5 digits" in page(enter(client, "48213"))
        assert not is_in(client)
        assert OneTimeCode.objects.get().wrong_tries == 0

    def test_wrong_code_says_how_many_tries_are_left(self, client: Client, sara: Person) -> None:
        ask(client)
        assert "You have 4 tries left" in page(enter(client, "111111"))
        for _ in range(2):
            enter(client, "111111")
        assert "You have 1 try left" in page(enter(client, "111111"))
        assert "you have no tries left" in page(enter(client, "111111"))
        assert "no longer works" in page(enter(client))
        assert not is_in(client)

    def test_old_code_says_so(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        clock.shift(300)
        assert "The code no longer works" in page(client.get(CODE_PAGE))
        assert "no longer works" in page(enter(client))

    def test_code_page_without_a_request_leads_to_the_first_page(self, client: Client) -> None:
        assert client.get(CODE_PAGE)["Location"] == SIGN_IN
        assert enter(client)["Location"] == SIGN_IN
        assert "Write your ID again" in page(client.get(SIGN_IN))

    def test_sixth_code_of_the_hour_says_when_to_come_again(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        for _ in range(5):
            ask(client)
            clock.shift(61)
        refused = ask(client)
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) == 3600 - 5 * 61
        assert "Ask for a new one after 1:00\u00a0PM." in page(refused)
        assert Message.objects.count() == 5
        assert "I have a code already" in page(refused)
        assert enter(client)["Location"] == PROFILE

    def test_fifteen_wrong_tries_stop_every_code(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        for _ in range(3):
            ask(client)
            for _ in range(5):
                enter(client, "111111")
            clock.shift(61)
        assert enter(client).status_code == 429
        refused = ask(client)
        assert refused.status_code == 429
        assert "Too many wrong codes were tried with this ID" in page(refused)


class TestResend:
    """O20: a slow SMS, a reload, Back."""

    def test_reload_back_and_open_again_send_nothing(self, client: Client, sara: Person) -> None:
        ask(client)
        client.get(CODE_PAGE)
        client.get(CODE_PAGE)
        client.get(SIGN_IN)
        assert ask(client)["Location"] == CODE_PAGE
        assert Message.objects.count() == 1
        enter(client)
        assert is_in(client)

    def test_first_code_works_after_a_resend(
        self,
        client: Client,
        sara: Person,
        clock: time_machine.Coordinates,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        ask(client)
        clock.shift(65)
        monkeypatch.setattr(codes, "new_code", lambda: "222222")
        client.post(CODE_PAGE, {"resend": "1"})
        assert "An earlier one works too" in page(client.get(CODE_PAGE))
        assert Message.objects.count() == 2
        clock.shift(25)
        enter(client)
        assert is_in(client)

    def test_too_early_says_how_long_to_wait(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        clock.shift(18)
        assert ">0:42</bdi>" in page(client.get(CODE_PAGE))
        client.post(CODE_PAGE, {"resend": "1"})
        assert "You can ask for another in 42 seconds" in page(client.get(CODE_PAGE))
        assert Message.objects.count() == 1

    def test_sixth_code_by_the_button_says_when_to_come_again(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        for _ in range(5):
            clock.shift(61)
            client.post(CODE_PAGE, {"resend": "1"})
        assert "Ask for a new one after 1:00\u00a0PM." in page(client.get(CODE_PAGE))
        assert Message.objects.count() == 5

    def test_input_lets_the_phone_offer_the_code(self, client: Client, sara: Person) -> None:
        ask(client)
        source = page(client.get(CODE_PAGE))
        inputs = re.findall(r"<input[^>]*name=\"code\"[^>]*>", source)
        assert len(inputs) == 1
        for attribute in (
            'type="text"',
            'inputmode="numeric"',
            'autocomplete="one-time-code"',
            'dir="ltr"',
        ):
            assert attribute in inputs[0]
        assert "maxlength" not in inputs[0]

    def test_sms_keeps_the_code_in_one_piece(self, client: Client, sara: Person) -> None:
        client.post("/sign-in/", {"national_id": KNOWN})
        assert re.search(rf"(?<!\d){CODE}(?!\d)", Message.objects.get().body)


class TestOneAddress:
    """O19: what is counted for an address is codes that were not completed."""

    @pytest.fixture(autouse=True)
    def _ceiling(self, settings: Settings) -> None:
        settings.LIMITS = settings.LIMITS | {"codes_open_per_address_hour": 3}

    def _ask(self, number: int, **headers: str) -> HttpResponse:
        return Client(headers=headers).post(
            SIGN_IN, {"national_id": PersonFactory.create().national_id}
        )

    def test_many_ids_from_one_address_are_stopped(self) -> None:
        answers = [self._ask(n).status_code for n in range(5)]
        assert answers == [302, 302, 302, 429, 429]
        assert Message.objects.count() == 3

    def test_a_new_header_each_time_changes_nothing(self) -> None:
        answers = [self._ask(n, **{"x-forwarded-for": f"10.0.0.{n}"}).status_code for n in range(5)]
        assert answers == [302, 302, 302, 429, 429]

    def test_refusal_says_when_to_come_again(self) -> None:
        for number in range(3):
            self._ask(number)
        refused = self._ask(3)
        assert "Try again after 1:05\u00a0PM" in page(refused)
        assert int(refused["Retry-After"]) == 65 * 60

    def test_citizens_who_complete_behind_one_address_are_not_locked_out(self) -> None:
        for _ in range(10):
            client = Client()
            ask(client, PersonFactory.create().national_id)
            enter(client)
            assert is_in(client)
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW) == 0

    def test_a_resent_code_is_given_back_too(
        self, client: Client, sara: Person, clock: time_machine.Coordinates
    ) -> None:
        ask(client)
        clock.shift(61)
        client.post(CODE_PAGE, {"resend": "1"})
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW + timedelta(seconds=61)) == 2
        enter(client)
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW + timedelta(seconds=61)) == 0

    def test_codes_asked_for_others_are_not_given_back(self, client: Client, sara: Person) -> None:
        ask(client, UNKNOWN)
        ask(client, KNOWN)
        enter(client)
        assert limits.current(OPEN_CODES, "127.0.0.1", now=NOW) == 1
