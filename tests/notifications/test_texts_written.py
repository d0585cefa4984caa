"""Wordings of the SMS: which one a message is written with."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.campaigns import Recipient, prepare_campaign
from notifications.catalogue import template_of
from notifications.models import Message, SmsText
from notifications.outbox import queue_for_many, queue_message
from notifications.texts import wording
from tests import personas
from tests.notifications.wordings import KEY, NEW, NOW, approve, propose


def queue(event: str = "e1", language: str = "ar", to: str = "+966500000001") -> str:
    with transaction.atomic():
        queue_message(
            event=event,
            to=to,
            template=KEY,
            values={"code": "048213"},
            language=language,
            now=NOW,
        )
    return Message.objects.get(event=event).body


class Clock:
    """The process's clock, moved by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, wordings_table: None) -> Clock:
    made = Clock()
    monkeypatch.setattr(wording.time, "monotonic", made)
    return made


def statements(event: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        queue(event)
    return [query["sql"] for query in captured if "notifications_" in query["sql"]]


def put(texts: Mapping[str, str]) -> SmsText:
    """Put an approved wording there as another process does: this one is not told."""
    return SmsText.objects.create(
        template=KEY,
        text_ar=texts["ar"],
        text_en=texts["en"],
        why="نص",
        proposed_by=personas.staff(),
        proposed_at=NOW,
        decision="approved",
        decided_by=personas.staff(),
        decided_at=NOW,
    )


@pytest.mark.django_db
class TestWhatAMessageIsWrittenWith:
    def test_the_approved_wording_is_in_every_message(self, clock: Clock) -> None:
        put(NEW)
        assert queue("a") == "حساب المواطن: رمزك للدخول 048213. لا تعطه لأحد."
        english = queue("b", language="en")
        assert english == (
            "Citizen Account: use the code 048213 to sign in. Do not give it to anyone."
        )

    def test_one_statement_a_message_and_one_read_in_half_a_minute(self, clock: Clock) -> None:
        queue("a")
        kept = [statements(f"b{number}") for number in range(5)]
        assert [len(each) for each in kept] == [2] * 5  # the row, and the test's own look at it
        clock.now += wording.REFRESH_SECONDS
        assert len(statements("c")) == 3
        assert len(statements("d")) == 2

    def test_a_new_wording_counts_after_half_a_minute(self, clock: Clock) -> None:
        queue("a")
        put(NEW)
        clock.now += wording.REFRESH_SECONDS - 1
        assert "رمز الدخول" in queue("b")
        clock.now += 1
        assert "رمزك للدخول" in queue("c")
        assert "رمز الدخول" in Message.objects.get(event="b").body

    def test_who_approves_sees_it_at_once(
        self, clock: Clock, django_capture_on_commit_callbacks: Any
    ) -> None:
        queue("a")
        with django_capture_on_commit_callbacks(execute=True):
            approve(propose())
        assert "رمزك للدخول" in queue("b")

    def test_a_return_to_the_default_follows_the_catalogue(self, clock: Clock) -> None:
        put(NEW)
        approve(propose(template_of(KEY).texts))
        assert "رمز الدخول" in queue("a")

    def test_nothing_is_checked_while_the_stamp_stays(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(NEW)
        queue("a")
        monkeypatch.setattr(wording, "_fitting", lambda rows: pytest.fail("checked again"))
        clock.now += wording.REFRESH_SECONDS
        assert "رمزك للدخول" in queue("b")

    def test_while_the_read_fails_the_last_known_wording_is_used(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        put(NEW)
        queue("a")
        asked = []

        def fail() -> list[SmsText]:
            asked.append(1)
            raise OperationalError("away")

        monkeypatch.setattr(wording, "_read", fail)
        clock.now += wording.REFRESH_SECONDS
        with caplog.at_level(logging.WARNING):
            assert "رمزك للدخول" in queue("b")
            assert "رمزك للدخول" in queue("c")
        assert len(asked) == 1
        assert "could not be read" in caplog.text

    def test_a_failed_first_read_leaves_the_catalogue_and_the_change(
        self, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> list[SmsText]:
            with connection.cursor() as cursor:
                cursor.execute("SELECT no_such_column FROM notifications_smstext")
            return []

        put(NEW)
        monkeypatch.setattr(wording, "_read", fail)
        assert "رمز الدخول" in queue("a")

    @pytest.mark.parametrize(
        "text",
        ["{programme.__class__} {code}", "{code}", "بلا رمز", "{code} " + "ا" * 200],
    )
    def test_a_wording_that_does_not_fit_is_passed_over(
        self, clock: Clock, caplog: pytest.LogCaptureFixture, text: str
    ) -> None:
        put({"ar": text, "en": NEW["en"]})
        with caplog.at_level(logging.ERROR):
            assert queue("a") == "حساب المواطن: رمز الدخول 048213. لا تعطه لأحد."
        assert "no longer fits" in caplog.text

    def test_a_wording_of_a_message_that_is_gone_is_passed_over(self, clock: Clock) -> None:
        put(NEW)
        SmsText.objects.create(
            template="gone",
            text_ar="ن",
            text_en="t",
            why="w",
            proposed_by=personas.staff(),
            proposed_at=NOW,
            decision="approved",
            decided_by=personas.staff(),
            decided_at=NOW,
        )
        assert "رمزك للدخول" in queue("a")

    def test_an_unknown_person_costs_the_same_and_the_code_stays_hidden(self, clock: Clock) -> None:
        put(NEW)
        assert "048213" not in queue("a", to="")
        assert "رمزك للدخول" in Message.objects.get(event="a").body

    def test_a_campaign_is_written_with_the_wording_that_counts(self, clock: Clock) -> None:
        texts = {
            "ar": "{programme}: خرجت نتيجة أهليتك لدورة {cycle}. اقرأها في ملفك.",
            "en": "{programme}: your result for {cycle} is out. Sign in to read it.",
        }
        approve(propose(texts, key="results_announced"))
        prepare_campaign(
            key="k",
            name="n",
            template="results_announced",
            values={"ar": {"cycle": "يناير 2027"}, "en": {"cycle": "January 2027"}},
            recipients=[Recipient("r1", "+966500000001")],
            prepared_by=personas.staff(),
            now=NOW,
        )
        assert Message.objects.get().body == (
            "حساب المواطن: خرجت نتيجة أهليتك لدورة يناير 2027. اقرأها في ملفك."
        )


def test_while_one_thread_reads_the_others_go_on(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "_refresh", lambda: None)
    wording.wording_of(KEY)
    clock.now += wording.REFRESH_SECONDS
    monkeypatch.setattr(wording, "_refresh", lambda: pytest.fail("two read"))
    with wording._Known.lock:
        assert wording.wording_of(KEY) is template_of(KEY)


@pytest.mark.django_db
def test_one_message_for_many_is_written_with_the_wording_that_counts(clock: Clock) -> None:
    put(NEW)
    with transaction.atomic():
        queue_for_many(
            event="m",
            recipients="SELECT %(mobile)s AS mobile, 'ar' AS language",
            facts={"mobile": "+966500000001"},
            template=KEY,
            values={"ar": {"code": "048213"}, "en": {"code": "048213"}},
            now=NOW,
        )
    assert "رمزك للدخول" in Message.objects.get().body
