"""Reminders: when one goes out, what it says, and who gets it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from beneficiaries.models import Person
from notifications.models import Message
from notifications.statuses import Lane, MessageStatus
from objections.services import queue_reminders
from saudi.gregorian import end_of_day
from saudi.hijri import HijriDate
from tests.factories import ResultFactory
from tests.objections.cases import result_of, riyadh
from tests.objections.reminding import (
    BEFORE_14,
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
