"""When a mail is tried again."""

from __future__ import annotations

import pytest

from notifications.mail.rules import (
    LONGEST_DELAY_SECONDS,
    LONGEST_REST_SECONDS,
    MAX_TRIES,
    rest_seconds,
    retry_delay_seconds,
)


def test_waits_grow_to_a_bound_and_end() -> None:
    waits = [retry_delay_seconds(tries, is_code=False, chance=0.5) for tries in range(1, MAX_TRIES)]
    assert waits == [60, 240, 960, 3840, 14400, 14400, 14400]
    assert max(wait for wait in waits if wait) == LONGEST_DELAY_SECONDS
    assert retry_delay_seconds(MAX_TRIES, is_code=False, chance=0.5) is None
    assert retry_delay_seconds(MAX_TRIES - 1, is_code=True, chance=0.5) == 20


@pytest.mark.parametrize(("chance", "seconds"), [(0, 45), (0.5, 60), (1, 75)])
def test_a_wait_is_jittered(chance: float, seconds: float) -> None:
    assert retry_delay_seconds(1, is_code=False, chance=chance) == seconds


def test_a_server_rests_longer_each_time_to_a_bound() -> None:
    assert [rest_seconds(failures, chance=0.5) for failures in (1, 2, 3)] == [10, 20, 40]
    assert rest_seconds(1000, chance=0.5) == LONGEST_REST_SECONDS
