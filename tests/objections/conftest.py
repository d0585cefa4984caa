"""What the tests of objections stand on: files in a folder of their own, a day, a person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client, override_settings
from django.utils import translation

from beneficiaries.models import Person
from tests.objections.cases import NOW
from tests.personas import head, sign_in


@pytest.fixture(autouse=True)
def attachments(tmp_path: Path) -> Iterator[Path]:
    """Keep uploaded files in a folder that ends with the test."""
    folder = tmp_path / "attachments"
    default = settings.STORAGES["default"]
    storage = {**default, "OPTIONS": {**default["OPTIONS"], "location": folder}}
    with override_settings(STORAGES={**settings.STORAGES, "default": storage}):
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
