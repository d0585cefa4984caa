"""Names, sizes and bombs with an objection, with their exact inputs (O09, O15, O16)."""

from __future__ import annotations

import io
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from beneficiaries.models import Person
from documents.drawing import draw_waiting
from objections.models import Objection
from objections.services import submit_objection
from tests.documents.files import pdf_bytes, png_bytes, upload
from tests.objections.cases import NOW, STATEMENT, draft, result_of
from tests.objections.pages import send_url, started, statement_fields, step_url
from tests.personas import sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


def names_of(objection: Objection) -> list[str]:
    return [link.document.name for link in objection.documents.order_by("id")]


def bomb(side: int) -> bytes:
    output = io.BytesIO()
    Image.new("1", (side, side)).save(output, "PNG")
    return output.getvalue()


@pytest.mark.parametrize(
    ("sent", "saved"),
    [
        ("صورة الهوية الوطنية.pdf", "صورة الهوية الوطنية.pdf"),
        ('هوية "نسخة" ١.pdf', 'هوية "نسخة" ١.pdf'),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("تقرير\u202efdp.exe", "تقريرfdp.exe.pdf"),
    ],
)
def test_name_that_staff_save_is_readable_and_has_no_path(
    client: Client, person: Person, attachments: Path, sent: str, saved: str
) -> None:
    begun = draft(result_of(person), person)
    client.post(send_url(begun), {"documents": upload(sent, pdf_bytes(pages=2))})
    filed = submit_objection(objection=begun, has_declared=True, now=NOW)
    document = filed.documents.latest("id").document
    sign_in_staff(client, "caseworker")
    address = reverse("admin:objections_objection_document", args=[filed.pk, document.uuid])
    disposition = client.get(address)["Content-Disposition"]
    if saved.isascii():
        assert f'filename="{saved}"' in disposition
    else:
        assert f"filename*=utf-8''{quote(saved)}" in disposition
    assert "\u202e" not in document.name
    assert all(path.name == path.name.lower() for path in attachments.rglob("*"))


def test_program_under_the_name_of_a_document_is_refused(client: Client, person: Person) -> None:
    begun = started(client, person)
    answer = client.post(
        send_url(begun), {"documents": upload("تقرير\u202efdp.exe", b"MZ\x90\x00\x03\x00")}
    )
    assert answer["Content-Type"].startswith("text/plain")
    assert "\u202e" not in answer.content.decode()
    assert names_of(begun) == []


def test_empty_large_and_bomb_files_are_named_and_the_good_one_and_the_text_kept(
    client: Client, person: Person
) -> None:
    begun = started(client, person)
    client.post(step_url(begun, "statement"), statement_fields(statement=STATEMENT))
    bad = {
        "فارغ.pdf": b"",
        "قنبلة.png": bomb(12_000),
        "كبيرة.png": bomb(20_000),
        "ضخم.pdf": b"%PDF-1.7" + b" " * (40 * 1024 * 1024),
    }
    files = [upload(name, content) for name, content in bad.items()]
    files.append(upload("جيد.png", png_bytes()))
    response = client.post(step_url(begun, "documents"), {"documents": files})
    page = response.content.decode()
    assert response.status_code == HTTPStatus.OK
    for name in bad:
        assert name in page
    assert "10 ميجابايت" in page
    begun.refresh_from_db()
    assert (begun.statement, names_of(begun)) == (STATEMENT, ["جيد.png"])


def test_of_twenty_five_files_the_first_ten_are_kept_and_the_others_named(
    client: Client, person: Person, attachments: Path
) -> None:
    begun = started(client, person)
    files = [upload(f"ملف-{n}.png", png_bytes((n + 1, 4))) for n in range(25)]
    page = client.post(step_url(begun, "documents"), {"documents": files}).content.decode()
    assert len(names_of(begun)) == settings.LIMITS["files"]
    assert all(f"ملف-{n}.png" in page for n in range(25))
    assert sum(path.is_file() for path in attachments.rglob("*")) == settings.LIMITS["files"]


def test_body_that_is_cut_off_leaves_no_half_file(
    client: Client, person: Person, attachments: Path
) -> None:
    begun = started(client, person)
    boundary = "cut"
    head = (
        f"--{boundary}\r\nContent-Disposition: form-data; name=documents; filename=a.pdf\r\n"
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()
    response = client.generic(
        "POST",
        step_url(begun, "documents"),
        head + pdf_bytes()[:200],
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    assert names_of(begun) == []
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


def test_list_and_case_open_with_whatever_was_kept(client: Client, person: Person) -> None:
    begun = draft(result_of(person), person)
    glued = png_bytes() + b"<script>alert(1)</script>"
    for name in ("x.png", "x.html"):
        client.post(send_url(begun), {"documents": upload(name, glued, "text/html")})
    filed = submit_objection(objection=begun, has_declared=True, now=NOW)
    draw_waiting(now=timezone.now())
    sign_in_staff(client, "caseworker")
    listing = reverse("admin:objections_objection_changelist")
    case = reverse("admin:objections_objection_change", args=[filed.pk])
    for address in (listing, case):
        assert client.get(address).status_code == HTTPStatus.OK
    assert names_of(filed) == ["عقد.pdf", "x.png"], "the same picture is kept once"
