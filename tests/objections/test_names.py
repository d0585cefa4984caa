"""Objections are found by the name that their person has in the register."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from access.names import name_filter
from beneficiaries.imports.register import import_register
from beneficiaries.models import Person
from objections.models import Objection
from objections.services import follow_names, names
from objections.tasks import follow
from tests.beneficiaries.files import REGISTER_HEADER, register_row, write
from tests.objections.cases import draft, result_of, submitted
from tests.objections.test_concurrency import at_once
from tests.personas import head

IMPORTED = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def found(name: str) -> list[Objection]:
    return list(Objection.objects.filter(name_filter("folded_name", name)))


def correct_name(person: Person, name: str, folder: Path) -> None:
    row = register_row(person.national_id, full_name=name)
    path = write(folder / "register.csv", REGISTER_HEADER, [row])
    counts = import_register(path, as_of=date(2026, 11, 25), now=IMPORTED)
    assert (counts.changed, counts.rejected) == (1, 0)


@pytest.mark.django_db
def test_draft_and_objection_are_under_the_name_of_whom_they_are_about() -> None:
    person = head(full_name="أحمد سعد التجريبي")
    opened = draft(result_of(person), person)
    assert found("احمد") == [opened]
    Objection.objects.filter(pk=opened.pk).update(person=head(full_name="هدى علي التجريبية"))
    assert (found("احمد"), found("هدي")) == ([], [opened])


@pytest.mark.django_db
def test_corrected_name_is_followed_and_the_old_one_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_ROWS_AT_ONCE", 1)
    other = submitted(result_of(other_person := head()), other_person)
    person = head(full_name="سارة أحمد التجريبية")
    objection = submitted(result_of(person), person)
    correct_name(person, "منيرة أحمد التجريبية", tmp_path)
    assert found("ساره") == [objection], "it waits for the task"
    ended = person_import_ended()
    assert follow_names(now=ended + timedelta(hours=1)) == 1
    assert (found("ساره"), found("منيره")) == ([], [objection])
    assert other in found(other_person.full_name)
    assert follow_names(now=ended + timedelta(hours=2)) == 0


def person_import_ended() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(ended_at) FROM beneficiaries_importrun")
        ended = cursor.fetchone()[0]
    assert isinstance(ended, datetime)
    return ended


@pytest.mark.django_db
def test_days_without_an_import_read_no_objection(
    tmp_path: Path, django_assert_num_queries: Any
) -> None:
    person = head(full_name="سارة أحمد التجريبية")
    submitted(result_of(person), person)
    with django_assert_num_queries(1):
        assert follow() == 0
    correct_name(person, "منيرة أحمد التجريبية", tmp_path)
    long_after = person_import_ended() + timedelta(hours=26)
    with django_assert_num_queries(1):
        assert follow_names(now=long_after) == 0


@pytest.mark.django_db(transaction=True)
def test_draft_opens_while_an_import_holds_its_person() -> None:
    person = head()
    result = result_of(person)
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(full_name="منيرة أحمد التجريبية")

        def open_it(_number: int) -> bool:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '10s'")
            return draft(result, person).pk is not None

        assert at_once(1, open_it) == [True]
