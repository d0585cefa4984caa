"""The short form of bench/faults: everything is killed, and each message arrives once."""

from __future__ import annotations

from bench.faults import messages

SEED = 3


def test_no_message_is_lost_or_sent_twice_while_everything_is_killed() -> None:
    outcome = messages.run(messages=120, faults=2, seed=SEED)
    assert outcome.is_whole, outcome
    assert outcome.messages == 120
    assert set(outcome.faults) == {"worker killed", "database crashed"}
    assert outcome.unknown_at_first
