"""The short form of bench/faults: everything is killed, and each message arrives once."""

from __future__ import annotations

from bench.faults import messages


def test_no_message_is_lost_or_sent_twice_while_everything_is_killed() -> None:
    outcome = messages.run(messages=200, faults=3, seed=3)
    assert outcome.is_whole, outcome
    assert outcome.messages == 200
    assert len(outcome.faults) == 3
    assert outcome.unknown_at_first
