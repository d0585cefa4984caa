"""A store that is slow or takes nothing holds no lock of a case and loses nothing (ADR 24)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from beneficiaries.models import Person
from documents.errors import FilesNotKept
from documents.models import Document
from objections.models import Objection
from objections.services import add_documents, attach_documents, open_draft
from objections.services.entered import enter_paper
from objections.services.papers import add_wanted_documents
from tests.documents.files import pdf_bytes, upload
from tests.documents.watched_store import files_of, watched_store
from tests.factories import PaymentLineFactory
from tests.objections.cases import (
    NOW,
    STATEMENT,
    documents_wanted,
    draft,
    pdf,
    result_of,
    submitted,
)
from tests.objections.entering import (
    LAST_DAY,
    LONG_AFTER,
    entry_of,
    entry_url,
    paper_fields,
)
from tests.objections.pages import send_url, step_url
from tests.personas import sign_in, sign_in_staff, staff, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]

SAID = "لا يمكننا استلام الملفات الآن"
Act = Callable[[], object]


def _with_a_draft(person: Person) -> Act:
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    return lambda: attach_documents(objection=opened, checked=[pdf()], now=NOW)


def _later(person: Person) -> Act:
    filed = submitted(result_of(person), person)
    return lambda: add_documents(
        objection=filed, checked=[pdf(pages=2)], actor=user_of(person), now=NOW
    )


def _when_asked(person: Person) -> Act:
    asked = documents_wanted(submitted(result_of(person), person), staff("caseworker"))
    return lambda: add_wanted_documents(
        objection=asked, checked=[pdf(pages=2)], actor=user_of(person), now=NOW
    )


def _on_paper(person: Person) -> Act:
    entry = entry_of(result_of(person), person)
    return lambda: enter_paper(
        entry=entry, received_on=LAST_DAY, checked=[pdf()], by=staff("agent"), now=LONG_AFTER
    )


WAYS = [_with_a_draft, _later, _when_asked, _on_paper]


@pytest.mark.parametrize("way", WAYS)
def test_store_is_written_to_before_any_transaction(
    person: Person, tmp_path: Path, way: Callable[[Person], Act]
) -> None:
    act = way(person)
    with watched_store(tmp_path / "watched") as seen:
        act()
    assert seen == [len(connection.atomic_blocks)]
    [path] = files_of(tmp_path / "watched")
    assert Document.objects.latest("id").file.name == f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("way", WAYS)
def test_store_that_takes_nothing_changes_nothing(
    person: Person, tmp_path: Path, way: Callable[[Person], Act]
) -> None:
    act, before = way(person), (Document.objects.count(), Objection.objects.count())
    with watched_store(tmp_path / "watched", fails_after=0), pytest.raises(FilesNotKept):
        act()
    assert (Document.objects.count(), Objection.objects.count()) == before


def test_first_file_goes_with_the_second_that_could_not_be_written(
    person: Person, tmp_path: Path
) -> None:
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    with watched_store(tmp_path / "watched", fails_after=1), pytest.raises(FilesNotKept):
        attach_documents(objection=opened, checked=[pdf(), pdf(pages=2)], now=NOW)
    assert files_of(tmp_path / "watched") == []


def test_file_that_is_there_already_is_written_and_removed(person: Person, tmp_path: Path) -> None:
    begun = draft(result_of(person), person)
    with watched_store(tmp_path / "watched"):
        assert attach_documents(objection=begun, checked=[pdf()], now=NOW) == []
    assert files_of(tmp_path / "watched") == []


def test_every_page_says_that_no_file_can_be_taken_and_keeps_the_rest(
    client: Client, person: Person, tmp_path: Path
) -> None:
    begun = draft(result_of(person), person)
    filed = submitted(PaymentLineFactory.create(person=person), person)
    sign_in(client, person)
    with watched_store(tmp_path / "watched", fails_after=0):
        sent = {"documents": upload("صفحة.pdf", pdf_bytes(pages=3))}
        for address in (
            send_url(begun),
            step_url(begun, "documents"),
            reverse("objections:send_paper", args=[filed.reference]),
            reverse("objections:detail", args=[filed.reference]),
        ):
            sent["documents"].seek(0)
            answer = client.post(address, sent)
            assert answer.status_code == HTTPStatus.OK, address
            assert SAID in answer.content.decode(), address
    assert begun.documents.count() == filed.documents.count() == 1


def test_staff_who_enter_a_paper_keep_what_they_typed(
    client: Client, person: Person, tmp_path: Path
) -> None:
    result = result_of(person)
    with watched_store(tmp_path / "watched", fails_after=0), time_machine.travel(LONG_AFTER):
        sign_in_staff(client, "agent")
        page = client.post(entry_url("paper", result, person), paper_fields())
    assert page.status_code == HTTPStatus.OK
    assert STATEMENT in page.content.decode()
    assert SAID in page.content.decode()
    assert not Objection.objects.exists()
