"""One-time codes: O20, and what nobody can get round by asking or guessing in parallel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from access import codes
from access.cleanup import forget_old_rows
from access.errors import CodeExpired, CodeSentRecently, TooManyCodes, TooManyWrongTries, WrongCode
from access.models import CodePurpose, LimitCounter, OneTimeCode
from access.schedule import beat_schedule
from access.tasks import forget_old_rows_task
from saudi.forms import CodeField

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SUBJECT = "1000000008"
UNKNOWN = "1000000024"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def issue(subject: str = SUBJECT, *, at: datetime = NOW) -> codes.IssuedCode:
    return codes.issue_code(purpose=CodePurpose.SIGN_IN, subject=subject, now=at)


def verify(code: str, *, subject: str = SUBJECT, at: datetime = NOW) -> None:
    codes.verify_code(purpose=CodePurpose.SIGN_IN, subject=subject, code=code, now=at)


def wrong(code: str, nth: int = 1) -> str:
    """Give the `nth` code that is not this one."""
    return f"{(int(code) + nth) % 10**6:06}"


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the next codes be these."""

    def force(*texts: str) -> None:
        rest: Iterator[str] = iter(texts)
        monkeypatch.setattr(codes, "new_code", lambda: next(rest))

    return force


def in_parallel(times: int, call: Callable[[int], object]) -> Counter[str]:
    """Call from so many threads at one moment and count the outcomes by name."""
    barrier = Barrier(times)

    def one(number: int) -> str:
        try:
            barrier.wait(timeout=20)
            call(number)
        except Exception as error:
            return type(error).__name__
        else:
            return "accepted"
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(one, range(times)))


@pytest.mark.django_db
class TestResend:
    """O20 (a): a slow SMS is not a wrong code."""

    def test_first_code_works_after_a_resend_until_its_own_end(
        self, forced: Callable[..., None]
    ) -> None:
        forced("111111", "222222")
        issue(at=after(0))
        issue(at=after(65))
        verify("111111", at=after(90))

    def test_second_code_works_too(self, forced: Callable[..., None]) -> None:
        forced("111111", "222222")
        issue(at=after(0))
        issue(at=after(65))
        verify("222222", at=after(90))

    def test_success_uses_up_every_code_of_the_person(self, forced: Callable[..., None]) -> None:
        forced("111111", "222222")
        issue(at=after(0))
        issue(at=after(65))
        verify("111111", at=after(90))
        with pytest.raises(CodeExpired):
            verify("222222", at=after(91))

    def test_asked_again_at_59_seconds_says_how_long_to_wait(self) -> None:
        issue(at=after(0))
        with pytest.raises(CodeSentRecently) as refusal:
            issue(at=after(59.4))
        assert refusal.value.retry_after_seconds == 1
        assert OneTimeCode.objects.count() == 1

    def test_asked_again_at_60_seconds_sends(self) -> None:
        issue(at=after(0))
        issue(at=after(60))
        assert OneTimeCode.objects.count() == 2

    def test_a_used_code_makes_nobody_wait(self) -> None:
        verify(issue(at=after(0)).code, at=after(5))
        issue(at=after(10))

    def test_sixth_code_of_the_hour_is_refused_until_the_first_is_an_hour_old(self) -> None:
        for minutes in range(5):
            issue(at=after(minutes * 61))
        with pytest.raises(TooManyCodes) as refusal:
            issue(at=after(3599))
        assert refusal.value.retry_at == after(3600)
        issue(at=after(3600))

    def test_another_person_is_not_held_up(self) -> None:
        issue()
        issue(UNKNOWN)


@pytest.mark.django_db
class TestDigits:
    """O20 (b) and O04: the code is text."""

    @pytest.mark.parametrize(
        "typed", ["048213", "٠٤٨٢١٣", "۰۴۸۲۱۳", "048 213", "\u2068048213\u2069"]
    )
    def test_leading_zero_in_any_digits_passes(
        self, typed: str, forced: Callable[..., None]
    ) -> None:
        forced("048213")
        issue()
        verify(CodeField().clean(typed))

    def test_five_digits_are_not_the_code(self, forced: Callable[..., None]) -> None:
        forced("048213")
        issue()
        with pytest.raises(WrongCode):
            verify("48213")

    def test_six_zeros_pass(self, forced: Callable[..., None]) -> None:
        forced("000000")
        issue()
        verify("000000")

    @pytest.mark.parametrize("typed", ["٤٥٦٤٥٦", "۴۵۶۴۵۶"])
    def test_both_eastern_sets_differ_and_pass(
        self, typed: str, forced: Callable[..., None]
    ) -> None:
        forced("456456")
        issue()
        verify(CodeField().clean(typed))

    def test_drawn_code_keeps_six_digits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(codes.secrets, "randbelow", lambda _ceiling: 42)
        assert codes.new_code() == "000042"


@pytest.mark.django_db
class TestLife:
    def test_accepted_in_its_last_moment(self) -> None:
        verify(issue().code, at=after(299.9))

    def test_refused_at_five_minutes(self) -> None:
        code = issue().code
        with pytest.raises(CodeExpired):
            verify(code, at=after(300))

    def test_refused_the_second_time(self) -> None:
        code = issue().code
        verify(code)
        with pytest.raises(CodeExpired):
            verify(code)

    def test_refused_for_another_purpose(self) -> None:
        code = issue().code
        with pytest.raises(CodeExpired):
            codes.verify_code(purpose=CodePurpose.MOBILE, subject=SUBJECT, code=code, now=NOW)

    def test_refused_for_another_person(self) -> None:
        code = issue().code
        with pytest.raises(CodeExpired):
            verify(code, subject=UNKNOWN)

    def test_nothing_readable_is_stored(self) -> None:
        code = issue().code
        row = OneTimeCode.objects.get()
        assert SUBJECT not in row.subject_hash
        assert code not in row.code_hash
        assert len(row.code_hash) == len(row.subject_hash) == 64

    def test_same_code_of_two_people_has_two_hashes(self, forced: Callable[..., None]) -> None:
        forced("123456", "123456")
        issue()
        issue(UNKNOWN)
        assert OneTimeCode.objects.values("code_hash").distinct().count() == 2


