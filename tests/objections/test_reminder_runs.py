"""Reminders: how they are found, a run that breaks off, and the schedule."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from celery.schedules import crontab
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult, Person
from notifications.models import Message
from objections.models import Objection, ReminderRound
from objections.schedule import beat_schedule
from objections.services import queue_reminders, reminders
from objections.tasks import remind
from portal.celery import app
from saudi.gregorian import RIYADH
from tests.objections.cases import draft, result_of, riyadh, submitted
from tests.objections.reminding import (
    BEFORE_3,
    BEFORE_14,
    LAST_DAY,
)
from tests.personas import head
from tests.plans import plan_of

pytestmark = pytest.mark.django_db


# How it is found ---------------------------------------------------------------------


def test_statements_follow_the_batches_and_not_the_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def statements(people: int) -> int:
        Message.objects.all().delete()
        ReminderRound.objects.all().delete()
        for _ in range(people):
            result_of(head())
        with CaptureQueriesContext(connection) as caught:
            queue_reminders(now=BEFORE_14)
        return len(caught)

    few = statements(2)
    assert statements(40) == few
    monkeypatch.setattr(reminders, "BATCH", 10)
    assert statements(0) > few
    assert Message.objects.count() == 42


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (reminders._RESULTS_AHEAD, "result_closing"),
        (reminders._RESULTS_OF_BATCH, "result_closing"),
        (reminders._RESULTS_AT_NUMBERS, "person_mobile"),
        (reminders._DRAFTS_AT_NUMBERS, "person_mobile"),
    ],
    ids=["results-ahead", "results", "results-at-numbers", "drafts-at-numbers"],
)
def test_what_is_due_is_found_by_an_index(statement: str, index: str) -> None:
    people = [head() for _ in range(200)]
    for person in people:
        result_of(person)
    few = EligibilityResult.objects.filter(person__in=people[:5]).values("pk")
    EligibilityResult.objects.exclude(pk__in=few).update(
        filing_deadline=LAST_DAY + timedelta(days=30)
    )
    facts = reminders._facts(LAST_DAY, today=BEFORE_14.date())
    # Ten of the two hundred rows, whatever number the first one has.
    first = EligibilityResult.objects.order_by("pk").values_list("pk", flat=True)[0]
    facts |= {"after": first - 1, "upto": first + 9, "batch": 10, "numbers": [people[0].mobile]}
    tables = (Person, EligibilityResult, Objection)
    plan = plan_of(statement, facts, of=tables, without=("seqscan", "bitmapscan"))
    assert index in plan
    assert "Seq Scan on beneficiaries_eligibilityresult" not in plan


def test_run_without_anything_due_is_a_handful_of_statements(
    django_assert_num_queries: Any,
) -> None:
    queue_reminders(now=BEFORE_14)
    with django_assert_num_queries(3):
        queue_reminders(now=BEFORE_14)


def test_filing_pays_nothing_for_reminders() -> None:
    person = head()
    written = draft(result_of(person), person)
    queue_reminders(now=BEFORE_3)
    with CaptureQueriesContext(connection) as caught:
        submitted(written.contested, person, now=BEFORE_3)
    touching = [query["sql"] for query in caught if "notifications_message" in query["sql"]]
    assert len(touching) == 1
    assert "INSERT" in touching[0]


def test_broken_off_run_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [head() for _ in range(25)]
    for person in people:
        result_of(person)
    monkeypatch.setattr(reminders, "BATCH", 10)
    real, calls = reminders.queue_for_many, 0

    def dies_in_the_second(**facts: Any) -> int:
        nonlocal calls
        calls += 1
        queued = real(**facts)
        if calls == 2:
            raise KeyboardInterrupt
        return queued

    monkeypatch.setattr(reminders, "queue_for_many", dies_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        queue_reminders(now=BEFORE_14)
    assert Message.objects.count() == 10
    monkeypatch.setattr(reminders, "queue_for_many", real)
    assert queue_reminders(now=BEFORE_14 + timedelta(days=1)) == 15
    assert set(Message.objects.values_list("recipient", flat=True)) == {
        person.mobile for person in people
    }
    kept = ReminderRound.objects.get(kind="result14", closes_on=LAST_DAY)
    assert (kept.queued, kept.finished_at) == (25, BEFORE_14 + timedelta(days=1))
    assert str(kept) == "result14 of 2027-01-27"


def test_run_ends_when_its_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        result_of(head())
    monkeypatch.setattr(reminders, "BATCH", 1)
    asked = iter([False, False, True])
    morning = riyadh("2027-01-27 10:00:00")
    first = queue_reminders(now=morning, is_over=lambda: next(asked, True))
    assert first < 3
    assert first + queue_reminders(now=riyadh("2027-01-27 10:10:00")) == 3


# The schedule ------------------------------------------------------------------------


def test_schedule_runs_the_task_that_exists() -> None:
    entry = beat_schedule()["queue-reminders"]
    assert entry["task"] in app.tasks
    assert remind.name == entry["task"]
    assert entry["options"]["queue"] == "default"
    assert "eta" not in entry["options"]


def test_first_run_of_a_day_is_at_nine_in_riyadh(settings: Any) -> None:
    schedule = beat_schedule()["queue-reminders"]["schedule"]
    assert isinstance(schedule, crontab)
    bound = crontab(
        minute=schedule._orig_minute,
        hour=schedule._orig_hour,
        app=app,
        nowfun=lambda: datetime.fromisoformat("2027-01-12T17:51:00+00:00"),
    )
    assert str(app.conf.timezone) == settings.TIME_ZONE == str(RIYADH)
    last = datetime.fromisoformat("2027-01-12T17:50:00+00:00")
    start, wait, _now = bound.remaining_delta(last)
    assert (start + wait).astimezone(RIYADH) == BEFORE_14


def test_task_queues_what_is_due_and_twice_nothing_more() -> None:
    result_of(head())
    with time_machine.travel(BEFORE_14, tick=True):
        assert (remind(), remind()) == (1, 0)


def test_command_queues_what_is_due_and_says_how_much() -> None:
    result_of(head())
    said = StringIO()
    with time_machine.travel(BEFORE_14, tick=True):
        call_command("send_reminders", stdout=said)
        call_command("send_reminders", stdout=said)
    assert said.getvalue() == "Queued 1 reminders.\nQueued 0 reminders.\n"
