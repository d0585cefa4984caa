"""What tests of a person's pages stand on: a clock that stands still, Sara, a known code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from access import codes
from beneficiaries.models import Person
from tests.personas import head
from tests.portal.signing_in import CODE, KNOWN, NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def fixed_code(clock: time_machine.Coordinates, monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze the time and let every code be the one whose first digit is a zero."""
    monkeypatch.setattr(codes, "new_code", lambda: CODE)


@pytest.fixture
def sara() -> Person:
    return head(full_name="Sara", national_id=KNOWN, mobile="+966500000001")
