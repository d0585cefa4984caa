"""Replies to our SMS: a status to the case's own mobile, a stop of what goes to many."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from beneficiaries.models import Person
from notifications.campaigns import Recipient, prepare_campaign, start_campaign
from notifications.delivery import drain
from notifications.gateways.phone import PhoneGateway
from notifications.models import Message, StoppedNumber, StopWord
from notifications.outbox import queue_for_many, queue_message
from notifications.receipts import take_report
from notifications.replies import Reply, take_reply
from notifications.statuses import Lane, MessageStatus
from notifications.stops import START_WORDS, STOP_WORDS, wish_in
from objections.models import Objection
from objections.statuses import ObjectionStatus
from tests.factories import GROUND, ResultFactory
from tests.personas import head, outsider, sign_in_staff, staff
from tests.sawtak import tickets

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REFERENCE = "4026714838"
TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + "0" * 32
ANSWERS = ("case_status", "case_not_found", "bulk_stopped", "bulk_started")


def reply(sender: str, text: str, *, number: int = 1, at: datetime = NOW) -> None:
    take_reply(Reply("twilio", f"SM{number:032x}", sender, text, at))


def drain_all(lane: Lane, *, at: datetime = NOW) -> list[Message]:
    """Send what is due in a lane; give what the gateway has."""
    drain(lane=lane, gateway=PhoneGateway(), clock=lambda: at)
    return list(Message.objects.filter(lane=lane, status=MessageStatus.SENT))


def answers() -> list[Message]:
    return list(Message.objects.filter(template__in=ANSWERS).order_by("id"))


def objection(person: Person, **facts: Any) -> Objection:
    result = ResultFactory.create(person=person)
    return Objection.objects.create(
        **{
            "reference": REFERENCE,
            "result": result,
            "person": person,
            "filed_by": person,
            "status": ObjectionStatus.SUBMITTED,
            "counted_from": result.announced_on,
            "deadline": result.filing_deadline,
            "opened_at": NOW,
            "submitted_at": NOW,
            **GROUND,
        }
        | facts
    )


class TestStatusOfACase:
    @pytest.mark.parametrize(
        "text", [REFERENCE, "٤٠٢٦٧١٤٨٣٨", " 4026 714838 ", "#4026714838", "\u200f4026714838\u200f"]
    )
    def test_own_mobile_is_told_however_the_number_is_typed(self, text: str) -> None:
        person = head()
        objection(person)
        reply(person.mobile, text)
        [answer] = answers()
        assert (answer.recipient, answer.template) == (person.mobile, "case_status")
        assert answer.body == f"حساب المواطن: الرقم {REFERENCE} حالته قدم. اقرأ الباقي في البوابة."
        assert answer.lane == "cases"
        assert answer.person_id is None

    def test_request_is_told_in_its_language(self) -> None:
        ticket = tickets.file(mobile="+966500000123", language="en")
        reply("+966500000123", ticket.reference)
        [answer] = answers()
        assert ticket.reference in answer.body
        assert "New" in answer.body

    def test_other_mobile_gets_what_an_unknown_number_gets(self) -> None:
        objection(head())
        stranger = outsider().mobile
        with CaptureQueriesContext(connection) as known:
            reply(stranger, REFERENCE)
        later = NOW + timedelta(minutes=10)
        with CaptureQueriesContext(connection) as unknown:
            reply(stranger, "4000000006", number=2, at=later)
        bodies = {answer.body for answer in answers()}
        assert len(answers()) == 2
        assert len(bodies) == 1
        assert REFERENCE not in bodies.pop()
        assert len(known) == len(unknown)

    def test_head_s_number_is_not_told_of_an_adult_s_own_objection(self) -> None:
        person = head()
        objection(outsider())
        reply(person.mobile, REFERENCE)
        assert [answer.template for answer in answers()] == ["case_not_found"]

    @pytest.mark.parametrize(
        "text", ["", "شكرًا", "متى تنزل الدفعة؟", "1000000008", "0500000001", "5"]
    )
    def test_any_other_text_is_answered_by_nothing(self, text: str) -> None:
        reply(head().mobile, text)
        assert not Message.objects.exists()

    @pytest.mark.parametrize("sender", ["", "PORTAL", "+15005550006", "0500000001"])
    def test_nobody_but_a_saudi_mobile_is_answered(self, sender: str) -> None:
        objection(head())
        reply(sender, REFERENCE)
        reply(sender, "STOP", number=2)
        assert not Message.objects.exists()
        assert not StopWord.objects.exists()


class TestLimits:
    def test_one_answer_in_three_minutes(self) -> None:
        person = head()
        objection(person)
        for minute in (0, 1, 2):
            reply(person.mobile, REFERENCE, number=minute, at=NOW + timedelta(minutes=minute))
        assert len(answers()) == 1
        reply(person.mobile, REFERENCE, number=9, at=NOW + timedelta(minutes=4))
        assert len(answers()) == 2

    def test_six_answers_an_hour_and_nobody_else_waits_for_them(self) -> None:
        person, other = head(), outsider()
        objection(person)
        for nth in range(12):
            at = NOW + timedelta(minutes=4 * nth)
            reply(person.mobile, REFERENCE, number=nth, at=at)
        assert len(answers()) == configured.LIMITS["replies_per_mobile_hour"] == 6
        reply(other.mobile, REFERENCE, number=99, at=NOW + timedelta(minutes=44))
        assert len(answers()) == 7

    def test_stop_is_heeded_also_where_nothing_more_is_answered(self) -> None:
        person = head()
        objection(person)
        reply(person.mobile, REFERENCE)
        reply(person.mobile, "STOP", number=2, at=NOW + timedelta(seconds=5))
        assert len(answers()) == 1
        assert StoppedNumber.objects.get().mobile == person.mobile

    def test_repeated_report_of_one_reply_is_one_answer(self) -> None:
        person = head()
        for minute in (0, 10, 20):
            reply(person.mobile, "إيقاف", at=NOW + timedelta(minutes=minute))
        assert len(answers()) == StopWord.objects.count() == 1


class TestWords:
    @pytest.mark.parametrize("word", [*STOP_WORDS, "stop", "Stop.", " ايقاف ", "اوقف", "«إيقاف»"])
    def test_stops(self, word: str) -> None:
        assert (wish_in(word) or ("",))[0] == "stop"

    @pytest.mark.parametrize("word", [*START_WORDS, "start", "ابدا", "إبدأ!"])
    def test_starts(self, word: str) -> None:
        assert (wish_in(word) or ("",))[0] == "start"

    @pytest.mark.parametrize(
        "text", ["", "لا توقف", "please stop calling", "إلغاء", "CANCEL", "إيقاف الاعتراض", "نعم"]
    )
    def test_neither(self, text: str) -> None:
        assert wish_in(text) is None


class TestStop:
    @staticmethod
    def _case(to: str, event: str, template: str = "objection_taken", **facts: Any) -> None:
        values = {"reference": REFERENCE} if template == "objection_taken" else {"code": "048213"}
        queue_message(
            event=event, to=to, template=template, values=values, language="ar", now=NOW, **facts
        )

    @staticmethod
    def _campaign(*mobiles: str, key: str = "2026-11") -> Any:
        return prepare_campaign(
            key=key,
            name=key,
            template="results_announced",
            values={language: {"cycle": "x"} for language in ("ar", "en")},
            recipients=[Recipient(f"announced:{key}", mobile) for mobile in mobiles],
            prepared_by=staff("approver"),
            now=NOW,
        )

    @staticmethod
    def _reminders(*mobiles: str) -> int:
        with transaction.atomic():
            return queue_for_many(
                event="closing:result14:2026-12-08",
                recipients="SELECT unnest(%(numbers)s::varchar[]) AS mobile, 'ar' AS language",
                facts={"numbers": list(mobiles)},
                template="result_closing",
                values={language: {"last_day": "x"} for language in ("ar", "en")},
                now=NOW,
            )

    @staticmethod
    def _closing(*people: Person) -> None:
        for person in people:
            ResultFactory.create(
                person=person, announced_on=date(2026, 9, 9), filing_deadline=date(2026, 12, 8)
            )

    def test_word_is_kept_with_its_time_and_not_the_text(self) -> None:
        person = head()
        reply(person.mobile, " ايقاف. ")
        word = StopWord.objects.get()
        assert (word.mobile, word.word, word.is_stop, word.at) == (
            person.mobile,
            "إيقاف",
            True,
            NOW,
        )
        [answer] = answers()
        assert (answer.template, answer.language) == ("bulk_stopped", "ar")

    def test_campaigns_and_reminders_leave_the_number_out(self) -> None:
        stopped, other = head(), outsider()
        reply(stopped.mobile, "STOP")
        campaign = self._campaign(stopped.mobile, other.mobile)
        assert campaign.recipients == 1
        assert self._reminders(stopped.mobile, other.mobile) == 1
        bulk = Message.objects.exclude(template__in=ANSWERS)
        assert set(bulk.values_list("recipient", flat=True)) == {other.mobile}

    def test_what_waits_for_the_number_is_cancelled(self) -> None:
        person = head()
        self._campaign(person.mobile)
        self._reminders(person.mobile)
        reply(person.mobile, "STOP")
        bulk = Message.objects.exclude(template__in=ANSWERS)
        assert {message.status for message in bulk} == {MessageStatus.CANCELLED}

    def test_stop_while_a_campaign_is_prepared_holds_at_its_start(self) -> None:
        stopped, other = head(), outsider()
        campaign = self._campaign(stopped.mobile, other.mobile)
        StoppedNumber.objects.create(mobile=stopped.mobile, since=NOW, word="STOP")
        start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
        assert dict(Message.objects.values_list("recipient", "status")) == {
            stopped.mobile: MessageStatus.CANCELLED,
            other.mobile: MessageStatus.HELD,
        }

    def test_stop_while_a_reminder_is_being_queued_holds_when_it_leaves(self) -> None:
        person, other = head(), outsider()
        self._closing(person, other)
        self._reminders(person.mobile, other.mobile)
        # As where the one transaction did not see the other.
        StoppedNumber.objects.create(mobile=person.mobile, since=NOW, word="STOP")
        assert [message.recipient for message in drain_all(Lane.REMINDERS)] == [other.mobile]
        stopped = Message.objects.get(recipient=person.mobile)
        assert stopped.status == MessageStatus.CANCELLED

    def test_reminder_that_found_the_mobile_off_does_not_come_after_a_stop(self) -> None:
        person = head()
        self._closing(person)
        self._reminders(person.mobile)
        [message] = drain_all(Lane.REMINDERS)
        reply(person.mobile, "STOP")
        take_report(
            gateway="phone",
            gateway_id=message.gateway_id,
            reported="undelivered",
            status=MessageStatus.FAILED,
            error="30003",
            is_worth_a_later_try=True,
            now=NOW,
        )
        message.refresh_from_db()
        assert message.status == MessageStatus.QUEUED
        assert drain_all(Lane.REMINDERS, at=NOW + timedelta(hours=5)) == []
        message.refresh_from_db()
        assert message.status == MessageStatus.CANCELLED

    def test_codes_and_case_updates_go_out_all_the_same(self) -> None:
        person = head()
        with transaction.atomic():
            self._case(person.mobile, "a")
        reply(person.mobile, "STOP")
        with transaction.atomic():
            self._case(person.mobile, "b")
            self._case(person.mobile, "c", "sign_in_code")
        services = Message.objects.filter(event__in=("a", "b", "c"))
        assert {message.status for message in services} == {MessageStatus.QUEUED}
        sent = [*drain_all(Lane.CASES), *drain_all(Lane.CODES)]
        assert {"a", "b", "c"} <= {message.event for message in sent}

    def test_start_brings_them_back(self) -> None:
        person = head()
        reply(person.mobile, "إيقاف")
        reply(person.mobile, "ابدأ", number=2, at=NOW + timedelta(minutes=5))
        assert not StoppedNumber.objects.exists()
        assert [word.is_stop for word in StopWord.objects.order_by("id")] == [True, False]
        assert self._campaign(person.mobile).recipients == 1

    def test_skipping_costs_no_statement_for_a_number(self) -> None:
        self._campaign(outsider().mobile, key="2026-0")  # what is read once in a process
        counts = []
        for numbers in (1, 30):
            for nth in range(numbers):
                StoppedNumber.objects.create(
                    mobile=f"+9665{numbers:03}{nth:05}", since=NOW, word="STOP"
                )
            mobiles = [f"+9665{numbers:03}{nth:05}" for nth in range(numbers)]
            with CaptureQueriesContext(connection) as captured:
                self._campaign(*mobiles, key=f"2026-{numbers}")
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestTwilio:
    @pytest.fixture(autouse=True)
    def _account(self, settings: Settings) -> None:
        settings.TWILIO_AUTH_TOKEN = TOKEN
        settings.TWILIO_ACCOUNT_SID = ACCOUNT
        settings.PUBLIC_URL = "https://portal.example.sa"

    @staticmethod
    def _post(client: Client, *, signed: bool = True, **facts: str) -> Any:
        path = "/sms/twilio/inbound/"
        values = {
            "AccountSid": ACCOUNT,
            "MessageSid": f"SM{7:032x}",
            "From": "+966500000001",
            "To": "+966500000000",
            "Body": "STOP",
        } | facts
        url = configured.PUBLIC_URL + path
        signature = RequestValidator(TOKEN).compute_signature(url, values) if signed else "AAAA"
        return client.post(path, values, headers={"x-twilio-signature": signature})

    def test_signed_reply_is_heeded_and_acknowledged_the_same_for_all(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        first = self._post(client)
        second = self._post(client, MessageSid=f"SM{8:032x}", Body="hello")
        assert first.status_code == second.status_code == 200
        assert first.content == second.content == b"<Response/>"
        assert StoppedNumber.objects.count() == 1
        assert "500000001" not in caplog.text
        assert "hello" not in caplog.text

    def test_unsigned_one_changes_nothing(self, client: Client) -> None:
        assert self._post(client, signed=False).status_code == 403
        assert not StopWord.objects.exists()

    @pytest.mark.parametrize("facts", [{"AccountSid": "AC" + "1" * 32}, {"MessageSid": "x"}])
    def test_one_of_another_account_is_refused(self, client: Client, facts: dict[str, str]) -> None:
        assert self._post(client, **facts).status_code == 400
        assert not StopWord.objects.exists()

    def test_with_no_token_nothing_is_taken(self, client: Client, settings: Settings) -> None:
        settings.TWILIO_AUTH_TOKEN = ""
        assert self._post(client).status_code == 403


def test_staff_see_it_on_the_person_and_on_the_message(client: Client) -> None:
    person = head()
    reply(person.mobile, "إيقاف")
    sign_in_staff(client, "supervisor")
    for page in (
        reverse("admin:beneficiaries_person_change", args=[person.pk]),
        reverse("admin:notifications_message_change", args=[Message.objects.get().pk]),
    ):
        text = client.get(page).content.decode()
        assert "التذكيرات والإعلانات موقوفة" in text
        assert "«<bdi>إيقاف</bdi>»" in text
