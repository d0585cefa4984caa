"""Pictures that would fill the memory of a worker (O15)."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from documents import intake
from documents.errors import DocumentRefused, RefusalReason
from documents.intake import check_upload
from tests.documents.files import upload

ORIENTATION = 0x112


def picture(size: tuple[int, int], kind: str, *, turned: bool = False) -> bytes:
    """Make a picture of one colour."""
    exif = Image.Exif()
    if turned:
        exif[ORIENTATION] = 6
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(("width", "kept"), [(5000, 5000), (5008, 2504), (10_000, 5000)])
def test_jpeg_above_the_longest_side_is_decoded_at_half_size(width: int, kept: int) -> None:
    checked = check_upload(upload("a.jpg", picture((width, 16), "JPEG")))
    assert Image.open(checked.content).width == kept


def test_png_that_must_be_turned_may_have_half_the_pixels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "MAX_PIXELS", 1000)
    turned = check_upload(upload("a.png", picture((20, 25), "PNG", turned=True)))
    assert Image.open(turned.content).size == (25, 20)
    assert check_upload(upload("a.png", picture((40, 25), "PNG"))).size_bytes
    with pytest.raises(DocumentRefused) as refused:
        check_upload(upload("a.png", picture((21, 25), "PNG", turned=True)))
    assert refused.value.reason == RefusalReason.TOO_MANY_PIXELS


@pytest.mark.parametrize("side", [12_000, 20_000])
def test_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    with pytest.raises(DocumentRefused) as refused:
        check_upload(upload("ب.png", out.getvalue()))
    assert refused.value.reason == RefusalReason.TOO_MANY_PIXELS
