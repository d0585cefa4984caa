"""Reminders: who gets one, when, once, and who does not any more (DOMAIN 4, docs/adr/0016)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from celery.schedules import crontab
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult, Person
from beneficiaries.statuses import ResultStatus
from notifications.models import Message
from notifications.statuses import Lane, MessageStatus
from objections.models import Objection, ReminderRound
from objections.schedule import beat_schedule
from objections.services import open_draft, queue_reminders, reminders
from objections.statuses import ObjectionStatus
from objections.tasks import remind
from portal.celery import app
from saudi.gregorian import RIYADH, end_of_day
from saudi.hijri import HijriDate
from tests.factories import PaymentLineFactory, ResultFactory
from tests.objections.cases import NOW, draft, result_of, riyadh, submitted
from tests.objections.reminding import (
    BEFORE_1,
    BEFORE_3,
    BEFORE_14,
    DRAFT_1,
    DRAFT_3,
    LAST_DAY,
    RESULT,
    reminded,
    sent_at,
)
from tests.personas import adult_of, child_of, head

pytestmark = pytest.mark.django_db


# When ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "not_before"),
    [
        pytest.param("2027-01-12 20:59:59", None, id="15-days-before"),
        pytest.param("2027-01-12 21:00:00", "2027-01-13 09:00:00", id="evening-before"),
        pytest.param("2027-01-13 00:30:00", "2027-01-13 09:00:00", id="half-past-midnight"),
        pytest.param("2027-01-13 08:59:59", "2027-01-13 09:00:00", id="08:59"),
        pytest.param("2027-01-13 09:00:00", "2027-01-13 09:00:00", id="09:00"),
        pytest.param("2027-01-13 20:59:59", "2027-01-13 20:59:59", id="20:59"),
        pytest.param("2027-01-13 21:00:00", "2027-01-14 09:00:00", id="21:00"),
        pytest.param("2027-01-14 10:00:00", "2027-01-14 10:00:00", id="missed-a-day"),
        pytest.param("2027-01-27 20:59:59", "2027-01-27 20:59:59", id="last-day"),
        pytest.param("2027-01-27 21:00:00", None, id="last-evening"),
        pytest.param("2027-01-28 00:00:00", None, id="too-late"),
    ],
)
def test_result_is_reminded_of_from_the_fourteenth_day_before(
    now: str, not_before: str | None
) -> None:
    result_of(head())
    assert queue_reminders(now=riyadh(now)) == (0 if not_before is None else 1)
    if not_before is not None:
        message = Message.objects.get()
        assert (message.lane, message.status) == (Lane.REMINDERS, MessageStatus.QUEUED)
        assert message.not_before == riyadh(not_before)
        assert message.expires_at == end_of_day(LAST_DAY)


def test_day_is_that_of_riyadh_whatever_the_zone_of_the_instant() -> None:
    result_of(head())
    assert queue_reminders(now=datetime.fromisoformat("2027-01-12T17:59:59+00:00")) == 0
    assert queue_reminders(now=datetime.fromisoformat("2027-01-12T21:30:00+00:00")) == 1


def test_reminder_comes_once_whatever_runs_again() -> None:
    result_of(head())
    assert queue_reminders(now=BEFORE_14) == 1
    for hours in range(0, 24 * 16, 5):
        assert queue_reminders(now=BEFORE_14 + timedelta(hours=hours)) == 0
    assert Message.objects.count() == 1


def test_new_number_brings_no_second_reminder() -> None:
    person = head()
    result_of(person)
    queue_reminders(now=BEFORE_14)
    Person.objects.filter(pk=person.pk).update(mobile="+966500009999")
    assert queue_reminders(now=BEFORE_14 + timedelta(days=1)) == 0


def test_what_waited_beyond_the_last_day_never_leaves() -> None:
    result_of(head())
    queue_reminders(now=riyadh("2027-01-27 12:00:00"))
    assert sent_at(riyadh("2027-01-28 09:00:00")) == []
    assert Message.objects.get().status == MessageStatus.EXPIRED


def test_nothing_leaves_at_night() -> None:
    person = head()
    result_of(person)
    queue_reminders(now=BEFORE_14)
    assert sent_at(riyadh("2027-01-13 21:00:00")) == []
    assert sent_at(riyadh("2027-01-14 08:59:59")) == []
    assert sent_at(riyadh("2027-01-14 09:00:00")) == [person.mobile]


# What it says --------------------------------------------------------------------


@pytest.mark.parametrize("now", [BEFORE_14, BEFORE_14 + timedelta(days=6)])
def test_text_names_the_last_day_in_both_calendars_whatever_the_day(now: datetime) -> None:
    result_of(head())
    result_of(head(language="en"))
    queue_reminders(now=now)
    arabic, english = Message.objects.order_by("language")
    assert arabic.body == (
        "حساب المواطن: تستطيع الاعتراض على نتيجة في ملفك حتى نهاية يوم "
        "الأربعاء 19 شعبان 1448\u00a0هـ، الموافق 27 يناير 2027\u00a0م."
    )
    assert english.body == (
        "Citizen Account: you can object to a result in your file until the end of "
        "Wednesday 27 January 2027 (19 Sha'ban 1448 AH)."
    )


# Who gets it ---------------------------------------------------------------------


def test_adult_is_told_at_their_own_number_and_a_child_through_the_head() -> None:
    person = head()
    adult = adult_of(person)
    result_of(adult)
    result_of(child_of(person))
    assert reminded(BEFORE_14) == {(RESULT, adult.mobile), (RESULT, person.mobile)}


def test_household_gets_one_message_for_one_last_day() -> None:
    person = head()
    for somebody in (person, child_of(person), child_of(person), adult_of(person, mobile="")):
        result_of(somebody)
    assert reminded(BEFORE_14) == {(RESULT, person.mobile)}


def test_another_last_day_is_another_message() -> None:
    person = head()
    result_of(person)
    ResultFactory.create(person=person, cycle__code="2026-11", announced_on=date(2026, 10, 30))
    assert reminded(BEFORE_14 + timedelta(days=1)) == {
        (RESULT, person.mobile),
        ("closing:result14:2027-01-28", person.mobile),
    }


def test_minor_with_a_mobile_is_told_through_the_head_who_alone_may_object() -> None:
    person = head()
    result_of(child_of(person, mobile="+966500007777"))
    assert reminded(BEFORE_14) == {(RESULT, person.mobile)}


def test_minor_is_told_where_the_head_has_no_mobile() -> None:
    child = child_of(head(mobile=""), mobile="+966500007777")
    result_of(child)
    assert reminded(BEFORE_14) == {(RESULT, child.mobile)}


@pytest.mark.parametrize("born", [HijriDate(1430, 8, 6), HijriDate(1430, 8, 5)])
def test_majority_is_that_of_the_page(born: HijriDate) -> None:
    # 2027-01-13 is 5 Sha'ban 1448: eighteen years to the day, and a day less.
    person = head()
    somebody = child_of(person, birth_date=born, mobile="+966500007777")
    result_of(somebody)
    is_adult = born.age_on(BEFORE_14.date()) >= 18
    assert is_adult is (born.day == 5)
    told = somebody.mobile if is_adult else person.mobile
    assert reminded(BEFORE_14) == {(RESULT, told)}


@pytest.mark.parametrize("mobile", ["", "+966500007777"])
def test_head_is_never_told_of_an_adults_private_reason(mobile: str) -> None:
    person = head()
    result_of(adult_of(person, mobile=mobile), reason_codes=["ASSETS", "PRISON"])
    assert reminded(BEFORE_14) == ({(RESULT, mobile)} if mobile else set())


def test_head_is_told_of_a_childs_private_reason() -> None:
    person = head()
    result_of(child_of(person), reason_codes=["SHELTER"])
    assert reminded(BEFORE_14) == {(RESULT, person.mobile)}


def test_household_without_any_mobile_gets_nothing_and_holds_nobody_up() -> None:
    result_of(head(mobile=""))
    other = head()
    result_of(other)
    assert reminded(BEFORE_14) == {(RESULT, other.mobile)}


def test_head_decides_the_language_of_a_number_they_share() -> None:
    person = head(language="en")
    result_of(adult_of(person, mobile=person.mobile, language="ar"))
    result_of(person)
    queue_reminders(now=BEFORE_14)
    assert Message.objects.get().language == "en"


# What is reminded of ---------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"status": ResultStatus.ELIGIBLE}, id="eligible"),
        pytest.param({"superseded_on": date(2026, 11, 5)}, id="superseded"),
        pytest.param({"announced_on": None}, id="not-announced"),
        pytest.param({"announced_on": date(2026, 10, 30)}, id="a-day-later"),
    ],
)
def test_what_cannot_be_contested_is_not_reminded_of(fields: dict[str, Any]) -> None:
    result_of(head(), **fields)
    assert queue_reminders(now=BEFORE_14) == 0


def test_objection_leaves_nothing_to_remind_of_whatever_became_of_it() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    for status in (ObjectionStatus.SUBMITTED, ObjectionStatus.UNDER_REVIEW):
        Objection.objects.filter(pk=filed.pk).update(status=status)
        ReminderRound.objects.all().delete()
        assert queue_reminders(now=BEFORE_14) == 0


def test_withdrawn_objection_is_none() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    Objection.objects.filter(pk=filed.pk).update(status=ObjectionStatus.WITHDRAWN)
    assert queue_reminders(now=BEFORE_14) == 1


def test_payment_is_reminded_of_as_a_draft_only() -> None:
    person = head()
    line = PaymentLineFactory.create(person=person, paid_on=date(2026, 10, 29))
    assert reminded(BEFORE_14) == set()
    open_draft(contested=line, filed_by=person, now=NOW)
    assert reminded(BEFORE_3) == {(DRAFT_3, person.mobile)}
    assert reminded(BEFORE_1) == {(DRAFT_3, person.mobile), (DRAFT_1, person.mobile)}
    assert set(sent_at(BEFORE_1)) == {person.mobile}


def test_draft_is_reminded_of_at_three_days_and_at_one() -> None:
    person = head()
    open_draft(contested=result_of(person), filed_by=person, now=NOW)
    events: list[tuple[datetime, set[str]]] = []
    for day in range(15):
        now = BEFORE_14 + timedelta(days=day)
        before = set(Message.objects.values_list("event", flat=True))
        queue_reminders(now=now)
        if new := set(Message.objects.values_list("event", flat=True)) - before:
            events.append((now, new))
    assert events == [(BEFORE_14, {RESULT}), (BEFORE_3, {DRAFT_3}), (BEFORE_1, {DRAFT_1})]


def test_writer_alone_is_told_of_a_draft() -> None:
    person = head()
    adult = adult_of(person)
    open_draft(contested=result_of(adult), filed_by=adult, now=NOW)
    queue_reminders(now=BEFORE_14)
    assert reminded(BEFORE_3) - {(RESULT, adult.mobile)} == {(DRAFT_3, adult.mobile)}


def test_writer_without_a_mobile_is_not_told_through_the_head() -> None:
    adult = adult_of(head())
    open_draft(contested=result_of(adult), filed_by=adult, now=NOW)
    queue_reminders(now=BEFORE_14)
    Person.objects.filter(pk=adult.pk).update(mobile="")
    assert reminded(BEFORE_3) == {(RESULT, adult.mobile)}


def test_several_drafts_of_one_day_are_one_message() -> None:
    person = head()
    for somebody in (person, child_of(person)):
        open_draft(contested=result_of(somebody), filed_by=person, now=NOW)
    queue_reminders(now=BEFORE_14)
    assert reminded(BEFORE_3) == {(RESULT, person.mobile), (DRAFT_3, person.mobile)}


def test_draft_beside_an_objection_of_another_is_not_reminded_of() -> None:
    person = head()
    adult = adult_of(person)
    result = result_of(adult)
    open_draft(contested=result, filed_by=adult, now=NOW)
    submitted(result, person)
    assert reminded(BEFORE_3) == set()


def test_after_an_outage_a_writer_gets_one_message_and_not_two() -> None:
    person = head()
    open_draft(contested=result_of(person), filed_by=person, now=NOW)
    adult = adult_of(person)
    result_of(adult)
    assert reminded(riyadh("2027-01-25 10:00:00")) == {
        (DRAFT_3, person.mobile),
        (RESULT, adult.mobile),
    }
    assert reminded(riyadh("2027-01-26 10:00:00")) == {
        (DRAFT_3, person.mobile),
        (DRAFT_1, person.mobile),
        (RESULT, adult.mobile),
    }


def test_first_reminder_of_a_draft_that_waited_makes_room_for_the_second() -> None:
    person = head()
    open_draft(contested=result_of(person), filed_by=person, now=NOW)
    queue_reminders(now=BEFORE_3)
    queue_reminders(now=BEFORE_1)
    assert sent_at(BEFORE_1) == [person.mobile]
    assert Message.objects.get(event=DRAFT_3).status == MessageStatus.EXPIRED


# What is no longer needed ------------------------------------------------------------


def _file(result: EligibilityResult) -> None:
    submitted(result, result.person, now=BEFORE_14)


def _correct(result: EligibilityResult) -> None:
    EligibilityResult.objects.filter(pk=result.pk).update(superseded_on=BEFORE_14.date())
    result_of(result.person, status=ResultStatus.ELIGIBLE, announced_on=BEFORE_14.date())


def _extend(result: EligibilityResult) -> None:
    EligibilityResult.objects.filter(pk=result.pk).update(filing_deadline=date(2027, 2, 27))


def _give_number_up(result: EligibilityResult) -> None:
    Person.objects.filter(pk=result.person.pk).update(mobile="+966500009999")


@pytest.mark.parametrize("change", [_file, _correct, _extend, _give_number_up])
def test_queued_reminder_of_what_is_over_never_leaves(
    change: Callable[[EligibilityResult], None],
) -> None:
    result = result_of(head())
    queue_reminders(now=BEFORE_14)
    change(result)
    assert sent_at(BEFORE_14 + timedelta(hours=1)) == []
    assert Message.objects.get(event=RESULT).status == MessageStatus.CANCELLED


def test_queued_reminder_stays_while_somebody_of_the_number_has_not_filed() -> None:
    person = head()
    results = [result_of(child_of(person)) for _ in range(2)]
    queue_reminders(now=BEFORE_14)
    submitted(results[0], person, now=BEFORE_14)
    assert sent_at(BEFORE_14 + timedelta(hours=1)) == [person.mobile]


def test_objection_of_one_household_cancels_nobody_elses() -> None:
    filer, other = head(), head()
    result = result_of(filer)
    result_of(other)
    queue_reminders(now=BEFORE_14)
    _file(result)
    assert sent_at(BEFORE_14 + timedelta(hours=1)) == [other.mobile]


def test_reminder_is_asked_after_at_each_try() -> None:
    result = result_of(head())
    queue_reminders(now=BEFORE_14)
    assert len(sent_at(BEFORE_14)) == 1
    # The handset was off: the message waits for its later try.
    later = BEFORE_14 + timedelta(hours=4)
    Message.objects.update(status=MessageStatus.QUEUED, claimed_at=None, not_before=later)
    _file(result)
    assert sent_at(later) == []


def test_draft_that_was_sent_or_stopped_is_not_reminded_of() -> None:
    sender, idler = head(), head()
    written = draft(result_of(sender), sender)
    open_draft(contested=result_of(idler), filed_by=idler, now=NOW)
    queue_reminders(now=BEFORE_1)
    submitted(written.contested, sender, now=BEFORE_1)
    assert sent_at(BEFORE_1 + timedelta(hours=1)) == [idler.mobile]
    assert Message.objects.get(event=DRAFT_1, recipient=sender.mobile).status == (
        MessageStatus.CANCELLED
    )


def test_draft_that_was_stopped_is_not_reminded_of() -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    queue_reminders(now=BEFORE_1)
    Objection.objects.filter(pk=opened.pk).update(status=ObjectionStatus.STOPPED)
    assert sent_at(BEFORE_1) == []
    assert Message.objects.get(event=DRAFT_1).status == MessageStatus.CANCELLED


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
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE beneficiaries_person, beneficiaries_eligibilityresult")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {statement}", facts)
        plan = "\n".join(row for (row,) in cursor)
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
