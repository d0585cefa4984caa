"""Guessing the passwords of staff: what is counted, what locks and what unlocks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from access import limits, staff_passwords
from access.cleanup import forget_old_rows
from access.errors import LimitReached
from access.models import StaffSignInEvent, StaffSignInOutcome
from access.staff_passwords import FROM_ANYWHERE, OF_ADDRESS, PasswordTry
from beneficiaries.models import User
from tests.personas import staff

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
OFFICE = "203.0.113.1"


def wrong(name: str, address: str = OFFICE, *, device: str = "", now: datetime = NOW) -> None:
    tried = PasswordTry(name, address, device)
    means = staff_passwords.count_try(tried, now=now)
    staff_passwords.password_was_wrong(tried, means=means, now=now)


def right(user: User, address: str = OFFICE, *, device: str = "") -> None:
    tried = PasswordTry(user.username, address, device)
    staff_passwords.count_try(tried, now=NOW)
    staff_passwords.password_was_right(tried, user=user, now=NOW)


def outcomes() -> Counter[str]:
    return Counter(StaffSignInEvent.objects.values_list("outcome", flat=True))


@pytest.fixture
def agent() -> User:
    return staff("agent", username="agent")


@pytest.fixture
def three_everywhere(settings: Settings) -> None:
    settings.LIMITS = settings.LIMITS | {"staff_passwords_anywhere_hour": 3}


@pytest.mark.django_db
class TestOneAddress:
    def test_retries_of_a_closed_name_close_nothing_for_colleagues(self, agent: User) -> None:
        for _ in range(10):
            wrong("agent")
        for _ in range(100):
            with pytest.raises(LimitReached) as refusal:
                wrong("agent")
            assert refusal.value.limit == staff_passwords.FROM_ADDRESS
        assert limits.current(OF_ADDRESS, OFFICE, now=NOW) == 10
        right(staff("caseworker"))

    def test_colleagues_who_mistype_and_then_sign_in_leave_no_trace(self) -> None:
        for number in range(40):
            colleague = staff(username=f"colleague{number}")
            wrong(colleague.username)
            wrong(colleague.username)
            right(colleague)
        assert limits.current(OF_ADDRESS, OFFICE, now=NOW) == 0
        assert limits.current(FROM_ANYWHERE, "colleague1", now=NOW) == 0

    def test_names_tried_one_after_another_close_the_address(self, agent: User) -> None:
        for number in range(50):
            wrong(f"name{number}")
        with pytest.raises(LimitReached):
            right(agent)
        right(agent, "203.0.113.2")

    def test_a_sign_in_of_ones_own_pays_for_no_guess_at_another(self, agent: User) -> None:
        for _ in range(9):
            wrong("supervisor")
        right(agent)
        assert limits.current(OF_ADDRESS, OFFICE, now=NOW) == 9
        assert limits.current(FROM_ANYWHERE, "supervisor", now=NOW) == 9

    def test_refusal_of_the_address_is_not_counted_against_the_name(
        self, settings: Settings
    ) -> None:
        settings.LIMITS = settings.LIMITS | {"staff_passwords_per_address_hour": 0}
        with pytest.raises(LimitReached):
            wrong("agent")
        assert limits.current(FROM_ANYWHERE, "agent", now=NOW) == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("three_everywhere")
class TestManyAddresses:
    def test_guesses_from_everywhere_lock_the_account_and_say_until_when(self, agent: User) -> None:
        for number in range(3):
            wrong("agent", f"198.51.100.{number}")
        with pytest.raises(LimitReached) as refusal:
            right(agent)
        assert refusal.value.retry_at == NOW + timedelta(minutes=65)
        assert outcomes() == {"wrong": 2, "locked": 1}
        wrong("agent", now=refusal.value.retry_at)

    def test_owner_gets_in_from_a_browser_that_was_used_before(self, agent: User) -> None:
        for number in range(3):
            wrong("agent", f"198.51.100.{number}")
        right(agent, device="known")
        with pytest.raises(LimitReached):
            right(agent)

    def test_a_known_browser_may_not_guess_for_ever_either(self, agent: User) -> None:
        for number in range(3):
            wrong("agent", f"198.51.100.{number}", device="known")
        with pytest.raises(LimitReached):
            right(agent, device="known")
        right(agent)
        assert outcomes()["locked"] == 0

    def test_unlocking_opens_every_door_and_is_written_down(self, agent: User) -> None:
        boss = staff("administrator")
        for _ in range(3):
            wrong("agent")
        [door] = staff_passwords.closed_doors("agent", now=NOW)
        assert (door.address, door.until) == ("", NOW + timedelta(minutes=65))
        staff_passwords.unlock(user=agent, by=boss, address="192.0.2.1", now=NOW)
        assert staff_passwords.closed_doors("agent", now=NOW) == []
        event = staff_passwords.events_of(agent)[0]
        assert (event.outcome, event.by, event.address, event.at) == (
            "unlocked",
            boss,
            "192.0.2.1",
            NOW,
        )
        right(agent)

    def test_unlocking_opens_a_known_browser_too(self, agent: User) -> None:
        for number in range(3):
            wrong("agent", f"198.51.100.{number}", device="known")
        staff_passwords.unlock(user=agent, by=staff(), address="192.0.2.1", now=NOW)
        right(agent, device="known")
        for number in range(3):
            wrong("agent", f"198.51.100.{number}", device="known")
        with pytest.raises(LimitReached):
            right(agent, device="known")

    def test_unlocking_takes_the_tries_off_the_address_too(
        self, agent: User, settings: Settings
    ) -> None:
        settings.LIMITS = settings.LIMITS | {"staff_passwords_per_account_hour": 2}
        for _ in range(2):
            wrong("agent")
        [door] = staff_passwords.closed_doors("agent", now=NOW)
        assert door.address == OFFICE
        staff_passwords.unlock(user=agent, by=agent, address=OFFICE, now=NOW)
        assert limits.current(OF_ADDRESS, OFFICE, now=NOW) == 0
        right(agent)


@pytest.mark.django_db
class TestWrittenDown:
    def test_who_when_and_from_where(self, agent: User) -> None:
        wrong("agent")
        right(agent, "192.0.2.7")
        newest, oldest = staff_passwords.events_of(agent)
        assert (newest.outcome, newest.user, newest.address) == ("signed_in", agent, "192.0.2.7")
        assert (oldest.outcome, oldest.at, oldest.address) == ("wrong", NOW, OFFICE)

    def test_last_try_from_one_address_says_that_no_more_are_taken(self) -> None:
        for _ in range(10):
            wrong("agent")
        assert outcomes() == {"wrong": 9, "held": 1}

    def test_what_was_typed_for_a_name_that_nobody_has_is_not_kept(self) -> None:
        wrong("my-Secret-password")
        [event] = StaffSignInEvent.objects.values()
        assert event["user_id"] is None
        assert "my-Secret-password" not in str(event)

    def test_unknown_and_known_names_cost_the_same_statements(self, agent: User) -> None:
        counts = []
        for name in ("agent", "nobody"):
            with CaptureQueriesContext(connection) as queries:
                wrong(name)
            counts.append([query["sql"].split(maxsplit=1)[0] for query in queries])
        assert counts[0] == counts[1]

    def test_kept_for_a_year(self, agent: User) -> None:
        wrong("agent")
        forget_old_rows(now=NOW + timedelta(days=365))
        assert outcomes() == {StaffSignInOutcome.WRONG: 1}
        forget_old_rows(now=NOW + timedelta(days=366))
        assert not outcomes()


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_from_many_addresses_never_pass_the_ceiling() -> None:
    barrier = Barrier(16)

    def guess(number: int) -> str:
        try:
            barrier.wait(timeout=20)
            for turn in range(4):
                wrong("agent", f"198.51.{turn}.{number}")
        except LimitReached:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(16)))
    assert "refused" in answers
    assert sum(outcomes().values()) == 30
    assert outcomes()["locked"] == 1
