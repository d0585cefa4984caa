"""The pages of documents as pictures: drawn apart, bounded, served as pixels (O14 to O16)."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import Http404
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from documents import drawing
from documents.drawing import MOST_TRIES, draw_waiting
from documents.intake import check_upload, store_document
from documents.models import Document, DocumentOpening
from documents.page_images import MOST_PAGES
from documents.serving import page_response
from documents.sweeping import remove_files_without_row
from tests.documents.files import heic_bytes, jpeg_bytes, pdf_bytes, png_bytes, upload
from tests.personas import staff

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 12, 18, 0, tzinfo=UTC)


def kept(name: str, content: bytes) -> Document:
    return store_document(check_upload(upload(name, content)), now=NOW)


def active_pdf() -> bytes:
    """Give a PDF that would run a script and start a program, and brings a file with it."""
    writer = PdfWriter()
    writer.add_blank_page(width=200, height=300)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('x');"),
            NameObject("/Next"): DictionaryObject(
                {
                    NameObject("/S"): NameObject("/Launch"),
                    NameObject("/F"): TextStringObject("setup.exe"),
                }
            ),
        }
    )
    writer.add_attachment("setup.exe", b"MZ")
    writer.encrypt(user_password="", owner_password="secret")
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("a.pdf", pdf_bytes(), (1240, 1240)),
        ("active.pdf", active_pdf(), (1240, 1860)),
        ("photo.jpg", jpeg_bytes((80, 60), turned=True), (60, 80)),
        ("IMG_0001.HEIC", heic_bytes((80, 60), turned=True), (60, 80)),
        ("stamp.png", png_bytes((40, 30), mode="P"), (40, 30)),
        ("glued.png", png_bytes((40, 30)) + b"<script>alert(1)</script>", (40, 30)),
    ],
    ids=["pdf", "active", "photo", "heic", "palette", "glued"],
)
def test_page_is_upright_pixels_and_nothing_else(
    name: str, content: bytes, size: tuple[int, int]
) -> None:
    document = kept(name, content)
    assert draw_waiting(now=NOW) == 1
    document.refresh_from_db()
    assert (document.page_count, document.draw_due_at) == (1, None)
    page = document.pages.get()
    assert (page.width, page.height) == size
    response = page_response(page, small=False, opened_by=staff(), now=NOW)
    drawn = b"".join(response)  # type: ignore[arg-type]  # a file is read here
    with Image.open(io.BytesIO(drawn)) as image:
        assert (image.format, image.size) == ("JPEG", size)
        assert not image.getexif()
    assert b"script" not in drawn
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]


def test_only_the_first_pages_are_drawn_and_all_are_counted() -> None:
    document = kept("long.pdf", pdf_bytes(pages=MOST_PAGES + 5))
    draw_waiting(now=NOW)
    document.refresh_from_db()
    assert (document.page_count, document.pages.count()) == (MOST_PAGES + 5, MOST_PAGES)


def test_page_of_absurd_size_is_drawn_small() -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=14_400, height=14_400)
    writer.add_blank_page(width=2, height=14_400)
    output = io.BytesIO()
    writer.write(output)
    document = kept("huge.pdf", output.getvalue())
    draw_waiting(now=NOW)
    assert all(page.width * page.height <= 4_100_000 for page in document.pages.all())


def test_what_cannot_be_drawn_is_tried_a_few_times_and_disturbs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    document, other = kept("a.pdf", pdf_bytes()), kept("b.pdf", pdf_bytes(pages=2))
    with document.file.storage.open(document.file.name, "wb") as broken:
        broken.write(b"%PDF-1.7 broken")
    now = NOW
    for _ in range(MOST_TRIES + 1):
        draw_waiting(now=now)
        now += timedelta(hours=1)
    document.refresh_from_db()
    assert (document.draw_tries, document.draw_due_at) == (MOST_TRIES, None)
    assert other.pages.count() == 2
    assert f"document {document.pk} could not be drawn" in caplog.text


def test_drawing_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST_SECONDS", 0.01)
    document = kept("a.pdf", pdf_bytes())
    assert draw_waiting(now=NOW) == 0
    assert not document.pages.exists()


def test_lost_file_is_said_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    document = kept("a.pdf", pdf_bytes())
    document.file.storage.delete(document.file.name)
    assert draw_waiting(now=NOW) == 0
    assert "missing from the storage" in caplog.text


def test_looking_is_kept_once_a_day_and_a_reader(attachments: Path) -> None:
    document, first, second = kept("a.pdf", pdf_bytes(pages=2)), staff(), staff(username="b")
    draw_waiting(now=NOW)
    for page in document.pages.all():
        for reader in (first, second):
            for small in (True, False):
                page_response(page, small=small, opened_by=reader, now=NOW)
    assert DocumentOpening.objects.count() == 2
    page_response(document.pages.all()[0], small=True, opened_by=first, now=NOW + timedelta(days=1))
    assert DocumentOpening.objects.count() == 3


def test_missing_page_and_page_of_a_refused_document_are_404() -> None:
    document, clerk = kept("a.pdf", pdf_bytes(pages=2)), staff()
    draw_waiting(now=NOW)
    first, second = document.pages.all()
    default_storage.delete(first.file.name or "")
    with pytest.raises(Http404):
        page_response(first, small=False, opened_by=clerk, now=NOW)
    Document.objects.update(state="refused", finding="x", scanned_at=NOW)
    second.refresh_from_db()
    with pytest.raises(Http404):
        page_response(second, small=True, opened_by=clerk, now=NOW)
    assert not DocumentOpening.objects.exists()


def test_sweep_keeps_pages_and_removes_what_nothing_names(attachments: Path) -> None:
    document = kept("a.pdf", pdf_bytes())
    draw_waiting(now=NOW)
    default_storage.save("ab/orphan", ContentFile(b"x"))
    assert remove_files_without_row(now=datetime.now(UTC) + timedelta(days=2)) == 1
    page = document.pages.get()
    for file in (document.file, page.file, page.thumbnail):
        assert default_storage.exists(file.name or "")


def test_no_file_stays_when_its_page_is_not_named(
    attachments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_rows: object) -> None:
        raise RuntimeError("later")

    kept("a.pdf", pdf_bytes())
    monkeypatch.setattr(drawing.DocumentPage.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError, match="later"):
        draw_waiting(now=NOW)
    assert len([path for path in attachments.rglob("*") if path.is_file()]) == 1
