"""The counters behind every limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from access import limits
from access.errors import LimitReached
from access.models import LimitCounter

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.django_db
class TestCounting:
    def test_each_count_gives_the_next_number(self) -> None:
        assert [limits.count("tickets", "a", now=NOW) for _ in range(3)] == [1, 2, 3]

    def test_keys_and_limits_are_apart(self) -> None:
        limits.count("tickets", "a", now=NOW)
        assert limits.count("tickets", "b", now=NOW) == 1
        assert limits.count("trackings", "a", now=NOW) == 1

    def test_slices_of_one_window_are_added(self) -> None:
        limits.count("tickets", "a", now=after(0))
        limits.count("tickets", "a", now=after(20))
        assert limits.count("tickets", "a", now=after(59)) == 3
        assert limits.current("tickets", "a", now=after(59)) == 3

    def test_still_counts_within_the_hour_and_is_forgotten_a_slice_later(self) -> None:
        limits.count("tickets", "a", now=after(4.9))
        assert limits.current("tickets", "a", now=after(64.8)) == 1
        assert limits.current("tickets", "a", now=after(65)) == 0

    def test_window_may_be_shorter(self) -> None:
        limits.count("tickets", "a", now=after(0), window_seconds=60)
        assert limits.current("tickets", "a", now=after(2), window_seconds=60) == 0

    def test_key_is_not_stored(self) -> None:
        limits.count("tickets", "192.0.2.1", now=NOW)
        assert "192.0.2.1" not in LimitCounter.objects.get().key_hash

    def test_given_back_is_free_again(self) -> None:
        limits.count("codes", "a", now=NOW)
        limits.count("codes", "a", now=NOW)
        limits.give_back("codes", "a", now=after(10))
        assert limits.current("codes", "a", now=after(10)) == 1

    def test_several_are_given_back_at_once(self) -> None:
        for _ in range(3):
            limits.count("codes", "a", now=NOW)
        limits.give_back("codes", "a", now=NOW, times=2)
        assert limits.current("codes", "a", now=NOW) == 1

    def test_more_than_was_counted_is_never_given_back(self) -> None:
        limits.count("codes", "a", now=NOW)
        limits.give_back("codes", "a", now=NOW)
        limits.give_back("codes", "a", now=NOW)
        assert limits.current("codes", "a", now=NOW) == 0


@pytest.mark.django_db
class TestGivingBack:
    def test_reaches_back_through_the_slices(self) -> None:
        for minutes in (0, 10, 10, 20):
            limits.count("codes", "a", now=after(minutes))
        limits.give_back("codes", "a", now=after(20), times=3)
        assert limits.current("codes", "a", now=after(20)) == 1
        assert limits.current("codes", "a", now=after(66)) == 0

    def test_no_more_than_there_is(self) -> None:
        limits.count("codes", "a", now=NOW)
        limits.give_back("codes", "a", now=NOW, times=5)
        assert limits.count("codes", "a", now=NOW) == 1

    def test_forgetting_says_how_much_it_was(self) -> None:
        for minutes in (0, 10):
            limits.count("codes", "a", now=after(minutes))
        assert limits.forget("codes", "a") == 2
        assert limits.forget("codes", "a") == 0


@pytest.mark.django_db
class TestSeveralInOneStatement:
    KEYS = {"t": ("a", 2), "u": ("b", 1)}

    def test_a_full_limit_stops_no_other(self) -> None:
        answers = [limits.count_each(self.KEYS, now=after(minutes)) for minutes in (0, 10, 20)]
        assert answers == [{"t", "u"}, {"t"}, set()]
        assert limits.current("t", "a", now=after(20)) == 2
        assert limits.current("u", "b", now=after(20)) == 1

    def test_within_one_slice_too(self) -> None:
        answers = [limits.count_each(self.KEYS, now=NOW) for _ in range(3)]
        assert answers == [{"t", "u"}, {"t"}, set()]

    def test_says_from_when_a_full_one_is_free(self) -> None:
        limits.count_each(self.KEYS, now=NOW)
        assert limits.free_at("u", "b", ceiling=1, now=after(1)) == after(65)


@pytest.mark.django_db
class TestForEverybody:
    def test_every_place_is_used_before_anybody_is_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Fifty-one in sixteen rows: three rows hold one more."""
        monkeypatch.setattr(limits, "FULL_PARTS", 2)
        ceiling = 51
        for _ in range(ceiling):
            limits.count_below_for_all("all", ceiling=ceiling, now=NOW)
        assert LimitCounter.objects.count() == limits.PARTS
        assert Counter(LimitCounter.objects.values_list("count", flat=True)) == {3: 13, 4: 3}
        with pytest.raises(LimitReached) as refusal:
            limits.count_below_for_all("all", ceiling=ceiling, now=after(30))
        assert refusal.value.retry_at == after(65)
        limits.count_below_for_all("all", ceiling=ceiling, now=after(65))

    def test_small_ceiling_is_one_row_and_says_how_much_is_used(self) -> None:
        used = [limits.count_below_for_all("all", ceiling=5, now=NOW) for _ in range(5)]
        assert used == [20, 40, 60, 80, 100]

    def test_ceiling_of_nothing_refuses_at_once(self) -> None:
        with pytest.raises(LimitReached) as refusal:
            limits.count_below_for_all("all", ceiling=0, now=NOW)
        assert refusal.value.retry_at == NOW


