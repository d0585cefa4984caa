"""What is accepted of a file, by its content (O14 to O16)."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, OperationalError
from django.test import override_settings
from django.utils import timezone, translation
from PIL import Image

from documents import intake
from documents.errors import DocumentRefused, RefusalReason
from documents.intake import (
    MAX_PIXELS,
    CheckedFile,
    check_upload,
    files_follow_transaction,
    store_document,
)
from documents.models import Document
from tests.documents.files import (
    GPS,
    ORIENTATION,
    heic_beginning,
    heic_bytes,
    jpeg_bytes,
    pdf_bytes,
    png_bytes,
    upload,
)


def check(name: str, content: bytes, content_type: str = "") -> CheckedFile:
    return check_upload(upload(name, content, content_type))


def refusal(name: str, content: bytes, content_type: str = "") -> DocumentRefused:
    with pytest.raises(DocumentRefused) as caught:
        check(name, content, content_type)
    return caught.value


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("عقد.pdf", pdf_bytes(), "application/pdf"),
        ("صورة.png", png_bytes(), "image/png"),
        ("صورة.jpg", jpeg_bytes(), "image/jpeg"),
        ("grey.png", png_bytes(mode="1"), "image/png"),
        ("palette.png", png_bytes(mode="P"), "image/png"),
    ],
    ids=["pdf", "png", "jpeg", "grey", "palette"],
)
def test_each_kept_type_is_known_by_its_content(
    name: str, content: bytes, content_type: str
) -> None:
    checked = check(name, content, "text/html")
    assert (checked.name, checked.content_type) == (name, content_type)
    kept = checked.content.read()
    assert checked.size_bytes == len(kept) > 0
    assert checked.sha256 == hashlib.sha256(kept).hexdigest()


def test_pdf_is_kept_byte_for_byte() -> None:
    content = pdf_bytes(pages=3)
    assert check("a.pdf", content).content.read() == content


@pytest.mark.parametrize("between", [" ", "\n"], ids=["one-line", "lines"])
def test_pdf_without_its_table_of_contents_is_kept_as_viewers_open_it(between: str) -> None:
    objects = between.join(
        [
            "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
            "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
            "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj",
        ]
    )
    content = f"%PDF-1.4\n{objects}\ntrailer<</Root 1 0 R>>\n%%EOF\n".encode()
    assert check("a.pdf", content).content.read() == content


def test_pdf_with_an_owners_password_only_can_be_opened_and_is_kept() -> None:
    assert check("a.pdf", pdf_bytes(owner_password="secret")).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("فارغ.pdf", b"", RefusalReason.EMPTY),
        ("locked.pdf", pdf_bytes(password="1234"), RefusalReason.PASSWORD),
        ("half.pdf", pdf_bytes()[:-200], RefusalReason.INCOMPLETE),
        ("none.pdf", pdf_bytes(pages=0), RefusalReason.DAMAGED),
        ("broken.pdf", b"%PDF-1.7\nnothing here\n%%EOF\n", RefusalReason.DAMAGED),
        ("هوية.pdf", b"<html><script>alert(1)</script></html>", RefusalReason.WRONG_TYPE),
        ("setup.pdf", b"MZ\x90\x00\x03\x00\x00\x00", RefusalReason.WRONG_TYPE),
        ("x.svg", b'<svg xmlns="x" onload="alert(1)"></svg>', RefusalReason.WRONG_TYPE),
        ("a.pdf", b"x", RefusalReason.WRONG_TYPE),
        ("half.png", png_bytes((64, 64))[:60], RefusalReason.DAMAGED),
        ("half.jpg", jpeg_bytes((640, 480))[:300], RefusalReason.DAMAGED),
        ("head.jpg", b"\xff\xd8\xff\xe0", RefusalReason.DAMAGED),
    ],
    ids=[
        "0-bytes",
        "password",
        "cut-off",
        "no-page",
        "broken",
        "html",
        "exe",
        "svg",
        "one-byte",
        "half-png",
        "half-jpeg",
        "jpeg-head-only",
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    name: str, content: bytes, reason: RefusalReason
) -> None:
    refused = refusal(name, content)
    assert (refused.name, refused.reason) == (name, reason)


@pytest.mark.parametrize("content_type", ["image/heic", "image/heif", "application/octet-stream"])
@pytest.mark.parametrize("name", ["IMG_0001.HEIC", "IMG_0001.jpg"])
def test_iphone_picture_is_kept_as_jpeg_under_every_name_and_type(
    name: str, content_type: str
) -> None:
    checked = check(name, heic_bytes(turned=True), content_type)
    assert (checked.name, checked.content_type) == ("IMG_0001.jpg", "image/jpeg")
    with Image.open(checked.content) as image:
        assert image.format == "JPEG"
        assert image.size == (60, 80), "it stands upright"
        assert not image.getexif(), "nothing says where it was taken"


@pytest.mark.parametrize("content_type", ["image/heic", "image/heif", "application/octet-stream"])
@pytest.mark.parametrize("name", ["IMG_0001.HEIC", "IMG_0001.jpg"])
@pytest.mark.parametrize("content", [heic_beginning(), heic_bytes()[:-40]], ids=["head", "cut"])
def test_iphone_picture_that_does_not_open_gets_the_same_advice(
    name: str, content_type: str, content: bytes
) -> None:
    refused = refusal(name, content, content_type)
    assert refused.reason == RefusalReason.HEIC
    assert name in refused.message


def test_large_iphone_picture_is_kept_smaller() -> None:
    checked = check("IMG_0002.HEIC", heic_bytes((5_712, 128)))
    with Image.open(checked.content) as image:
        assert image.size == (2_856, 64)


def test_iphone_picture_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_MOST_HEIC_PIXELS", 80 * 60 - 1)
    assert refusal("IMG.HEIC", heic_bytes()).reason == RefusalReason.TOO_MANY_PIXELS


@pytest.mark.parametrize(("side", "weight"), [(12_000, 40_000), (20_000, 80_000)])
def test_pixel_bomb_is_refused_before_it_is_decoded(side: int, weight: int) -> None:
    output = io.BytesIO()
    Image.new("1", (side, side)).save(output, "PNG")
    assert output.tell() < weight
    assert side * side > MAX_PIXELS
    assert refusal("bomb.png", output.getvalue()).reason == RefusalReason.TOO_MANY_PIXELS


def test_bomb_that_pillow_itself_refuses_is_refused_in_our_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    refused = refusal("bomb.png", png_bytes((8, 6)))
    assert refused.reason == RefusalReason.TOO_MANY_PIXELS


def test_large_jpeg_is_kept_at_half_size() -> None:
    checked = check("large.jpg", jpeg_bytes((10_002, 1_000)))
    with Image.open(checked.content) as image:
        assert image.size == (5_001, 500)


def test_too_large_file_is_refused_with_the_limit() -> None:
    with override_settings(LIMITS={"file_bytes": 1024 * 1024}):
        refused = refusal("كبير.pdf", pdf_bytes() + b" " * 1024 * 1024)
    assert (refused.reason, refused.limit) == (RefusalReason.TOO_LARGE, 1)


def test_photo_is_kept_upright_and_without_its_place() -> None:
    source = jpeg_bytes((80, 60), turned=True)
    with Image.open(io.BytesIO(source)) as before:
        assert before.getexif()[ORIENTATION] == 6
        assert before.getexif().get_ifd(GPS)
    with Image.open(check("photo.jpg", source).content) as image:
        assert image.size == (60, 80)
        assert not image.getexif()


def test_printers_colours_become_a_screens() -> None:
    output = io.BytesIO()
    Image.new("CMYK", (8, 8)).save(output, "JPEG")
    with Image.open(check("scan.jpg", output.getvalue()).content) as image:
        assert image.mode == "RGB"


def test_transparent_picture_stays_transparent() -> None:
    output = io.BytesIO()
    Image.new("P", (8, 8)).save(output, "PNG", transparency=0)
    with Image.open(check("stamp.png", output.getvalue()).content) as image:
        assert image.info == {"transparency": 0}


def test_script_glued_to_a_picture_is_not_kept() -> None:
    glued = png_bytes() + b"<script>alert(1)</script>"
    for name in ("x.png", "x.html"):
        checked = check(name, glued)
        assert b"script" not in checked.content.read()
        assert checked.name.endswith(".png")


def test_refusal_speaks_the_readers_language() -> None:
    refused = refusal("فارغ.pdf", b"")
    with translation.override("en"):
        assert "is empty" in refused.message
    with translation.override("ar"):
        assert "فارغ.pdf" in refused.message
        assert "is empty" not in refused.message


@pytest.mark.django_db
def test_stored_under_a_name_of_the_servers(attachments: Path) -> None:
    document = store_document(check("../../etc/عقد.pdf", pdf_bytes()), now=timezone.now())
    [path] = stored_files(attachments)
    assert path.name == document.uuid.hex
    assert path.stat().st_mode & 0o777 == 0o600
    assert document.name == "عقد.pdf"
    assert document.file.read() == pdf_bytes()


@pytest.mark.django_db
def test_no_file_stays_when_the_transaction_fails(attachments: Path) -> None:
    def store_and_fail() -> None:
        with files_follow_transaction():
            store_document(check("a.pdf", pdf_bytes()), now=timezone.now())
            assert len(stored_files(attachments)) == 1
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match="later"):
        store_and_fail()
    assert stored_files(attachments) == []
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_no_file_stays_when_an_outer_transaction_fails(attachments: Path) -> None:
    def store_and_fail() -> None:
        with files_follow_transaction():
            with files_follow_transaction():
                store_document(check("a.pdf", pdf_bytes()), now=timezone.now())
            raise RuntimeError("later")

    with pytest.raises(RuntimeError, match="later"):
        store_and_fail()
    assert stored_files(attachments) == []


@pytest.mark.django_db
def test_no_file_stays_when_its_row_is_refused(attachments: Path) -> None:
    good = check("a.pdf", pdf_bytes())
    empty = CheckedFile(good.name, good.content_type, 0, good.sha256, good.content)
    with (
        pytest.raises(IntegrityError, match="document_not_empty"),
        files_follow_transaction([empty]),
    ):
        store_document(empty, now=timezone.now())
    assert stored_files(attachments) == []


@pytest.mark.django_db
def test_file_whose_row_may_have_been_kept_is_left_to_the_sweep(attachments: Path) -> None:
    """A line that breaks at the commit does not tell: to remove the file could lose a document."""
    with (
        pytest.raises(OperationalError),
        files_follow_transaction([check("a.pdf", pdf_bytes())]),
    ):
        raise OperationalError
    assert len(stored_files(attachments)) == 1


@pytest.mark.django_db
def test_file_that_cannot_be_removed_hides_no_other_fault(
    attachments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_store: FileSystemStorage, _name: str) -> None:
        raise OSError

    monkeypatch.setattr(FileSystemStorage, "delete", fail)
    with (
        pytest.raises(RuntimeError, match="later"),
        files_follow_transaction([check("a.pdf", pdf_bytes())]),
    ):
        raise RuntimeError("later")
    assert len(stored_files(attachments)) == 1
