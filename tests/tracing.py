"""Which tests are traced for branch coverage.

A traced test takes half as long again, and most branches are reached by the first cases of a
parametrised test and by what needs no running stack. Coverage of a part of the tests is a lower
bound of the coverage of all: what it lacks of its aim is seen all the same, in less time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coverage import Coverage

FIRST_CASES = 8

UNTRACED = ("tests/bench/", "tests/e2e/", "tests/launcher/test_run.py")
"""What drives other processes: the tracer of this one sees nothing of them."""


def is_traced(item: pytest.Item) -> bool:
    """Tell whether a test counts for the coverage.

    All that need no database do, which take no time; of the others' cases the first.
    """
    if item.nodeid.startswith(UNTRACED):
        return False
    if item.get_closest_marker("django_db") is None:
        return True
    callspec = getattr(item, "callspec", None)
    return callspec is None or max(callspec.indices.values(), default=0) < FIRST_CASES


@contextmanager
def traced_or_not(item: pytest.Item) -> Iterator[None]:
    """Let the tracer rest during a test that does not count; without a tracer do nothing."""
    tracer = Coverage.current()
    if tracer is None or is_traced(item):
        yield
        return
    tracer.stop()
    try:
        yield
    finally:
        tracer.start()
