"""How fast a lane asks a gateway, by what the last answers said."""

from __future__ import annotations

import pytest

from notifications.tempo import FEW, LONGEST_REST_SECONDS, SERIES, Tempo

MOST = 50


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tempo(clock: Clock) -> Tempo:
    return Tempo(most=MOST, clock=clock)


def at_full_width(tempo: Tempo) -> Tempo:
    for _ in range(MOST):
        tempo.answered()
    assert tempo.width == MOST
    return tempo


def fail(tempo: Tempo, clock: Clock, times: int) -> list[float]:
    """Have so many calls fail one after the other; give the rests that were taken."""
    rests = []
    for _ in range(times):
        tempo.failed()
        rests.append(tempo.rest_seconds)
        clock.now += tempo.rest_seconds
    return rests


def test_begins_with_a_few_and_each_answer_lets_one_more_out(tempo: Tempo) -> None:
    assert tempo.width == FEW
    tempo.answered()
    assert tempo.width == FEW + 1


def test_with_one_hand_there_is_one() -> None:
    tempo = Tempo(most=1)
    tempo.answered()
    tempo.failed()
    assert tempo.width == 1


@pytest.mark.parametrize(
    ("every", "width"), [(12, MOST - 4), (6, MOST - 4), (4, FEW), (2, FEW)], ids=str
)
def test_width_follows_the_share_of_failures(
    tempo: Tempo, clock: Clock, every: int, width: int
) -> None:
    at_full_width(tempo)
    for turn in range(1, 1201):
        tempo.failed() if turn % every == 0 else tempo.answered()
    assert tempo.width == width
    assert not tempo.rest_seconds


def test_failures_in_a_series_bring_rests_that_double(tempo: Tempo, clock: Clock) -> None:
    rests = fail(tempo, clock, SERIES + 3)
    assert rests[: SERIES - 1] == [0.0] * (SERIES - 1)
    for rest, least in zip(rests[SERIES - 1 :], (0.25, 0.5, 1.0, 2.0), strict=True):
        assert least <= rest <= 1.25 * least
    assert not tempo.is_spent
    tempo.failed()
    assert tempo.is_spent, "the next rest is the sweep's"


def test_an_answer_ends_the_series(tempo: Tempo, clock: Clock) -> None:
    fail(tempo, clock, SERIES + 2)
    tempo.answered()
    assert fail(tempo, clock, SERIES - 1) == [0.0] * (SERIES - 1)
    [rest] = fail(tempo, clock, 1)
    assert 0.25 <= rest <= 0.32


def test_what_was_out_when_a_rest_began_makes_it_no_longer(tempo: Tempo, clock: Clock) -> None:
    for _ in range(MOST):
        tempo.failed()
    assert 0.25 <= tempo.rest_seconds <= 0.32
    assert not tempo.is_spent


def test_who_asks_to_slow_down_gets_half_after_a_rest(tempo: Tempo, clock: Clock) -> None:
    at_full_width(tempo).slow_down()
    assert tempo.width == MOST // 2
    assert 0.25 <= tempo.rest_seconds <= 0.32


def test_a_wait_that_was_asked_for_is_kept(tempo: Tempo, clock: Clock) -> None:
    tempo.slow_down(wait_seconds=1)
    assert 1 <= tempo.rest_seconds <= 1.25
    clock.now += 1.3
    tempo.failed(wait_seconds=2)
    assert 2 <= tempo.rest_seconds <= 2.5
    tempo.slow_down(wait_seconds=LONGEST_REST_SECONDS + 1)
    assert tempo.is_spent


def test_a_gateway_that_was_left_alone_is_asked_by_a_few_at_once(
    tempo: Tempo, clock: Clock
) -> None:
    at_full_width(tempo).slow_down(wait_seconds=30)
    tempo.start_anew()
    assert (tempo.width, tempo.rest_seconds, tempo.is_spent) == (FEW, 0.0, False)
