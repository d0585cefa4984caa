"""The names of files that come with a request, as people and attackers write them (O09)."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from documents.models import Document
from sawtak.models import Ticket
from tests.documents.files import pdf_bytes, upload
from tests.personas import sign_in_staff
from tests.sawtak.tickets import form, page

NEW = "/sawtak/new/"
MARK = "\u202e"
PROGRAM = b"MZ\x90\x00\x03\x00"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def attachments(settings: Settings, tmp_path: Path) -> Path:
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = storages
    return tmp_path


def test_staff_get_each_file_under_its_own_name_and_the_store_never(
    client: Client, attachments: Path
) -> None:
    sent = {
        "صورة الهوية الوطنية.pdf": "صورة الهوية الوطنية.pdf",
        'هوية "نسخة" ١.pdf': 'هوية "نسخة" ١.pdf',
        "../../etc/passwd.pdf": "passwd.pdf",
    }
    files = [upload(name, pdf_bytes(pages=number)) for number, name in enumerate(sent, 1)]
    assert client.post(NEW, form(attachments=files)).status_code == 302
    ticket = Ticket.objects.get()
    sign_in_staff(client, "agent")
    for saved in sent.values():
        document = Document.objects.get(name=saved)
        answer = client.get(
            reverse("admin:sawtak_ticket_document", args=[ticket.pk, document.uuid])
        )
        disposition = answer["Content-Disposition"]
        assert disposition.startswith("attachment")
        if saved.isascii():
            assert f'filename="{saved}"' in disposition
        else:
            assert f"filename*=utf-8''{quote(saved)}" in disposition
    stored = [path.relative_to(attachments) for path in attachments.rglob("*") if path.is_file()]
    assert len(stored) == len(sent)
    for path in stored:
        assert re.fullmatch(r"[0-9a-z/.-]+", path.as_posix())
        assert not {"passwd", "etc", ".."} & set(path.parts)


def test_program_under_a_turned_name_is_refused_without_the_mark(client: Client) -> None:
    name = f"تقرير{MARK}fdp.exe"
    html = unescape(page(client.post(NEW, form(attachments=[upload(name, PROGRAM)]))))
    assert "تقريرfdp.exe" in html
    assert MARK not in html
    assert "لم تصل دفعة نوفمبر" in html, "what was typed is kept"
    assert not Ticket.objects.exists()
    assert not Document.objects.exists()
