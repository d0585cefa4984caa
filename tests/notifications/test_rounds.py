"""A lane goes on where the database is lost for a moment, and where nobody can be woken."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from notifications import rounds
from notifications.delivery import Drained
from notifications.rounds import LOOK_SECONDS, drain_attentively, drain_in_rounds


class Drains:
    """Does or raises what it is told, one a round."""

    def __init__(self, *answers: Drained | Exception) -> None:
        self.answers = list(answers)

    def __call__(self) -> Drained:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


MORE, DONE = Drained(done=9, has_more=True), Drained(done=1)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rounds, "FIRST_PAUSE_SECONDS", 0.001)
    yield
    rounds.stopping.clear()


def nobody() -> bool:
    return False


def test_whoever_is_woken_goes_on() -> None:
    drains = Drains(MORE, DONE)
    assert not drain_in_rounds(drains, wake=lambda: True)
    assert drains.answers == [DONE]


def test_without_redis_the_same_task_goes_on_to_the_end() -> None:
    drains = Drains(MORE, MORE, MORE, DONE)
    assert drain_in_rounds(drains, wake=nobody)
    assert drains.answers == []
    assert not drain_in_rounds(Drains(Drained(done=0)), wake=nobody)


def test_codes_are_looked_for_again_until_none_came() -> None:
    waits: list[float] = []
    found = [True, True, False, True]
    drain_attentively(lambda: found.pop(0), wait=waits.append)
    assert waits == [LOOK_SECONDS] * 2
    assert found == [True]


def test_codes_without_end_are_left_to_the_next_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "ATTENTIVE_SECONDS", 0.0)
    found = [True, True]
    drain_attentively(lambda: found.pop(0), wait=lambda _: None)
    assert found == [True]


def test_a_worker_that_is_told_to_stop_looks_no_more() -> None:
    rounds.stopping.set()
    found = [True, True]
    drain_attentively(lambda: found.pop(0), wait=lambda _: None)
    assert found == [True]


def test_lost_database_is_waited_for() -> None:
    drains = Drains(OperationalError(), InterfaceError(), MORE, OperationalError(), DONE)
    drain_in_rounds(drains, wake=nobody)
    assert drains.answers == []


def test_our_own_fault_is_not_repeated() -> None:
    drains = Drains(IntegrityError(), DONE)
    with pytest.raises(IntegrityError):
        drain_in_rounds(drains, wake=nobody)
    assert drains.answers == [DONE]


def test_a_database_that_stays_away_is_left_to_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "LONGEST_SECONDS", 0.01)
    monkeypatch.setattr(rounds, "LONGEST_PAUSE_SECONDS", 0.002)
    drains = Drains(*[OperationalError()] * 100)
    with pytest.raises(OperationalError):
        drain_in_rounds(drains, wake=nobody)
    assert 1 <= len(drains.answers) < 100


def test_a_lane_without_end_is_left_to_the_sweep_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "LONGEST_SECONDS", 0.0)
    drains = Drains(MORE, DONE)
    drain_in_rounds(drains, wake=nobody)
    assert drains.answers == [DONE]


def test_a_worker_that_is_told_to_stop_does_not_go_on() -> None:
    rounds.stopping.set()
    drains = Drains(MORE, OperationalError())
    drain_in_rounds(drains, wake=nobody)
    with pytest.raises(OperationalError):
        drain_in_rounds(drains, wake=nobody)
    assert drains.answers == []


def test_a_worker_that_waits_for_the_database_stops_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "FIRST_PAUSE_SECONDS", 60.0)
    ended: list[BaseException] = []

    def work() -> None:
        try:
            drain_in_rounds(Drains(OperationalError()), wake=nobody)
        except OperationalError as error:
            ended.append(error)

    waiting = threading.Thread(target=work)
    waiting.start()
    rounds.stopping.set()
    waiting.join(30)
    assert len(ended) == 1
