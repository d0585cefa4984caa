"""The different values of a column, by its index."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.columns import values_in
from beneficiaries.models import Cycle, Person
from tests.factories import CycleFactory
from tests.personas import head

pytestmark = pytest.mark.django_db


def test_each_value_comes_once_in_its_order_and_no_more_than_wanted() -> None:
    assert values_in(Cycle, "code", most=5) == []
    for code in ("2026-03", "2026-01", "2026-02"):
        CycleFactory.create(code=code)
    with CaptureQueriesContext(connection) as captured:
        assert values_in(Cycle, "code", most=5) == ["2026-01", "2026-02", "2026-03"]
    assert len(captured) == 1
    assert values_in(Cycle, "code", most=2) == ["2026-01", "2026-02"]
    assert values_in(Cycle, "code", most=5, after="2026-01") == ["2026-02", "2026-03"]
    assert values_in(Cycle, "code", most=5, condition="code <> '2026-02'") == ["2026-01", "2026-03"]


def test_empty_texts_are_no_value() -> None:
    head(city="")
    head(city="جدة")
    head(city="جدة")
    assert values_in(Person, "city", most=5) == ["جدة"]