@pytest.mark.django_db
class TestCeiling:
    def test_below_the_ceiling_is_counted_and_at_it_refused(self) -> None:
        assert [limits.count_below("t", "a", ceiling=2, now=NOW) for _ in range(2)] == [1, 2]
        with pytest.raises(LimitReached):
            limits.count_below("t", "a", ceiling=2, now=NOW)
        assert limits.current("t", "a", now=NOW) == 2

    def test_refused_also_in_a_later_slice(self) -> None:
        limits.count_below("t", "a", ceiling=2, now=after(0))
        limits.count_below("t", "a", ceiling=2, now=after(30))
        with pytest.raises(LimitReached) as refusal:
            limits.count_below("t", "a", ceiling=2, now=after(45))
        assert refusal.value.retry_at == after(65)
        assert limits.count_below("t", "a", ceiling=2, now=refusal.value.retry_at) == 2

    def test_ceiling_of_nothing_refuses_at_once(self) -> None:
        with pytest.raises(LimitReached) as refusal:
            limits.count_below("t", "a", ceiling=0, now=NOW)
        assert refusal.value.retry_at == NOW

    def test_ceiling_of_nothing_is_free_when_all_is_forgotten(self) -> None:
        limits.count("t", "a", now=NOW)
        with pytest.raises(LimitReached) as refusal:
            limits.ensure_below("t", "a", ceiling=0, now=NOW)
        assert refusal.value.retry_at == after(65)

    def test_ensure_counts_nothing(self) -> None:
        limits.ensure_below("t", "a", ceiling=1, now=NOW)
        limits.ensure_below("t", "a", ceiling=1, now=NOW)
        limits.count("t", "a", now=NOW)
        with pytest.raises(LimitReached) as refusal:
            limits.ensure_below("t", "a", ceiling=1, now=NOW)
        assert refusal.value.limit == "t"
        assert refusal.value.retry_at == after(65)

    def test_retry_waits_for_as_many_slices_as_needed(self) -> None:
        limits.count("t", "a", now=after(0))
        limits.count("t", "a", now=after(10))
        limits.count("t", "a", now=after(20))
        with pytest.raises(LimitReached) as refusal:
            limits.ensure_below("t", "a", ceiling=2, now=after(25))
        assert refusal.value.retry_at == after(75)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("full_parts", [10, 2], ids=["one-row", "sixteen-rows"])
def test_ceiling_over_everybody_holds_between_connections(
    full_parts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places are fought for inside transactions that stay open, as codes are issued."""
    monkeypatch.setattr(limits, "FULL_PARTS", full_parts)
    ceiling = 50

    def try_ten(_number: int) -> int:
        allowed = 0
        try:
            for _ in range(10):
                try:
                    with transaction.atomic():
                        limits.count_below_for_all("all", ceiling=ceiling, now=NOW)
                        limits.count("another", "a", now=NOW)
                except LimitReached:
                    continue
                allowed += 1
        finally:
            connection.close()
        return allowed

    with ThreadPoolExecutor(12) as pool:
        allowed = sum(pool.map(try_ten, range(12)))
    counted = LimitCounter.objects.filter(limit="all").aggregate(total=Sum("count"))["total"]
    assert (allowed, counted) == (ceiling, ceiling)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_never_pass_the_ceiling() -> None:
    def try_once(_number: int) -> bool:
        try:
            limits.count_below("t", "a", ceiling=7, now=NOW)
        except LimitReached:
            return False
        finally:
            connection.close()
        return True

    call: Callable[[int], bool] = try_once
    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(call, range(20)))
    assert sum(allowed) == 7
    assert limits.current("t", "a", now=NOW) == 7


@pytest.mark.django_db(transaction=True)
def test_wrong_tries_at_once_come_in_turn_and_never_pass_the_ceiling() -> None:
    """Each looks before it counts, and no two of one key look at the same time."""

    def try_once(_number: int) -> bool:
        try:
            with transaction.atomic():
                limits.take_turn("w", "a", ceiling=7, now=NOW)
                limits.count("w", "a", now=NOW)
        except LimitReached:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(20) as pool:
        allowed = list(pool.map(try_once, range(20)))
    assert sum(allowed) == 7
    assert limits.current("w", "a", now=NOW) == 7


@pytest.mark.django_db
class TestTurns:
    def test_turn_counts_nothing(self) -> None:
        with transaction.atomic():
            for _ in range(3):
                limits.take_turn("w", "a", ceiling=1, now=NOW)
        assert not LimitCounter.objects.exists()

    def test_refusal_names_the_time(self) -> None:
        limits.count("w", "a", now=NOW)
        with transaction.atomic(), pytest.raises(LimitReached) as refused:
            limits.take_turn("w", "a", ceiling=1, now=after(10))
        assert refused.value.retry_at == after(65)
        with transaction.atomic():
            limits.take_turn("w", "b", ceiling=1, now=after(10))
            limits.take_turn("w", "a", ceiling=1, now=after(65))
