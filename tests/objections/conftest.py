"""What the tests of objections stand on: files in a folder of their own, a day, a person."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from beneficiaries.models import Person
from objections.models import Objection
from tests.factories import PaymentLineFactory, ResultFactory
from tests.objections.cases import NOW, result_of, riyadh, submitted
from tests.personas import head, sign_in
from tests.storing import files_in


@pytest.fixture(autouse=True)
def attachments(tmp_path: Path) -> Iterator[Path]:
    """Keep uploaded files in a folder that ends with the test."""
    folder = tmp_path / "attachments"
    with files_in(folder):
        yield folder


@pytest.fixture(autouse=True)
def arabic() -> Iterator[None]:
    """Begin in Arabic: a request for an English page leaves its language behind."""
    with translation.override("ar"):
        yield


@pytest.fixture
def november() -> Iterator[None]:
    """Begin on the day of the cases; the clock goes on."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def person(client: Client) -> Person:
    """Somebody whose browser is signed in."""
    somebody = head(city="الرياض")
    sign_in(client, somebody)
    return somebody


@pytest.fixture
def paid_months() -> Objection:
    """A case of October's result, after the payments of October and November."""
    owner = head()
    ResultFactory.create(
        person=owner, status="eligible", entitlement_sar=Decimal(720), cycle__code="2026-08"
    )
    case = submitted(result_of(owner), owner)
    for code, day in (("2026-10", 30), ("2026-11", 10)):
        month = 10 if code == "2026-10" else 11
        PaymentLineFactory.create(
            person=head(), cycle__code=code, paid_on=riyadh(f"2026-{month}-{day} 09:00:00").date()
        )
    return case