@pytest.mark.django_db
class TestWrongTries:
    def test_tries_left_are_counted_down(self) -> None:
        code = issue().code
        left = []
        for nth in range(1, 6):
            with pytest.raises(WrongCode) as refusal:
                verify(wrong(code, nth))
            left.append(refusal.value.tries_left)
        assert left == [4, 3, 2, 1, 0]

    def test_right_code_is_dead_after_five_wrong(self) -> None:
        code = issue().code
        for nth in range(1, 6):
            with pytest.raises(WrongCode):
                verify(wrong(code, nth))
        with pytest.raises(CodeExpired):
            verify(code)

    def test_fourth_wrong_try_leaves_the_right_code_alive(self) -> None:
        code = issue().code
        for nth in range(1, 5):
            with pytest.raises(WrongCode):
                verify(wrong(code, nth))
        verify(code)

    def test_fifteen_wrong_in_an_hour_stop_the_right_code_whatever_is_resent(self) -> None:
        for sending in range(3):
            code = issue(at=after(sending * 61)).code
            for nth in range(1, 6):
                with pytest.raises(WrongCode):
                    verify(wrong(code, nth), at=after(sending * 61))
        with pytest.raises(TooManyWrongTries) as refusal:
            issue(at=after(183))
        assert after(3600) <= refusal.value.retry_at <= after(3600 + 600)
        with pytest.raises(TooManyWrongTries):
            verify("000000", at=after(184))
        verify(issue(at=refusal.value.retry_at).code, at=refusal.value.retry_at)

    def test_right_code_is_refused_when_the_hour_is_used_up(self) -> None:
        for sending in range(3):
            code = issue(at=after(sending * 61)).code
            for nth in range(1, 5 if sending == 2 else 6):
                with pytest.raises(WrongCode):
                    verify(wrong(code, nth), at=after(sending * 61))
        later = issue(at=after(183)).code
        with pytest.raises(WrongCode) as last:
            verify(wrong(later), at=after(184))
        assert last.value.tries_left == 0
        with pytest.raises(TooManyWrongTries):
            verify(later, at=after(185))

    def test_other_people_are_not_counted_together(self) -> None:
        code = issue(UNKNOWN).code
        with pytest.raises(WrongCode):
            verify(wrong(code), subject=UNKNOWN)
        verify(issue().code)

    def test_unknown_person_costs_the_same_statements(self) -> None:
        with CaptureQueriesContext(
            connection,
        ) as known:
            issue()
        with CaptureQueriesContext(connection) as unknown:
            issue(UNKNOWN)
        assert len(known) == len(unknown)


@pytest.mark.django_db(transaction=True)
class TestTogether:
    """Real transactions from twenty connections."""

    def test_twenty_right_tries_at_once_are_accepted_once(self) -> None:
        code = issue().code
        outcomes = in_parallel(20, lambda _n: verify(code))
        assert outcomes == {"accepted": 1, "CodeExpired": 19}

    def test_twenty_wrong_tries_at_once_are_five_tries(self) -> None:
        code = issue().code
        outcomes = in_parallel(20, lambda n: verify(wrong(code, n + 1)))
        assert outcomes == {"WrongCode": 5, "CodeExpired": 15}
        assert OneTimeCode.objects.get().wrong_tries == 5

    def test_twenty_requests_at_once_send_one_code(self) -> None:
        outcomes = in_parallel(20, lambda _n: issue())
        assert outcomes == {"accepted": 1, "CodeSentRecently": 19}
        assert OneTimeCode.objects.count() == 1

    def test_wrong_try_inside_a_transaction_is_a_mistake_of_the_caller(self) -> None:
        code = issue().code
        with pytest.raises(RuntimeError), transaction.atomic():
            verify(code)

    def test_wrong_try_is_kept_although_it_is_refused(self) -> None:
        code = issue().code
        with pytest.raises(WrongCode):
            verify(wrong(code))
        assert OneTimeCode.objects.get().wrong_tries == 1


@pytest.mark.django_db
class TestForgetting:
    def test_old_codes_and_counters_go_and_fresh_ones_stay(self) -> None:
        code = issue().code
        with pytest.raises(WrongCode):
            verify(wrong(code))
        assert forget_old_rows(now=after(3600)) == 0
        assert forget_old_rows(now=NOW + timedelta(days=2)) == 3  # a code and two counters
        assert not OneTimeCode.objects.exists()
        assert not LimitCounter.objects.exists()

    def test_sessions_that_are_over_go(self) -> None:
        for key, expire_date in (("over", NOW - timedelta(seconds=1)), ("lives", NOW)):
            Session.objects.create(session_key=key, session_data="", expire_date=expire_date)
        assert forget_old_rows(now=NOW) == 1
        assert Session.objects.get().session_key == "lives"

    def test_scheduler_knows_the_task(self) -> None:
        [entry] = beat_schedule().values()
        assert entry["task"] == forget_old_rows_task.name
        issue(at=datetime(2020, 1, 1, tzinfo=UTC))
        assert forget_old_rows_task() == 2  # the code and the counter of all codes
