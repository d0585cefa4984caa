"""The scan of kept files by ClamAV's stream protocol, its faults included (docs/adr/0024)."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from pytest_django import Settings

from documents.clamav import ScanFailed, ScannerAddress, parse_scanner_address, scan
from documents.intake import check_upload, store_document
from documents.models import Document
from documents.scanning import scan_waiting
from documents.serving import attachment_response
from documents.statuses import DocumentState
from tests.documents.files import pdf_bytes, upload
from tests.documents.scanner import EICAR, Scanner, harmful_pdf, running_scanner
from tests.personas import head, staff, user_of

NOW = datetime(2026, 11, 12, 18, 0, tzinfo=UTC)


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Scanner]:
    with running_scanner() as running:
        settings.CLAMAV_ADDRESS = running.address
        yield running


def kept(content: bytes = b"", *, now: datetime = NOW) -> Document:
    return store_document(check_upload(upload("a.pdf", content or pdf_bytes())), now=now)


def state_of(document: Document) -> str:
    document.refresh_from_db()
    return document.state


# The protocol -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("clamd:3310", ScannerAddress("clamd", 3310)),
        ("[::1]:3310", ScannerAddress("::1", 3310)),
        ("/run/clamd.ctl", ScannerAddress(path="/run/clamd.ctl")),
    ],
)
def test_address_is_read(text: str, address: ScannerAddress) -> None:
    assert parse_scanner_address(text) == address


@pytest.mark.parametrize("text", ["clamd", "clamd:", ":3310", "clamd:x", "clamd:0", "clamd:65536"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="port"):
        parse_scanner_address(text)


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 200_000])
def test_clean_bytes_of_any_size_are_clean(size: int) -> None:
    with running_scanner() as running:
        address = parse_scanner_address(running.address)
        assert scan(io.BytesIO(b"x" * size), address=address) == ""
        assert scan(io.BytesIO(b"x" * size + EICAR), address=address) == "Win.Test.EICAR_HDB-1"


def test_socket_of_the_machine_is_spoken_to() -> None:
    with tempfile.TemporaryDirectory() as folder, running_scanner(Path(folder) / "s") as running:
        assert scan(io.BytesIO(EICAR), address=parse_scanner_address(running.address))


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("silent", "TimeoutError"),
        ("closes", "ended early|ResetError"),
        ("nonsense", "error"),
        ("limit", "StreamMaxLength"),
    ],
)
def test_no_verdict_is_a_failure_with_its_cause(fault: str, cause: str) -> None:
    with running_scanner() as running:
        running.fault = fault
        with pytest.raises(ScanFailed, match=cause):
            scan(
                io.BytesIO(b"x" * 3_000_000),
                address=parse_scanner_address(running.address),
                timeout_seconds=0.5,
            )


def test_scanner_that_is_away_is_a_failure() -> None:
    with running_scanner() as running:
        address = parse_scanner_address(running.address)
    with pytest.raises(ScanFailed, match="ConnectionRefusedError"):
        scan(io.BytesIO(b"x"), address=address)
    with pytest.raises(ScanFailed, match="FileNotFoundError"):
        scan(io.BytesIO(b"x"), address=ScannerAddress(path="/nowhere/clamd.ctl"))


# The state of a document ----------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_fine_after_its_own_checks(settings: Settings) -> None:
    settings.CLAMAV_ADDRESS = ""
    document = kept()
    assert (document.state, document.scanned_at) == (DocumentState.FINE, None)


@pytest.mark.django_db
def test_file_waits_until_the_scanner_has_spoken(scanner: Scanner) -> None:
    clean, bad = kept(), kept(harmful_pdf())
    assert {state_of(clean), state_of(bad)} == {DocumentState.RECEIVED}
    assert scan_waiting(now=NOW) == 2
    assert (state_of(clean), clean.finding, clean.scanned_at) == (DocumentState.FINE, "", NOW)
    assert (state_of(bad), bad.finding) == (DocumentState.REFUSED, "Win.Test.EICAR_HDB-1")
    assert bad.draw_due_at is None
    assert scan_waiting(now=NOW + timedelta(days=1)) == 0, "a verdict is the last word"
    assert scanner.asked == 2


@pytest.mark.django_db
def test_scanner_that_is_away_is_asked_again_later_and_raises_an_alarm(
    scanner: Scanner, caplog: pytest.LogCaptureFixture
) -> None:
    scanner.fault = "closes"
    first, second = kept(), kept()
    assert scan_waiting(now=NOW) == 0
    assert scanner.asked == 1, "the next file would get no verdict either"
    assert {state_of(first), state_of(second)} == {DocumentState.CHECKING, DocumentState.RECEIVED}
    assert "scan alarm" not in caplog.text
    waits = []
    now = NOW
    for _ in range(7):
        document = Document.objects.order_by("scan_due_at").last()
        assert document is not None
        assert document.scan_due_at is not None
        waits.append(document.scan_due_at - now)
        now = document.scan_due_at
        scan_waiting(now=now)
    assert max(waits) <= timedelta(minutes=32)
    assert "scan alarm: 2 documents wait for the scanner" in caplog.text
    scanner.fault = ""
    assert scan_waiting(now=now + timedelta(hours=1)) == 2
    assert {state_of(first), state_of(second)} == {DocumentState.FINE}


@pytest.mark.django_db
def test_file_that_a_killed_worker_had_is_due_again(scanner: Scanner) -> None:
    document = kept()
    Document.objects.update(
        state=DocumentState.CHECKING, scan_tries=1, scan_due_at=NOW + timedelta(minutes=2)
    )
    assert scan_waiting(now=NOW + timedelta(minutes=1)) == 0
    assert scan_waiting(now=NOW + timedelta(minutes=2)) == 1
    assert state_of(document) == DocumentState.FINE


@pytest.mark.django_db
def test_what_waits_is_fine_once_no_scanner_is_set_any_more(
    scanner: Scanner, settings: Settings
) -> None:
    document = kept()
    settings.CLAMAV_ADDRESS = ""
    assert scan_waiting(now=NOW) == 1
    assert (state_of(document), document.scanned_at) == (DocumentState.FINE, None)
    assert not scanner.asked


@pytest.mark.django_db
def test_lost_file_keeps_no_other_from_its_scan(
    scanner: Scanner, caplog: pytest.LogCaptureFixture
) -> None:
    lost, other = kept(), kept()
    lost.file.storage.delete(lost.file.name)
    scan_waiting(now=NOW)
    assert state_of(other) == DocumentState.FINE
    assert "missing from the storage" in caplog.text


@pytest.mark.django_db
def test_refused_file_is_served_to_nobody_and_a_waiting_one_to_no_staff(scanner: Scanner) -> None:
    document, owner, clerk = kept(harmful_pdf()), user_of(head()), staff()
    assert attachment_response(document, opened_by=owner).status_code == 200
    with pytest.raises(Http404):
        attachment_response(document, opened_by=clerk)
    scan_waiting(now=NOW)
    document.refresh_from_db()
    for reader in (owner, clerk, None):
        with pytest.raises(Http404):
            attachment_response(document, opened_by=reader)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"state": "refused"},
        {"state": "refused", "finding": "x", "scanned_at": None},
        {"finding": "x"},
        {"state": "received"},
        {"scan_due_at": NOW},
        {"state": "received", "scan_due_at": NOW, "draw_due_at": NOW},
    ],
)
def test_database_refuses_states_that_cannot_be(fields: dict[str, object]) -> None:
    document = kept()
    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**fields)
