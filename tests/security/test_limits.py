"""Guessing and flooding: what stops them, and that it stops nobody else."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from access import limits
from access.codes import issue_code
from access.errors import CodeSentRecently, LimitReached, TooManyCodes
from access.models import CodePurpose
from notifications.errors import NotASaudiMobile
from notifications.models import Message
from notifications.outbox import queue_message
from portal.sign_in import OPEN_CODES, give_back_codes, send_sign_in_code
from saudi.checks import luhn_check_digit
from sawtak.models import Channel, Ticket
from sawtak.services import file_ticket, send_ticket_code
from tests.personas import head, staff
from tests.sawtak.tickets import details, form

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
    """O19: what 200 requests send, and that every honest person gets in."""

    @staticmethod
    def _ask(national_id: str, at: datetime, address: str = "203.0.113.1") -> str:
        try:
            send_sign_in_code(national_id=national_id, address=address, language="ar", now=at)
        except (CodeSentRecently, TooManyCodes, LimitReached) as refusal:
            return type(refusal).__name__
        return "sent"

    def test_200_requests_for_one_person_in_ten_minutes_send_five(self) -> None:
        person = head(mobile=MOBILE)
        times = [NOW + timedelta(seconds=3 * number) for number in range(200)]
        answers = Counter(self._ask(person.national_id, at) for at in times)
        assert answers == {"sent": 5, "CodeSentRecently": 95, "TooManyCodes": 100}
        sent = list(Message.objects.order_by("id").values_list("queued_at", flat=True))
        assert sent == [NOW + timedelta(seconds=60 * number) for number in range(5)]

    def test_200_people_asked_for_from_one_address_send_a_hundred(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        ids = [_national_id(number) for number in range(200)]
        answers = [self._ask(national_id, NOW) for national_id in ids]
        assert answers == ["sent"] * 100 + ["LimitReached"] * 100
        assert Message.objects.count() == 100
        assert "one address reached the ceiling of 100 open sign-in codes" in caplog.text

    def test_300_people_who_sign_in_behind_one_address_all_get_in(self) -> None:
        for number in range(300):
            at = NOW + timedelta(seconds=number)
            assert self._ask(_national_id(number), at) == "sent"
            give_back_codes(addresses=["203.0.113.1"], now=at)
        assert limits.current(OPEN_CODES, "203.0.113.1", now=NOW + timedelta(minutes=5)) == 0

    def test_log_warns_before_the_ceiling_over_everybody(
        self, settings: Settings, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.LIMITS = settings.LIMITS | {"codes_hour": 5}
        for number in range(3):
            issue_code(purpose=CodePurpose.SIGN_IN, subject=f"{number}", now=NOW)
        assert "for everybody" not in caplog.text
        issue_code(purpose=CodePurpose.SIGN_IN, subject="another", now=NOW)
        assert "80 % of the hour's 5 codes for everybody are used" in caplog.text

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


class TestForeignNumbers:
    """O19 d: nothing is written for a number that is no Saudi mobile, wherever it is typed."""

    NUMBERS = ("+201000000001", "+882160000001", "+19005550100")

    @pytest.mark.parametrize("number", NUMBERS)
    @pytest.mark.parametrize("path", ["/sawtak/new/", "/contact/"])
    def test_public_forms_refuse_it_and_keep_the_text(
        self, client: Client, path: str, number: str
    ) -> None:
        data = form(mobile=number, name="ناصر", subject="سؤال")
        response = client.post(path, data)
        assert response.status_code == 200
        assert data["message"] in response.content.decode()
        assert not Message.objects.exists()
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize("number", NUMBERS)
    def test_outbox_itself_refuses_it(self, number: str) -> None:
        with pytest.raises(NotASaudiMobile):
            queue_message(
                event="e",
                to=number,
                template="sign_in_code",
                values={"code": "048213"},
                language="ar",
                now=NOW,
            )
        assert not Message.objects.exists()


class TestConfirmations:
    """O19 e: a hundred requests with somebody else's mobile."""

    def test_all_are_accepted_and_ten_sms_go_out(self, client: Client) -> None:
        for number in range(100):
            answer = client.post(
                "/sawtak/new/",
                form(message=f"سؤال {number}", mobile="0500000077"),
                REMOTE_ADDR=f"203.0.113.{number}",
            )
            assert answer.status_code == 302
        assert Ticket.objects.count() == 100
        assert Message.objects.count() == 10

    def test_page_of_one_beyond_says_its_number_and_that_no_message_comes(
        self, client: Client, settings: Settings
    ) -> None:
        settings.LIMITS = settings.LIMITS | {"ticket_sms_per_mobile_hour": 1}
        pages = []
        for token in ("1", "2"):
            page = client.post(
                "/en/sawtak/new/", form(token=token, message=f"سؤال {token}")
            ).headers["Location"]
            pages.append(client.get(page).content.decode())
        first, second = Ticket.objects.order_by("id").values_list("reference", flat=True)
        assert first in pages[0]
        assert "We sent it to" in pages[0]
        assert second in pages[1]
        assert "Write down its number" in pages[1]
        assert "We sent it to" not in pages[1]

    def test_an_hour_later_the_number_is_told_again(self) -> None:
        for number in range(11):
            _ticket(number)
        assert Message.objects.count() == 10
        _ticket(11, now=NOW + timedelta(minutes=65))
        assert Message.objects.count() == 11


def _national_id(number: int) -> str:
    body = f"1{number:08d}"
    return body + luhn_check_digit(body)


def _ticket(number: int, *, mobile: str = MOBILE, now: datetime = NOW) -> Ticket:
    return file_ticket(
        details=details(mobile=mobile),
        attachments=[],
        submission_key=f"{number:064d}",
        channel=Channel.WEB,
        language="ar",
        now=now,
    )
