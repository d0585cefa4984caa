"""Filing a ticket: once, in one transaction, always accepted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from access.errors import LimitReached
from access.references import parse_reference
from documents.errors import FilesNotKept
from documents.models import Document
from notifications.models import Message
from saudi.hijri import HijriDate
from sawtak import telling
from sawtak.models import IdentityMatch, Ticket, TicketEvent, TicketMessage
from sawtak.services import ask_sender, filing, reply_from_sender
from tests.documents.watched_store import watched_store
from tests.factories import PersonFactory, StaffFactory
from tests.sawtak.tickets import MOBILE, NOW, STRANGERS_ID, checked, file, texts_sent

ADDRESS = "192.0.2.7"


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    """Keep the files of these tests in a folder of their own."""
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = storages
    return tmp_path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_ticket_has_a_reference_its_text_an_event_and_one_sms() -> None:
    ticket = file()
    assert parse_reference(ticket.reference) == ticket.reference
    assert ticket.reference[0] == "7"
    assert TicketMessage.objects.get(ticket=ticket).text == "لم تصل دفعة نوفمبر إلى حسابي."
    event = TicketEvent.objects.get(ticket=ticket)
    assert (event.from_status, event.to_status, event.actor) == ("", "new", None)
    sms = Message.objects.get()
    assert (sms.recipient, sms.template) == (MOBILE, "ticket_received")
    assert ticket.reference in sms.body


@pytest.mark.django_db
def test_filed_ticket_is_given_as_it_is_stored() -> None:
    ticket = file(language="en", subject="موضوع")
    assert vars(Ticket.objects.defer("folded_name").get()) | {"_state": None} == vars(ticket) | {
        "_state": None,
        "assigned_to_id": None,
        "merged_into_id": None,
    }
    assert ticket.assigned_to is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("national_id", "birth_date", "mobile", "match"),
    [
        pytest.param("1000000008", HijriDate(1404, 1, 25), MOBILE, "full", id="same-person"),
        pytest.param("1000000008", HijriDate(1404, 1, 24), MOBILE, "partial", id="other-date"),
        pytest.param(
            "1000000008", HijriDate(1404, 1, 25), "+966500000009", "partial", id="other-mobile"
        ),
        pytest.param(STRANGERS_ID, HijriDate(1404, 1, 25), MOBILE, "none", id="unknown-id"),
        pytest.param("", None, MOBILE, "none", id="no-id-given"),
    ],
)
def test_identity_is_stored_for_staff_and_refuses_nobody(
    national_id: str, birth_date: HijriDate | None, mobile: str, match: str
) -> None:
    person = PersonFactory.create(
        national_id="1000000008", birth_date=HijriDate(1404, 1, 25), mobile=MOBILE
    )
    ticket = file(national_id=national_id, birth_date=birth_date, mobile=mobile)
    assert ticket.identity_match == IdentityMatch(match)
    assert ticket.person == (None if match == "none" else person)
    assert len(texts_sent("ticket_received")) == 1


@pytest.mark.django_db(transaction=True)
def test_submission_is_one_transaction_of_four_statements() -> None:
    with CaptureQueriesContext(connection) as captured:
        file(address=ADDRESS)
    statements = [query["sql"].split(maxsplit=1)[0] for query in captured]
    assert statements[0] == "BEGIN"
    assert statements[-1] == "COMMIT"
    assert len(statements) == 6
    assert not {"BEGIN", "COMMIT", "SAVEPOINT"} & set(statements[1:-1])


@pytest.mark.django_db
def test_same_submission_twice_is_one_ticket(storage: Path) -> None:
    first = file(key="same", attachments=[checked()])
    again = file(key="same", attachments=[checked()], now=NOW + timedelta(seconds=3))
    assert again == first
    assert Ticket.objects.count() == Document.objects.count() == Message.objects.count() == 1
    assert len(files_in(storage)) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_submissions_at_once_are_one_ticket(storage: Path) -> None:
    barrier = Barrier(20)

    def submit(_number: int) -> str:
        file_of_thread = checked()
        barrier.wait(timeout=30)
        try:
            return file(key="same", attachments=[file_of_thread], address=ADDRESS).reference
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        references = list(pool.map(submit, range(20)))
    assert len(set(references)) == 1
    assert Ticket.objects.count() == TicketEvent.objects.count() == Message.objects.count() == 1
    assert Document.objects.count() == 1
    assert len(files_in(storage)) == 1


@pytest.mark.django_db
def test_two_different_tickets_are_both_kept() -> None:
    assert file().reference != file(message="سؤال آخر").reference
    assert len(texts_sent("ticket_received")) == 2


@pytest.mark.django_db
def test_taken_reference_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = file().reference
    draws = iter([taken, taken, "7000000007"])
    monkeypatch.setattr(filing, "new_reference", lambda _kind: next(draws))
    assert file().reference == "7000000007"


@pytest.mark.django_db
def test_endless_collisions_end_in_the_databases_error(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = file().reference
    monkeypatch.setattr(filing, "new_reference", lambda _kind: taken)
    with pytest.raises(IntegrityError, match="reference"):
        file()


@pytest.mark.django_db
def test_sixty_first_ticket_of_an_address_in_an_hour_is_refused(
    settings: Settings, storage: Path
) -> None:
    settings.LIMITS = {**settings.LIMITS, "tickets_per_address_hour": 3}
    for _number in range(3):
        file(address=ADDRESS)
    with pytest.raises(LimitReached) as refusal:
        file(address=ADDRESS, attachments=[checked()])
    assert NOW < refusal.value.retry_at <= NOW + timedelta(minutes=65)
    assert Ticket.objects.count() == 3
    assert files_in(storage) == []
    file(address="192.0.2.8")
    file(address=ADDRESS, now=refusal.value.retry_at)


@pytest.mark.django_db
def test_repeat_of_a_filed_ticket_passes_a_full_limit(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "tickets_per_address_hour": 1}
    first = file(key="same", address=ADDRESS)
    assert file(key="same", address=ADDRESS) == first


@pytest.mark.django_db(transaction=True)
def test_failure_leaves_no_row_no_sms_and_no_file(
    monkeypatch: pytest.MonkeyPatch, storage: Path
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(telling, "queue_message", fail)
    with pytest.raises(ConnectionError):
        file(attachments=[checked()])
    assert Ticket.objects.count() == Document.objects.count() == Message.objects.count() == 0
    assert files_in(storage) == []


@pytest.mark.django_db
def test_store_is_written_to_before_any_transaction(tmp_path: Path) -> None:
    with watched_store(tmp_path) as seen:
        ticket = file(attachments=[checked()])
        ask_sender(
            ticket_id=ticket.pk, agent=StaffFactory.create(), text="؟", seen_status="new", now=NOW
        )
        reply_from_sender(
            ticket_id=ticket.pk, text="هذا هو", attachments=[checked(colour="red")], now=NOW
        )
    assert seen == [len(connection.atomic_blocks)] * 2
    assert len(files_in(tmp_path)) == Document.objects.count() == 2


@pytest.mark.django_db
def test_store_that_takes_nothing_changes_nothing(tmp_path: Path) -> None:
    with watched_store(tmp_path, fails_after=1), pytest.raises(FilesNotKept):
        file(attachments=[checked(), checked(colour="red")])
    assert files_in(tmp_path) == []
    assert not Ticket.objects.exists()
