"""How a document leaves the house (O09, O16)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.http import Http404
from django.utils import timezone

from documents.intake import check_upload, store_document
from documents.models import Document, DocumentOpening
from documents.serving import attachment_response
from tests.documents.files import pdf_bytes, png_bytes, upload
from tests.personas import head, staff, user_of

pytestmark = pytest.mark.django_db


def _document(name: str, content: bytes = b"") -> Document:
    return store_document(check_upload(upload(name, content or pdf_bytes())), now=timezone.now())


@pytest.mark.parametrize("name", ["صورة الهوية الوطنية.pdf", 'هوية "نسخة" ١.pdf'])
def test_arabic_name_arrives_and_nothing_can_run(name: str) -> None:
    response = attachment_response(_document(name), opened_by=None)
    assert response["Content-Disposition"].startswith("attachment; ")
    assert f"filename*=utf-8''{quote(name)}" in response["Content-Disposition"]
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response["Cache-Control"]
    assert b"".join(response) == pdf_bytes()  # type: ignore[arg-type]  # a file is read here


def test_picture_named_html_is_saved_as_a_picture() -> None:
    response = attachment_response(_document("x.html", png_bytes()), opened_by=None)
    assert response["Content-Type"] == "image/png"
    assert 'filename="x.html.png"' in response["Content-Disposition"]


def test_staff_who_open_a_document_are_recorded() -> None:
    document, clerk = _document("a.pdf"), staff()
    attachment_response(document, opened_by=clerk)
    assert list(DocumentOpening.objects.values_list("document_id", "opened_by_id")) == [
        (document.pk, clerk.pk)
    ]


def test_owner_who_opens_a_document_is_not_recorded() -> None:
    attachment_response(_document("a.pdf"), opened_by=user_of(head()))
    assert not DocumentOpening.objects.exists()


def test_lost_file_is_a_404_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    document = _document("سري.pdf")
    document.file.storage.delete(document.file.name)
    with pytest.raises(Http404):
        attachment_response(document, opened_by=staff())
    assert str(document.pk) in caplog.text
    assert "سري" not in caplog.text
    assert not DocumentOpening.objects.exists()
