"""What a line of the log never holds."""

from __future__ import annotations

import logging
import sys

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from portal.logs import DiscreetFormatter
from tests.factories import PersonFactory

FORMATTER = DiscreetFormatter("{levelname} {message}", style="{")


def line(message: str, *, with_error: bool = False) -> str:
    """Write a line as the console does."""
    error = sys.exc_info() if with_error else None
    return FORMATTER.format(logging.LogRecord("x", logging.ERROR, "x.py", 1, message, (), error))


@pytest.mark.parametrize(
    "number",
    ["1000000008", "0500000001", "+966500000001", "4123456782", "SA0380000000608010167519"],
)
def test_long_numbers_are_left_out(number: str) -> None:
    written = line(f"Not Found: /sawtak/{number}/")
    assert number.lstrip("+SA") not in written
    assert written.startswith("ERROR Not Found: /sawtak/")


def test_our_own_ids_stay() -> None:
    assert line("message 123456789: failed") == "ERROR message 123456789: failed"


@pytest.mark.django_db
def test_row_that_postgresql_quotes_is_left_out() -> None:
    person = PersonFactory.create(full_name="سارة أحمد\n\nالتجريبية")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_person SET mobile = '05' WHERE id = %s", [person.pk])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE beneficiaries_person SET mobile = '05' WHERE id = %s", [person.pk]
            )
    except IntegrityError:
        written = line("failed", with_error=True)
    assert "Traceback" in written
    assert "person_mobile_form" in written
    for secret in (person.national_id, "سارة", "التجريبية"):
        assert secret not in written


def test_every_line_of_the_portal_is_written_so() -> None:
    formatters = settings.LOGGING["formatters"]
    used = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
    assert {formatters[name]["()"] for name in used} == {"portal.logs.DiscreetFormatter"}
