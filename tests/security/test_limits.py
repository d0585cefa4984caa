"""Guessing and flooding: what stops them, and that it stops nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from access.codes import issue_code
from access.errors import TooManyCodes
from access.models import CodePurpose
from notifications.models import Message
from sawtak.models import Channel, Ticket
from sawtak.services import file_ticket, send_ticket_code
from tests.personas import staff
from tests.sawtak.tickets import details

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "a-Password-nobody-guesses"
MOBILE = "+966500000077"


class TestStaffPasswords:
    @staticmethod
    def _try(client: Client, username: str, password: str, address: str = "203.0.113.1") -> int:
        data = {"username": username, "password": password}
        return client.post("/admin/login/", data, REMOTE_ADDR=address).status_code

    @pytest.fixture(autouse=True)
    def _quick_hashes(self, settings: Settings) -> None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    @pytest.fixture
    def username(self) -> str:
        user = staff("agent")
        user.set_password(PASSWORD)
        user.save()
        return user.username

    def test_after_ten_wrong_ones_the_right_one_is_refused_too(
        self, client: Client, username: str
    ) -> None:
        for _ in range(10):
            assert self._try(client, username, "wrong") == 200
        assert self._try(client, username, PASSWORD) == 200
        assert "_auth_user_id" not in client.session

    def test_nobody_is_locked_out_from_another_address(self, client: Client, username: str) -> None:
        for _ in range(11):
            self._try(client, username, "wrong")
        assert self._try(client, username, PASSWORD, "203.0.113.2") == 302

    def test_right_ones_are_not_counted(self, client: Client, username: str) -> None:
        for _ in range(12):
            assert self._try(client, username, PASSWORD) == 302
            client.logout()

    def test_one_address_cannot_go_through_the_names(
        self, client: Client, username: str, settings: Settings
    ) -> None:
        settings.LIMITS = settings.LIMITS | {"staff_passwords_per_address_hour": 5}
        for number in range(5):
            self._try(client, f"name{number}", "wrong")
        assert self._try(client, username, PASSWORD) == 200

    def test_unknown_name_reads_like_a_known_one(self, client: Client, username: str) -> None:
        pages = []
        for name in (username, "nobody-here"):
            data = {"username": name, "password": "wrong"}
            responses = [client.post("/admin/login/", data) for _ in range(11)]
            pages.append([r.content.decode().count("errors") for r in responses])
        assert pages[0] == pages[1]


class TestCodes:
    def test_ceiling_holds_over_everybody(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.LIMITS = settings.LIMITS | {"codes_hour": 3}
        for number in range(3):
            issue_code(purpose=CodePurpose.SIGN_IN, subject=f"{number}", now=NOW)
        with pytest.raises(TooManyCodes):
            issue_code(purpose=CodePurpose.TICKET, subject="another", now=NOW)
        assert "ceiling of 3 codes" in caplog.text
        issue_code(purpose=CodePurpose.TICKET, subject="another", now=NOW + timedelta(hours=2))

    def test_many_tickets_cannot_flood_one_mobile(self) -> None:
        ceiling = settings.LIMITS["ticket_codes_per_mobile_hour"]
        tickets = [_ticket(number) for number in range(ceiling + 1)]
        for ticket in tickets[:ceiling]:
            send_ticket_code(ticket=ticket, now=NOW)
        with pytest.raises(TooManyCodes):
            send_ticket_code(ticket=tickets[-1], now=NOW)
        assert Message.objects.filter(template="ticket_code").count() == ceiling
        send_ticket_code(ticket=_ticket(99, mobile="+966500000078"), now=NOW)


def _ticket(number: int, *, mobile: str = MOBILE) -> Ticket:
    return file_ticket(
        details=details(mobile=mobile),
        attachments=[],
        submission_key=f"{number:064d}",
        channel=Channel.WEB,
        language="ar",
        now=NOW,
    )
