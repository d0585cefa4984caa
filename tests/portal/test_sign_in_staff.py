"""Signing in to the staff site: the lock, who may open it, and what is never told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from access.models import StaffSignInEvent
from beneficiaries.models import User
from tests.personas import sign_in_staff, staff

pytestmark = pytest.mark.django_db

LOGIN = "/en/admin/login/"
PASSWORD = "a-Password-nobody-guesses"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _facts(settings: Settings):
    """Hash quickly, freeze the time, and lock after three wrong passwords from anywhere."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LIMITS = settings.LIMITS | {"staff_passwords_anywhere_hour": 3}
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agent() -> User:
    user = staff("agent", username="agent")
    user.set_password(PASSWORD)
    user.save()
    return user


def try_password(client: Client, password: str, *, name: str = "agent", at: str = "203.0.113.1"):
    return client.post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=at)


def lock(name: str = "agent") -> None:
    for number in range(3):
        try_password(Client(), "wrong", name=name, at=f"198.51.100.{number}")


def text(response: HttpResponse) -> str:
    plain = unescape(response.content.decode())
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", plain)


def account(user: User) -> str:
    return reverse("admin:beneficiaries_user_change", args=[user.pk])


def unlock_address(user: User) -> str:
    return reverse("admin:beneficiaries_user_unlock", args=[user.pk])


class TestLock:
    def test_right_password_is_refused_with_the_time_from_which_it_works(
        self, client: Client, agent: User
    ) -> None:
        lock()
        refused = try_password(client, PASSWORD)
        assert "Too many wrong tries. Try again after 1:05\u00a0PM." in text(refused)
        assert "_auth_user_id" not in client.session
        with time_machine.travel(datetime(2026, 11, 24, 10, 5, tzinfo=UTC), tick=False):
            assert try_password(client, PASSWORD).status_code == 302

    def test_browser_in_which_the_owner_signed_in_before_still_opens(
        self, client: Client, agent: User
    ) -> None:
        assert try_password(client, PASSWORD).status_code == 302
        assert client.cookies["staff_device"]["httponly"]
        client.post("/en/admin/logout/")
        lock()
        assert try_password(client, PASSWORD).status_code == 302

    def test_a_written_or_borrowed_cookie_opens_nothing(self, client: Client, agent: User) -> None:
        staff("supervisor", username="other")
        other = Client()
        sign_in_as_other = User.objects.get(username="other")
        sign_in_as_other.set_password(PASSWORD)
        sign_in_as_other.save()
        assert try_password(other, PASSWORD, name="other").status_code == 302
        lock()
        for cookie in ("abc:def", other.cookies["staff_device"].value):
            client.cookies["staff_device"] = cookie
            assert try_password(client, PASSWORD).status_code == 200


class TestExistenceIsNotTold:
    """DOMAIN 17, for the names of staff."""

    def test_pages_statements_and_hashing_are_the_same(
        self, agent: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed = []
        encode = MD5PasswordHasher.encode

        def counting(self, password, salt):
            hashed.append(password)
            return encode(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
        walks = []
        for name in ("agent", "agenz"):
            hashed.clear()
            seen = []
            with CaptureQueriesContext(connection) as queries:
                for number in range(5):
                    answer = try_password(Client(), "wrong", name=name, at=f"192.0.2.{number}")
                    seen.append((answer.status_code, text(answer).replace(name, "NAME")))
            kinds = [query["sql"].split(maxsplit=1)[0] for query in queries]
            walks.append((seen, kinds, len(hashed)))
        assert walks[0] == walks[1]
        assert walks[0][2] == 3


class TestUnlocking:
    def test_an_administrator_sees_the_lock_and_opens_it(self, client: Client, agent: User) -> None:
        lock()
        boss = sign_in_staff(client, "administrator", display_name="مدير التجربة")
        page = text(client.get(account(agent)))
        assert "This account is locked" in page
        assert "198.51.100.2" in page
        assert client.post(unlock_address(agent)).url == account(agent)
        page = text(client.get(account(agent)))
        assert "This account is locked" not in page
        assert "مدير التجربة" in page
        assert StaffSignInEvent.objects.get(outcome="unlocked").by == boss
        assert LogEntry.objects.get().user_id == boss.pk
        assert try_password(Client(), PASSWORD).status_code == 302

    @pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", None])
    def test_nobody_else_opens_it(self, client: Client, agent: User, role: str | None) -> None:
        lock()
        sign_in_staff(client, role)
        assert client.post(unlock_address(agent)).status_code == 403
        assert try_password(Client(), PASSWORD).status_code == 200

    def test_the_auditor_reads_who_tried(self, client: Client, agent: User) -> None:
        lock()
        sign_in_staff(client, "auditor")
        page = text(client.get(account(agent)))
        assert "198.51.100.2" in page
        assert unlock_address(agent) not in page

    def test_an_address_alone_opens_nothing(self, client: Client, agent: User) -> None:
        lock()
        sign_in_staff(client, "administrator")
        assert client.get(unlock_address(agent)).url == account(agent)
        assert "This account is locked" in text(client.get(account(agent)))

    def test_account_of_a_superuser_is_not_in_an_administrators_hands(self, client: Client) -> None:
        root = staff(is_superuser=True, username="root")
        sign_in_staff(client, "administrator")
        assert client.post(unlock_address(root)).status_code == 403
